"""The receipt of a student's privacy: for every alarm about her, who was told what, whether it came, and until when.

For herself and nobody else: `/mydata` and her own page show it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, exists, func, literal, select, union_all

from bot.addresses.model import PULL_ONLY
from bot.cases.events import case_events
from bot.cases.model import Case, Reason
from bot.cases.store import case_alarms, cases, from_row
from bot.outbox.attempts import may_have_arrived
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.people import store as people_store
from bot.people.model import Person
from bot.people.store import people
from bot.policies.model import Whom
from bot.prompts.notes import NoteKind
from bot.prompts.store import notes
from bot.schema import UtcDateTime
from bot.settings import Retention
from bot.trips.store import trips

LATEST = 50
_NEVER_SENT = frozenset({OutboxState.WITHDRAWN.value, OutboxState.EXPIRED.value})


class Arrival(StrEnum):
    """What is known of a message to whoever was told."""

    ARRIVED = "arrived"
    LIES_THERE = "lies_there"  # on a page that waits for its reader
    SEEN = "seen"  # nobody wrote to that person, who did something about it all the same
    WAITING = "waiting"  # for that person's morning, say
    FAILED = "failed"
    UNKNOWN = "unknown"  # the platform did not say
    FORGOTTEN = "forgotten"  # messages are kept for less long than this


HELPER = "helper"
"""Role of whoever looked after her without having been alarmed, or was handed her by somebody."""
_BEST_FIRST = (Arrival.ARRIVED, Arrival.LIES_THERE, Arrival.UNKNOWN, Arrival.WAITING, Arrival.FAILED)
_Sent = tuple[Arrival, datetime | None] | None


@dataclass(frozen=True)
class Telling:
    """Somebody who was told: `role` is a word of the policies or `HELPER`, `facts` what was told.

    Facts are codes: name, reason, number, unit, place, phone, mail. `at` is when it was decided, `arrived_at` when the
    first of the messages got through.
    """

    who: str
    role: str
    facts: tuple[str, ...]
    at: datetime
    arrival: Arrival
    arrived_at: datetime | None


@dataclass(frozen=True)
class Receipt:
    """One alarm about her. `deleted_at` and `positions_until` are None while it is not over, or nothing is there.

    `words` and `positions` count what she wrote and sent to whoever helps her, which they can read.
    """

    case_id: int
    reason: Reason
    opened_at: datetime
    over_at: datetime | None
    told: tuple[Telling, ...]
    words: int
    positions: int
    positions_until: datetime | None
    deleted_at: datetime | None


def receipt_of(conn: Connection, person_id: int, retention: Retention, now: datetime) -> list[Receipt]:
    """Return the latest alarms about a student, the newest first; times of deletion follow from the retention."""
    person = people_store.by_id(conn, person_id)
    if person is None:
        return []
    query = select(cases).where(cases.c.person_id == person_id).order_by(cases.c.id.desc()).limit(LATEST)
    found = [from_row(row) for row in conn.execute(query)]
    ids = [case.id for case in found]
    told, helped = _told(conn, ids), _helped(conn, ids, person_id)
    sent = _sent(conn, ids, now)
    kept = _kept(conn, ids)
    has_place = bool(conn.execute(select(exists().where(trips.c.person_id == person_id))).scalar())
    return [
        _receipt(case, person, _with_helpers(case.id, told, helped, sent), sent, kept, retention, has_place=has_place)
        for case in found
    ]


def _receipt(
    case: Case,
    person: Person,
    told: Sequence[Any],
    sent: dict[tuple[int, int], _Sent],
    kept: dict[tuple[int, str], int],
    retention: Retention,
    *,
    has_place: bool,
) -> Receipt:
    tellings = []
    for row in told:
        arrived = sent.get((case.id, row.person_id), (Arrival.FORGOTTEN, None))
        if row.role == HELPER:
            arrived = sent.get((case.id, row.person_id)) or (Arrival.SEEN, None)
        if arrived is not None:  # else: recorded, and taken back before anything went out
            facts = _facts(row.role, person, has_place=has_place)
            tellings.append(Telling(row.name, row.role, facts, row.first_at, *arrived))
    positions = kept.get((case.id, NoteKind.POSITION.value), 0)
    over = case.resolved_at
    return Receipt(
        case_id=case.id,
        reason=case.reason,
        opened_at=case.opened_at,
        over_at=over,
        told=tuple(tellings),
        words=kept.get((case.id, NoteKind.NOTE.value), 0),
        positions=positions,
        positions_until=over + timedelta(hours=retention.positions_hours) if over and positions else None,
        deleted_at=over + timedelta(days=retention.cases_days) if over else None,
    )


def _facts(role: str, person: Person, *, has_place: bool) -> tuple[str, ...]:
    """Return which kinds of facts a message to somebody in this role holds; a friend learns the name and no more."""
    if role == Whom.BUDDY.value:
        return ("name",)
    known = {"unit": person.unit_id, "place": has_place, "phone": person.phone, "mail": person.email}
    return ("name", "reason", "number", *(fact for fact, value in known.items() if value))


def _told(conn: Connection, case_ids: Iterable[int]) -> dict[int, list[Any]]:
    query = (
        select(
            case_alarms.c.case_id, case_alarms.c.person_id, case_alarms.c.role, case_alarms.c.first_at, people.c.name
        )
        .join(people, people.c.id == case_alarms.c.person_id)
        .where(case_alarms.c.case_id.in_(list(case_ids)))
        .order_by(case_alarms.c.first_at, case_alarms.c.id)
    )
    found: dict[int, list[Any]] = {}
    for row in conn.execute(query):
        found.setdefault(row.case_id, []).append(row)
    return found


def _helped(conn: Connection, case_ids: Sequence[int], person_id: int) -> dict[int, list[Any]]:
    """Return everybody who did something in a case, or was handed it, and when first; she herself is nobody to name."""
    events = [
        select(case_events.c.case_id, column.label("who"), case_events.c.at).where(
            case_events.c.case_id.in_(case_ids), column.is_not(None), column != person_id
        )
        for column in (case_events.c.actor_id, case_events.c.to_id)
    ]
    one = union_all(*events).subquery()
    query = (
        select(
            one.c.case_id,
            one.c.who.label("person_id"),
            literal(HELPER).label("role"),
            func.min(one.c.at, type_=UtcDateTime()).label("first_at"),
            people.c.name,
        )
        .join(people, people.c.id == one.c.who)
        .group_by(one.c.case_id, one.c.who, people.c.name)
        .order_by("first_at", "person_id")
    )
    found: dict[int, list[Any]] = {}
    for row in conn.execute(query):
        found.setdefault(row.case_id, []).append(row)
    return found


def _with_helpers(
    case_id: int, told: dict[int, list[Any]], helped: dict[int, list[Any]], sent: dict[tuple[int, int], _Sent]
) -> list[Any]:
    """Return who was told, then who did something without having been told, or whose alarm was taken back."""
    rows = told.get(case_id, [])
    known = {row.person_id for row in rows if sent.get((case_id, row.person_id), True) is not None}
    return [*rows, *(row for row in helped.get(case_id, []) if row.person_id not in known)]


def _sent(conn: Connection, case_ids: Iterable[int], now: datetime) -> dict[tuple[int, int], _Sent]:
    """Return the best that became of the alarms of each case to each person; None: none of them ever went out."""
    columns = (outbox.c.case_id, outbox.c.person_id, outbox.c.channel, outbox.c.state, outbox.c.accepted_at)
    maybe = may_have_arrived().label("maybe")
    query = select(*columns, maybe).where(outbox.c.case_id.in_(list(case_ids)), outbox.c.kind == Kind.ALARM.value)
    found: dict[tuple[int, int], _Sent] = {}
    for row in conn.execute(query.order_by(outbox.c.id)):
        key = (row.case_id, row.person_id)
        known = found.setdefault(key, None)
        if row.state in _NEVER_SENT and not row.maybe:
            continue
        arrival = Arrival.UNKNOWN if row.state in _NEVER_SENT else _arrival(row.state, row.channel)
        at = row.accepted_at if row.accepted_at is not None and row.accepted_at <= now else None
        if known is None or _BEST_FIRST.index(arrival) < _BEST_FIRST.index(known[0]):
            found[key] = (arrival, at)
    return found


def _arrival(state: str, channel: str | None) -> Arrival:
    if state == OutboxState.ACCEPTED.value:
        return Arrival.LIES_THERE if channel in PULL_ONLY else Arrival.ARRIVED
    if state == OutboxState.UNKNOWN.value:
        return Arrival.UNKNOWN
    return Arrival.FAILED if state == OutboxState.FAILED.value else Arrival.WAITING


def _kept(conn: Connection, case_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """Count what she wrote and sent to each case that is still there, by case and kind."""
    query = select(notes.c.case_id, notes.c.kind).where(notes.c.case_id.in_(list(case_ids)))
    found: dict[tuple[int, str], int] = {}
    for row in conn.execute(query):
        found[(row.case_id, row.kind)] = found.get((row.case_id, row.kind), 0) + 1
    return found
