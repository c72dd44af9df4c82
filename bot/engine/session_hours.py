"""The hours at which a branch could meet, for whoever arranges it: the best slots, the day by zones, whose turn it is.

What is weighed: where each member will be, her quiet hours, what the branch's past sessions have cost her, and the
hours that she has called busy. These last are shown to nobody: proposals go around them, and what is said of an hour is
said as if there were none.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import groupby

from sqlalchemy import Connection, false, select

from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.listed import listed
from bot.local_time import Quiet, local_date, to_instant
from bot.people.store import people
from bot.sessions import busy as busy_store
from bot.sessions import store
from bot.sessions.hours import best_of, propose, weigh
from bot.sessions.hours_model import Attendee, Busy, Level, Slot
from bot.sessions.model import Session, SessionState
from bot.sessions.store import session_invitations, sessions
from bot.sessions.turns import Turn, turns

NOTICE = timedelta(hours=36)
"""How soon a session is proposed at the earliest: everybody hears of it in her daytime before."""
AHEAD = timedelta(days=28)
REMEMBERED = timedelta(days=366)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Place:
    """The members in one zone, and the hardest level that any of them gets."""

    zone: str
    names: tuple[str, ...]
    level: Level


@dataclass(frozen=True)
class Proposal:
    """A slot with what it means to each zone, the hardest first."""

    slot: Slot
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Row:
    """One zone of the grid: for each hour of the day its start and its level there."""

    zone: str
    count: int
    hours: tuple[tuple[datetime, Level], ...]


@dataclass(frozen=True)
class Hours:
    """What the form shows; `turns` are by name."""

    proposals: tuple[Proposal, ...]
    chosen: Proposal | None
    """The hour that stands in the form, if one does."""
    grid: tuple[Row, ...]
    day: datetime
    turns: tuple[tuple[str, Turn], ...]
    is_fair: bool
    """Whether the best hour is nobody's night, and nobody has called it busy."""


def hours_for(
    conn: Connection,
    branch_id: int,
    member_ids: Sequence[int],
    quiet: Quiet,
    now: datetime,
    *,
    length: timedelta,
    at: datetime | None,
    zone: str,
) -> Hours:
    """Return the best slots of the coming weeks, and the day of `at` (else of the best slot) on the wall of `zone`."""
    facts = load_facts(conn, member_ids)
    named = select(people.c.id, people.c.name).where(listed(people.c.id, member_ids))
    names = {row.id: row.name for row in conn.execute(named)}
    borne = _borne(conn, branch_id, facts, quiet, now)
    found = _proposed(facts, borne, busy_store.of_people(conn, member_ids), quiet, now, length)
    shown = []
    for one in found:
        seen = _attendees(facts, borne, {}, quiet, one.starts_at)
        shown.append(_proposal(seen, replace(weigh(seen, one.starts_at, length), why=one.why), names))
    chosen = None
    if at is not None and at > now:
        there = _attendees(facts, borne, {}, quiet, at)
        chosen = _proposal(there, weigh(there, at, length), names)
    day = chosen.slot.starts_at if chosen else (found[0].starts_at if found else now)
    start = to_instant(local_date(day, zone), time(0), zone)
    said = sorted((names[one], turn) for one, turn in turns(borne).items())
    grid = _grid(_attendees(facts, borne, {}, quiet, day), start)
    return Hours(tuple(shown), chosen, grid, day, tuple(said), is_fair=not found or found[0].is_fair)


def _proposed(
    facts: dict[int, PersonFacts],
    borne: dict[int, int],
    busy: dict[int, tuple[Busy, ...]],
    quiet: Quiet,
    now: datetime,
    length: timedelta,
) -> list[Slot]:
    """Return the best slots; who changes zone within the weeks is weighed where she will be."""
    begin = now + NOTICE
    days = [begin + timedelta(days=number) for number in range(AHEAD.days)]
    found: list[Slot] = []
    for _, group in groupby(days, key=lambda day: [her.zone_now(day) for her in facts.values()]):
        span = list(group)
        end = span[-1] + timedelta(days=1)
        found += propose(_attendees(facts, borne, busy, quiet, span[0]), span[0], end, length=length)
    return best_of(_attendees(facts, borne, busy, quiet, begin), [(one.starts_at, one.levels) for one in found])


def _attendees(
    facts: dict[int, PersonFacts],
    borne: dict[int, int],
    busy: dict[int, tuple[Busy, ...]],
    quiet: Quiet,
    at: datetime,
) -> list[Attendee]:
    return [Attendee(one, her.zone_now(at), quiet, busy.get(one, ()), borne[one]) for one, her in facts.items()]


def _proposal(attendees: Sequence[Attendee], slot: Slot, names: dict[int, str]) -> Proposal:
    by_zone: dict[str, list[tuple[Level, str]]] = defaultdict(list)
    for one, level in zip(attendees, slot.levels, strict=True):
        by_zone[one.zone].append((level, names[one.person_id]))
    places = [
        Place(zone, tuple(sorted(name for _, name in there)), max(level for level, _ in there))
        for zone, there in by_zone.items()
    ]
    return Proposal(slot, tuple(sorted(places, key=lambda place: (-place.level, place.zone))))


def _grid(attendees: Sequence[Attendee], start: datetime) -> tuple[Row, ...]:
    """Return a row for each zone, the fullest first: its hours from `start` on."""
    by_zone: dict[str, list[Attendee]] = defaultdict(list)
    for one in attendees:
        by_zone[one.zone].append(one)
    whens = [start + number * HOUR for number in range(24)]
    rows = [
        Row(zone, len(there), tuple((when, weigh(there, when, HOUR).worst) for when in whens))
        for zone, there in by_zone.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.zone)))


def _borne(
    conn: Connection, branch_id: int, facts: dict[int, PersonFacts], quiet: Quiet, now: datetime
) -> dict[int, int]:
    """Return the points of everybody for the sessions of the last year that took place.

    The hour counts for everybody who was invited: who stayed away because it was night has had the bad hour too.
    """
    table = session_invitations
    query = (
        select(table.c.session_id, table.c.person_id)
        .join(sessions, sessions.c.id == table.c.session_id)
        .where(
            sessions.c.branch_id == branch_id,
            sessions.c.state == SessionState.PLANNED.value,
            sessions.c.starts_at < now,
            sessions.c.is_round == false(),
            sessions.c.starts_at > now - REMEMBERED,
            table.c.left_at.is_(None),
        )
    )
    rows = [row for row in conn.execute(query) if row.person_id in facts]
    past = store.by_ids(conn, sorted({row.session_id for row in rows}))
    found = dict.fromkeys(facts, 0)
    for session_id, group in groupby(sorted(rows, key=lambda row: row.session_id), key=lambda row: row.session_id):
        there = [row.person_id for row in group]
        for one, level in zip(there, _levels(past[session_id], there, facts, quiet), strict=True):
            found[one] += level
    return found


def _levels(session: Session, there: Iterable[int], facts: dict[int, PersonFacts], quiet: Quiet) -> tuple[Level, ...]:
    then = [Attendee(one, facts[one].zone_now(session.starts_at), quiet) for one in there]
    return weigh(then, session.starts_at, session.ends_at - session.starts_at).levels
