"""The statistics of a year for one unit and one level: tables, none of which tells of fewer than five people.

Whoever looks after whole units may see those: the office, and others with a unit in their scope. Nobody sees more, and
nothing is ordered by who did better.
"""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.figures.model import ALL_UNITS, EVERY, LEVELS
from bot.figures.rules import year_of_stays
from bot.figures.tables import Choice, Statistics
from bot.local_time import BEIJING, local_date
from bot.people.store import units as unit_rows
from bot.views import figures_read as read
from bot.views.scope import Scope
from bot.views.statistics_facts import Facts, counted_doctors, counted_visits
from bot.views.statistics_more import (
    answers_table,
    doctors_table,
    online_table,
    open_table,
    papers_table,
    targets_table,
)
from bot.views.statistics_tables import stay_tables


def may_see_statistics(scope: Scope | None) -> bool:
    """Tell whether there are statistics for a reader at all."""
    return scope is not None and (scope.whole or bool(scope.units))


def units_seen(conn: Connection, scope: Scope) -> tuple[str, ...]:
    """Return the units whose statistics a scope lets its holder see, each after those above it."""
    paths = sorted(conn.execute(select(unit_rows.c.path)).scalars())
    if scope.whole:
        return (ALL_UNITS, *paths)
    return tuple(path for path in paths if any(path == unit or path.startswith(f"{unit}/") for unit in scope.units))


def _below(seen: tuple[str, ...], unit: str) -> tuple[str, ...]:
    """Return the units directly below one; of a university that is one unit itself those below that."""
    found = tuple(path for path in seen if path and path.rpartition("/")[0] == unit)
    return _below(seen, found[0]) if unit == ALL_UNITS and len(found) == 1 else found


def statistics(conn: Connection, scope: Scope, choice: Choice, now: datetime) -> Statistics | None:
    """Return the statistics that were chosen; None when there is no such unit or level, or not for this reader."""
    seen = units_seen(conn, scope)
    unit = choice.unit if choice.unit is not None else next(iter(seen), None)
    if unit is None or unit not in seen or choice.level not in {EVERY, *LEVELS}:
        return None
    today = local_date(now, BEIJING)
    stays, intake, papers = read.stays(conn, today), read.intake_rows(conn), read.paper_rows(conn)
    years = tuple(sorted({today.year, *stays, *(year for year, _ in (*intake, *papers))}))
    year = choice.year or years[-1]
    if year not in years:
        return None
    counted = {one: year_of_stays(made) for one, made in stays.items()}
    facts = Facts(today, year, unit, choice.level, years, counted, intake)
    online = counted_visits(read.online(conn, year, today))
    below = _below(seen, unit)
    tables = [
        *stay_tables(facts, below),
        doctors_table(facts, counted_doctors(read.doctors(conn, today)), below),
        papers_table(facts, papers),
        targets_table(facts, read.targets_of(conn, year), online),
        online_table(facts, online),
    ]
    at_open = read.at_open_sessions(conn, year, now)
    if at_open:
        tables.append(open_table(facts, counted_visits(at_open)))
    if scope.whole and unit == ALL_UNITS:
        tables.append(answers_table(facts, read.answers(conn, year)))
    return Statistics(today, year, unit, choice.level, years, seen, tuple(tables))
