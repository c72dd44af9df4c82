"""One case as its page shows it: who was told and whether it arrived, what was done, what comes next.

Notes of staff and words of hers are counted here and read only after the look was journalled (`read`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from bot.addresses.model import PULL_ONLY
from bot.addresses.store import addresses
from bot.cases import events
from bot.cases.events import case_events
from bot.cases.model import GIVEN_UP, Case, Event, Reason
from bot.cases.store import case_alarms
from bot.outbox.model import Kind, ResultKind
from bot.outbox.store import attempts, outbox
from bot.people import store as people_store
from bot.people.model import Person
from bot.people.store import people
from bot.prompts.store import notes
from bot.views.case_list import CaseRow, rows_of
from bot.views.scope import Scope
from bot.views.words import left_off

LATEST = 6
"""How many tries are shown for each person who was told."""


@dataclass(frozen=True)
class Try:
    """One try to reach somebody: `result` of the channel, a state of the outbox where no channel was called yet.

    `shown` is False for what lies on a page and was not looked at, None where the channel does not say.
    """

    kind: str
    channel: str | None
    result: str
    reason: str | None
    at: datetime
    shown: bool | None


@dataclass(frozen=True)
class Told:
    """Somebody who was told of the case: as what, since when, and every try of late, the newest first."""

    name: str
    role: str
    first_at: datetime
    last_at: datetime
    tries: list[Try]


@dataclass(frozen=True)
class Line:
    """One line of the story with the names of who did it and to whom; `note` is None until notes are read.

    `times`: how often in a row she has called for help again, of which the last is shown.
    """

    event: Event
    actor: str
    to: str
    by_her: bool
    has_note: bool
    times: int = 1


@dataclass(frozen=True)
class CasePage:
    """Everything on the page of a case; `unread` counts notes and words that a press would show, `left_off` her words
    that are too old for the page.
    """

    row: CaseRow
    student: Person
    told: list[Told]
    story: list[Line]
    unread: int
    left_off: int


def may_see(conn: Connection, scope: Scope, case: Case, student: Person, now: datetime) -> bool:
    """Tell whether a scope holds a case: its student, and for a hard week that she chose whoever looks."""
    if case.outcome in GIVEN_UP:
        return False
    if case.reason is Reason.HARD:
        if not scope.sees_hard(case.share_with, student.counsellor_id, student.stand_in_id):
            return False
    elif scope.is_left_out(student):
        return False
    condition = scope.students(now.astimezone(UTC).date())
    return conn.execute(select(people.c.id).where(people.c.id == student.id, condition)).first() is not None


def case_page(conn: Connection, case: Case, student: Person, now: datetime, *, read: bool) -> CasePage:
    """Return the page of a case that its reader may see; `read` opens the notes (SealError when no key does)."""
    story = _story(conn, case, read=read)
    words = select(func.count()).select_from(notes).where(notes.c.case_id == case.id)
    older = left_off(conn, case.id)
    unread = 0 if read else sum(line.has_note for line in story) + int(conn.execute(words).scalar_one()) - older
    return CasePage(rows_of(conn, [case], now)[0], student, _told(conn, case), story, unread, older)


def _story(conn: Connection, case: Case, *, read: bool) -> list[Line]:
    if read:
        found = [(event, event.note is not None) for event in events.of_case(conn, case.id)]
    else:
        columns = ("at", "actor_id", "deed", "word", "to_id", "until")
        query = select(*(case_events.c[name] for name in columns), case_events.c.note.is_not(None).label("has_note"))
        rows = conn.execute(query.where(case_events.c.case_id == case.id).order_by(case_events.c.id))
        found = [
            (Event(row.at, row.actor_id, row.deed, row.word, None, row.to_id, row.until), bool(row.has_note))
            for row in rows
        ]
    ids = {one for event, _ in found for one in (event.actor_id, event.to_id) if one is not None}
    names = {one: person.name for one, person in people_store.by_ids(conn, ids).items()}
    lines = [
        Line(
            event=event,
            actor=names.get(event.actor_id or 0, ""),
            to=names.get(event.to_id or 0, ""),
            by_her=event.actor_id == case.person_id,
            has_note=has_note,
        )
        for event, has_note in found
    ]
    return _folded(lines)


def _folded(lines: Sequence[Line]) -> list[Line]:
    """Put calls for help that follow one another into one line: a hundred of them must hide nothing else."""
    kept: list[Line] = []
    for line in lines:
        before = kept[-1] if kept else None
        if before is not None and line.event.deed == before.event.deed == "added_to":
            kept[-1] = replace(line, times=before.times + 1)
        else:
            kept.append(line)
    return kept


def _told(conn: Connection, case: Case) -> list[Told]:
    query = (
        select(case_alarms, people.c.name)
        .join(people, people.c.id == case_alarms.c.person_id)
        .where(case_alarms.c.case_id == case.id)
        .order_by(case_alarms.c.id)
    )
    found = conn.execute(query).all()
    tries = _tries(conn, case.id, [row.person_id for row in found])
    return [Told(row.name, row.role, row.first_at, row.last_at, tries.get(row.person_id, [])[:LATEST]) for row in found]


def _tries(conn: Connection, case_id: int, person_ids: Sequence[int]) -> dict[int, list[Try]]:
    """Return every try by person, the newest first: one that failed stands beside the one on the next address."""
    query = (
        select(
            outbox.c.person_id,
            outbox.c.kind,
            outbox.c.state,
            outbox.c.reason,
            outbox.c.next_try_at,
            outbox.c.channel,
            attempts.c.id.label("attempt"),
            attempts.c.result,
            attempts.c.reason.label("why"),
            attempts.c.started_at,
            attempts.c.shown_at,
            addresses.c.channel.label("through"),
        )
        .outerjoin(attempts, attempts.c.outbox_id == outbox.c.id)
        .outerjoin(addresses, addresses.c.id == attempts.c.address_id)
        .where(
            outbox.c.case_id == case_id,
            outbox.c.person_id.in_(person_ids),
            outbox.c.kind.in_([Kind.ALARM.value, Kind.CLEAR.value]),
        )
        .order_by(outbox.c.id.desc(), attempts.c.id.desc())
    )
    tried: dict[int, list[Try]] = {}
    for row in conn.execute(query):
        channel = row.through or row.channel
        lies_there = channel in PULL_ONLY and row.result == ResultKind.ACCEPTED.value
        if row.attempt is None:
            one = Try(row.kind, channel, row.state, row.reason, row.next_try_at, None)
        else:
            shown = row.shown_at is not None if lies_there else None
            one = Try(row.kind, channel, row.result or "sending", row.why, row.started_at, shown)
        tried.setdefault(row.person_id, []).append(one)
    return tried
