"""The hours at which people could meet, for whoever arranges it: the best slots, the day by zones, whose turn it is.

What is weighed: where each of them will be, her quiet hours, what past sessions have cost her, and the hours that she
has called busy. These last are shown to nobody: proposals go around them, and what is said of an hour is said as if
there were none.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import groupby

from sqlalchemy import Connection

from bot.engine.facts import load_facts
from bot.engine.session_company import Company, Whose, load_company
from bot.local_time import Quiet, local_date, to_instant
from bot.sessions.hours import best_of, propose, weigh
from bot.sessions.hours_model import Attendee, Level, Slot
from bot.sessions.turns import Turn, turns

NOTICE = timedelta(hours=36)
"""How soon a session is proposed at the earliest: everybody hears of it in her daytime before."""
AHEAD = timedelta(days=28)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Place:
    """Those in one zone, and the hardest level that any of them gets; in a branch they are named."""

    zone: str
    names: tuple[str, ...]
    level: Level
    count: int


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
    """What the form shows; `turns` are by name, and there are none where people are only counted."""

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
    whose: Whose,
    quiet: Quiet,
    now: datetime,
    *,
    length: timedelta,
    at: datetime | None,
    zone: str,
    host_id: int | None = None,
) -> Hours:
    """Return the best slots of the coming weeks, and the day of `at` (else of the best slot) on the wall of `zone`.

    Of what is equally good for all who meet, the slots come first that are also good where `host_id` is, who leads it.
    """
    days = [now + NOTICE + timedelta(days=number) for number in range(AHEAD.days)]
    wanted = at if at is not None and at > now else None
    company = load_company(conn, whose, quiet, now, [*days, wanted or now])
    host = None if host_id is None else Attendee(host_id, load_facts(conn, [host_id])[host_id].zone_now(now), quiet)
    found = _proposed(company, days, length, host)
    shown = [
        _proposal(company, replace(weigh(company.attendees(one.starts_at), one.starts_at, length), why=one.why))
        for one in found
    ]
    chosen = None
    if wanted is not None:
        chosen = _proposal(company, weigh(company.attendees(wanted), wanted, length))
    day = chosen.slot.starts_at if chosen else (found[0].starts_at if found else now)
    start = to_instant(local_date(day, zone), time(0), zone)
    said = sorted((company.names[one], turn) for one, turn in turns(company.borne).items() if one in company.names)
    grid = _grid(company, day, start)
    return Hours(tuple(shown), chosen, grid, day, tuple(said), is_fair=not found or found[0].is_fair)


def _proposed(company: Company, days: Sequence[datetime], length: timedelta, host: Attendee | None) -> list[Slot]:
    """Return the best slots; who changes zone within the weeks is weighed where she will be."""
    found: list[Slot] = []
    for _, group in groupby(days, key=lambda day: [one.zone for one in company.attendees(day)]):
        span = list(group)
        end = span[-1] + timedelta(days=1)
        found += propose(company.attendees(span[0], with_busy=True), span[0], end, length=length, host=host)
    levels = [(one.starts_at, one.levels) for one in found]
    return best_of(company.attendees(days[0], with_busy=True), levels, length, host=host)


def _proposal(company: Company, slot: Slot) -> Proposal:
    by_zone: dict[str, list[tuple[Level, tuple[int, ...]]]] = defaultdict(list)
    for one, level, group in zip(company.attendees(slot.starts_at), slot.levels, company.groups, strict=True):
        by_zone[one.zone].append((level, group))
    places = [
        Place(
            zone,
            tuple(sorted(name for _, group in there for name in company.named(group))),
            max(level for level, _ in there),
            sum(len(group) for _, group in there),
        )
        for zone, there in by_zone.items()
    ]
    return Proposal(slot, tuple(sorted(places, key=lambda place: (-place.level, place.zone))))


def _grid(company: Company, day: datetime, start: datetime) -> tuple[Row, ...]:
    """Return a row for each zone, the fullest first: its hours from `start` on."""
    by_zone: dict[str, list[Attendee]] = defaultdict(list)
    for one in company.attendees(day):
        by_zone[one.zone].append(one)
    whens = [start + number * HOUR for number in range(24)]
    rows = [
        Row(zone, sum(one.many for one in there), tuple((when, weigh(there, when, HOUR).worst) for when in whens))
        for zone, there in by_zone.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.count, row.zone)))
