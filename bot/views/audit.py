"""The journal as staff read it: who did what to whom and when, ids as names, within a scope. The newest come first.

Only actions of this list are shown. What would tell that a week was hard, whom a student chose, that she leaves
somebody out, or anything of branch and party stays out whoever reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, true

from bot.cases.model import Reason
from bot.cases.store import cases
from bot.journal.store import journal
from bot.people.model import RoleKind
from bot.people.store import people, roles
from bot.views.scope import Scope

PAGE = 50
KINDS: Mapping[str, tuple[str, ...]] = {
    "looks": ("console.words_read", "console.exported", "statistics.exported", "report.read", "report.exported"),
    "cases": (
        *("case.opened", "case.acknowledged", "case.taken_over", "case.handed_over", "case.note"),
        *("case.contacted_called", "case.contacted_no_answer", "case.contacted_wrote", "prompt.extended"),
        *("case.snoozed", "case.resolved", "case.reopened", "case.false_alarm", "case.refused", "case.lapsed"),
        *("case.nobody_to_tell", "case.nobody_on_duty", "case.not_told", "case.alarms_lost", "prompt.taken_on"),
        "prompt.reminded_by_hand",
    ),
    "answers": ("prompt.answered", "prompt.alive", "prompt.withdrawn"),
    "reports": (
        *("report.opened", "report.submitted", "report.returned", "report.accepted", "report.extended"),
        *("report.excused", "report.chased", "report.consent", "report.handed_on"),
    ),
    "rollcalls": ("rollcall.drafted", "rollcall.started", "rollcall.closed", "rollcall.taken", "rollcall.refused"),
    "people": (
        *("person.added", "person.changed", "person.revived", "person.absent", "person.linked", "person.left"),
        *("person.paused", "person.resumed", "person.moved", "person.move_over", "enrol.second_claim"),
        *("person.passed_on", "person.came_back"),
        *("trip.added", "trip.changed", "trip.revived", "trip.absent"),
        *("talk.offered", "talk.booked", "talk.let_go", "talk.taken_back", "talk.held", "talk.wanted"),
        *("follow_up.stopped", "follow_up.answered"),
        *("agreement.written", "agreement.done", "agreement.taken_back"),
    ),
    "channels": (
        *("address.failed", "mail.bounced", "message.rerouted", "person.channels_ordered", "doctor.sent"),
        *("alarm.tested", "alarm.confirmed", "alarm.address_added", "alarm.address_removed", "group.written_to"),
        "notice.sent",
    ),
    "service": (
        *("programme.loaded", "api.roster", "console.roster", "api_token.made", "api_token.revoked", "duty.overridden"),
        *("duty.override_cancelled", "prompt.set_aside", "prompt.tried_again", "inbox.tried_again"),
    ),
    "signins": ("console.signed_in", "console.session_ended"),
}
"""Every action that is shown, by what a reader may narrow the list to."""
ACTIONS = frozenset(action for several in KINDS.values() for action in several)
_DETAIL = ("reason", "pieces", "version", "days", "format", "fields", "group")


@dataclass(frozen=True)
class AuditFilter:
    """What the list is narrowed to: numbers of whom and by whom, a kind, instants; `before` is the id to go on from."""

    person: str = ""
    actor: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class AuditLine:
    """One line. `actor` is empty when the service did it, `person` when it was done to nobody in particular."""

    id: int
    at: datetime
    action: str
    actor: str
    actor_number: str
    person: str
    number: str
    is_student: bool
    case_id: int | None
    detail: dict[str, Any]


def audit(conn: Connection, scope: Scope, now: datetime, chosen: AuditFilter) -> tuple[list[AuditLine], int | None]:
    """Return a page of lines and the id to go on from; None when these are the last."""
    by = people.alias("by")
    is_student = exists(
        select(roles.c.id).where(roles.c.person_id == people.c.id, roles.c.kind == RoleKind.STUDENT.value)
    )
    by_staff = exists(select(roles.c.id).where(roles.c.person_id == by.c.id, roles.c.kind != RoleKind.STUDENT.value))
    columns = (journal.c.id, journal.c.at, journal.c.action, journal.c.case_id, journal.c.detail)
    query = (
        select(
            *columns,
            people.c.name,
            people.c.number,
            by.c.name.label("by_name"),
            by.c.number.label("by_number"),
            is_student.label("is_student"),
            or_(by_staff, by.c.id == people.c.id).label("is_named"),
        )
        .select_from(
            journal.outerjoin(people, people.c.id == journal.c.person_id)
            .outerjoin(by, by.c.id == journal.c.actor_id)
            .outerjoin(cases, cases.c.id == journal.c.case_id)
        )
        .where(_visible(scope, now), *_narrowed(chosen, by.c.number))
        .order_by(journal.c.id.desc())
        .limit(PAGE + 1)
    )
    found = [_line(row) for row in conn.execute(query)]
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _visible(scope: Scope, now: datetime) -> ColumnElement[bool]:
    theirs: ColumnElement[bool] = true()
    if not scope.whole:
        own = and_(people.c.id == scope.viewer_id, journal.c.actor_id == scope.viewer_id)
        theirs = or_(scope.students(now.astimezone(UTC).date()), own)
    hard = or_(cases.c.id.is_(None), cases.c.reason != Reason.HARD.value, scope.hard_is_visible(cases.c.share_with))
    return and_(theirs, scope.let_in(), hard)


def _narrowed(chosen: AuditFilter, by: ColumnElement[str]) -> list[ColumnElement[bool]]:
    parts: list[ColumnElement[bool]] = [journal.c.action.in_(sorted(KINDS.get(chosen.kind, ACTIONS)))]
    if chosen.person:
        parts.append(people.c.number == chosen.person)
    if chosen.actor:
        parts.append(by == chosen.actor)
    if chosen.since is not None:
        parts.append(journal.c.at >= chosen.since)
    if chosen.until is not None:
        parts.append(journal.c.at < chosen.until)
    if chosen.before is not None:
        parts.append(journal.c.id < chosen.before)
    return parts


def _line(row: Any) -> AuditLine:
    detail = {name: value for name, value in (row.detail or {}).items() if name in _DETAIL}
    named = bool(row.is_named)  # a friend's doing is hers: whoever reads learns that somebody did it, not who
    return AuditLine(
        id=row.id,
        at=row.at,
        action=row.action,
        actor=(row.by_name or "") if named else "",
        actor_number=(row.by_number or "") if named else "",
        person=row.name or "",
        number=row.number or "",
        is_student=bool(row.is_student),
        case_id=row.case_id,
        detail=detail,
    )
