"""What a student who thinks of going gets: what is offered, what to prepare by when, days at home, what others tell."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.deadlines import store as deadlines
from bot.deadlines.model import Deadline
from bot.local_time import BEIJING, local_date
from bot.opportunities.preparing import Dated, Preparation, dated
from bot.people.model import Person
from bot.people.store import unit_paths
from bot.views.experiences import Experience, experiences
from bot.views.opportunities import Offered, Wanted, catalogue, one_of

MOST_TOLD = 10


@dataclass(frozen=True)
class Pack:
    """A planning pack for one opportunity, or for a country; `open` is what is open there."""

    country: str
    offered: Offered | None
    open: list[Offered]
    steps: list[Dated]
    at_home: list[Deadline]
    told: list[Experience]


def pack_for(
    conn: Connection,
    person: Person,
    preparations: tuple[Preparation, ...],
    prefilled: Collection[str],
    now: datetime,
    opportunity_id: int | None = None,
    country: str = "",
) -> Pack | None:
    """Return the pack of an opportunity or of a country; None when there is no such opportunity.

    Steps are counted back from the last day to apply, in Beijing; for a country alone they have no days.
    """
    offered = None if opportunity_id is None else one_of(conn, opportunity_id, now)
    if opportunity_id is not None and offered is None:
        return None
    one = None if offered is None else offered.opportunity
    country = country if one is None else one.country
    last = None if one is None or offered is None or not offered.is_open else local_date(one.due_at, BEIJING)
    today = local_date(now, BEIJING)
    steps = dated(preparations, "" if one is None else one.type, person.level, last, today)
    told, _ = experiences(conn, prefilled, country)
    told.sort(key=lambda each: one is not None and each.host != one.host)  # those from the same host first
    there = [] if one is not None else [each for each in catalogue(conn, now, Wanted(country=country)) if each.is_open]
    return Pack(country, offered, there, steps, _at_home(conn, person, country, now), told[:MOST_TOLD])


def _at_home(conn: Connection, person: Person, country: str, now: datetime) -> list[Deadline]:
    """Return the days at home that would be hers on a stay there."""
    paths = unit_paths(conn)
    mine = paths.get(person.unit_id or 0, "")
    found = []
    for one in deadlines.live(conn, now):
        path = None if one.unit_id is None else paths[one.unit_id]
        fits = path is None or mine == path or mine.startswith(f"{path}/")
        fits = fits and (not one.levels or person.level in one.levels)
        if fits and (not one.countries or country in one.countries):
            found.append(one)
    return found
