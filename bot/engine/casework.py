"""Cases: opened, told to helpers until one acknowledges, and ended. The journal has every step."""

from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.engine.case_rules import again_at, tell_at
from bot.engine.telling import message, tell
from bot.engine.who_helps import Helpers, load_helpers
from bot.journal import store as journal
from bot.local_time import Quiet
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.people import store as people_store
from bot.people.model import Person
from bot.prompts.model import ShareWith

log = structlog.get_logger()

HELPERS_QUIET = Quiet()
"""The hours in which a helper is not woken for what is not urgent."""


@dataclass(frozen=True)
class Acknowledged:
    """Who looks after the case now; `won` is False when somebody else was faster."""

    won: bool
    by_id: int


def open_case(
    conn: Connection,
    person_id: int,
    reason: Reason,
    prompt_id: int | None,
    now: datetime,
    share_with: ShareWith | None = None,
) -> Case:
    """Open a case and tell whoever must know; one that is open for the same reason is returned and told again."""
    case, is_new = cases_store.open_one(
        conn,
        person_id=person_id,
        reason=reason,
        prompt_id=prompt_id,
        share_with=None if share_with is None else share_with.value,
        opened_at=now,
        next_at=again_at(reason, now),
    )
    action = "case.opened" if is_new else "case.added_to"
    journal.write(
        conn,
        [journal.line(now, action, person_id=person_id, prompt_id=prompt_id, case_id=case.id, reason=reason.value)],
    )
    if is_new or reason is Reason.URGENT:
        tell_helpers(conn, _open_again(conn, case, now), now)
    return case


def _open_again(conn: Connection, case: Case, now: datetime) -> Case:
    """Open a case that somebody had taken: a new cry is nobody's yet, whoever answered the old one may be asleep."""
    values = {"state": CaseState.OPEN.value, "acknowledged_by": None, "acknowledged_at": None}
    next_at = again_at(case.reason, now)
    if case.state is not CaseState.ACKNOWLEDGED or not cases_store.move_state(
        conn, case.id, [CaseState.ACKNOWLEDGED], next_at=next_at, **values
    ):
        return case
    return replace(case, state=CaseState.OPEN, next_at=next_at, acknowledged_by=None, acknowledged_at=None)


def raise_sos(conn: Connection, person_id: int, prompt_id: int | None, now: datetime) -> Case:
    """Open an urgent case at once, or add to the one that is open."""
    return open_case(conn, person_id, Reason.URGENT, prompt_id, now)


def tell_helpers(conn: Connection, case: Case, now: datetime, helpers: Helpers | None = None) -> None:
    """Queue the alarm of a case to everyone who must know; `helpers` are loaded once by whoever has many cases."""
    student = people_store.by_id(conn, case.person_id)
    if student is None:
        return
    helpers = helpers or load_helpers(conn, [student])
    whom = _whom(case, student, helpers)
    if not whom:
        journal.write(conn, [journal.line(now, "case.nobody_to_tell", person_id=student.id, case_id=case.id)])
        log.error("nobody to tell about a case", case_id=case.id, reason=case.reason.value)
    addresses = addresses_store.working_of(conn, whom)
    rows = []
    for helper_id in whom:
        zone = helpers.staff[helper_id].zone
        rows.append(
            message(
                addresses.get(helper_id, []),
                helper_id,
                Kind.ALARM,
                f"staff/case_{case.reason.value}",
                key=f"case:{case.id}:{helper_id}:{case.round}",
                priority=Priority.ALARM if case.reason is Reason.URGENT else Priority.REPLY,
                now=now,
                about_id=student.id,
                case_id=case.id,
                prompt_id=case.prompt_id,
                not_before=tell_at(case.reason, now, zone, HELPERS_QUIET),
            )
        )
        cases_store.record_alarm(conn, case.id, helper_id, now)
    outbox_store.put(conn, rows)
    if rows and all(row["address_id"] is None for row in rows):
        log.error("nobody who must know of a case has a working address", case_id=case.id, reason=case.reason.value)
    cases_store.update(conn, case.id, round=case.round + 1)


def acknowledge(conn: Connection, case_id: int, staff_id: int, now: datetime) -> Acknowledged:
    """Take a case: the first one wins, everybody else who was told hears who it is, and so does the student.

    LookupError when there is no such case.
    """
    won = cases_store.move_state(
        conn,
        case_id,
        [CaseState.OPEN],
        state=CaseState.ACKNOWLEDGED.value,
        acknowledged_by=staff_id,
        acknowledged_at=now,
        next_at=None,
    )
    case = cases_store.by_id(conn, case_id)
    if case is None:
        raise LookupError("there is no such case")
    if not won:
        return Acknowledged(case.acknowledged_by == staff_id, case.acknowledged_by or staff_id)
    journal.write(
        conn,
        [journal.line(now, "case.acknowledged", person_id=case.person_id, actor_id=staff_id, case_id=case_id)],
    )
    _drop_waiting(conn, case_id)
    for helper_id in _told(conn, case_id):
        if helper_id != staff_id:
            _to_helper(conn, case, helper_id, "staff/case_taken", now, by_id=staff_id)
    if case.reason in (Reason.URGENT, Reason.HARD):
        key = f"case:{case_id}:taken:student:{case.round}"
        template = "student/case_taken"
        data = {"by_id": staff_id}
        tell(
            conn, case.person_id, Kind.REPLY, template, key=key, priority=Priority.REPLY, now=now, data=data,
            case_id=case_id,
        )  # fmt: skip
    return Acknowledged(won=True, by_id=staff_id)


def resolve(conn: Connection, case_id: int, staff_id: int | None, outcome: str, now: datetime) -> bool:
    """End a case with a plain code of what came of it; everyone who was told gets the all-clear. False: it was over."""
    done = cases_store.move_state(
        conn,
        case_id,
        [CaseState.OPEN, CaseState.ACKNOWLEDGED],
        state=CaseState.RESOLVED.value,
        resolved_at=now,
        outcome=outcome,
        next_at=None,
    )
    case = cases_store.by_id(conn, case_id)
    if not done or case is None:
        return False
    journal.write(
        conn,
        [
            journal.line(
                now,
                "case.resolved",
                person_id=case.person_id,
                actor_id=staff_id,
                case_id=case_id,
                outcome=outcome,
            )
        ],
    )
    _drop_waiting(conn, case_id)
    for helper_id in _told(conn, case_id):
        if helper_id != staff_id:
            _to_helper(conn, case, helper_id, "staff/all_clear", now, outcome=outcome)
    return True


def all_clear(conn: Connection, person_id: int, outcome: str, now: datetime) -> None:
    """End the cases that only silence had opened: she has been heard. Urgent and hard ones are for people to end."""
    for case in cases_store.unresolved_of(conn, [person_id]).get(person_id, []):
        if case.reason in (Reason.MISSED, Reason.UNREACHED, Reason.NOT_ASKED):
            resolve(conn, case.id, None, outcome, now)


def _whom(case: Case, student: Person, helpers: Helpers) -> list[int]:
    if case.reason is Reason.HARD:
        return helpers.for_hard(student, ShareWith(case.share_with)) if case.share_with else []
    return helpers.for_alarm(student)


def _told(conn: Connection, case_id: int) -> list[int]:
    """Return whom an alarm of a case has reached or may have reached: one that never went out needs no all-clear."""
    never = [OutboxState.WITHDRAWN.value, OutboxState.EXPIRED.value]
    query = (
        select(outbox.c.person_id)
        .where(outbox.c.case_id == case_id, outbox.c.kind == Kind.ALARM.value, outbox.c.state.not_in(never))
        .distinct()
        .order_by(outbox.c.person_id)
    )
    return list(conn.execute(query).scalars())


def _drop_waiting(conn: Connection, case_id: int) -> None:
    """Alarms that have not gone out yet are no longer wanted."""
    conn.execute(
        outbox.update()
        .where(
            outbox.c.case_id == case_id,
            outbox.c.kind == Kind.ALARM.value,
            outbox.c.state == OutboxState.WAITING.value,
        )
        .values(state=OutboxState.WITHDRAWN.value, reason="case_taken")
    )


def _to_helper(
    conn: Connection, case: Case, helper_id: int, template: str, now: datetime, **data: str | int | None
) -> None:
    helper = people_store.by_id(conn, helper_id)
    if helper is None:
        return
    tell(
        conn,
        helper_id,
        Kind.CLEAR,
        template,
        key=f"case:{case.id}:{helper_id}:{template}:{case.round}",
        priority=Priority.REPLY,
        now=now,
        data=dict(data),
        about_id=case.person_id,
        case_id=case.id,
        not_before=tell_at(case.reason, now, helper.zone, HELPERS_QUIET),
    )
