"""The office enters, changes or takes back one opportunity in the console: checked as a row of the roster is.

Who follows it hears of it a moment later, by the clock.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from bot.errors import Mistake
from bot.people import store as people
from bot.places.cities import zone_candidates
from bot.places.countries import REGIONS, find_country
from bot.places.zones import is_zone
from bot.roster.check import check
from bot.roster.columns import OPPORTUNITIES, SHEETS
from bot.roster.diff import difference
from bot.roster.from_data import read_data
from bot.roster.model import Change, ChangeKind, Difference, Sheets, Stored
from bot.roster.parse import parse
from bot.roster.understand import Places
from handlers.roster.lines import write_lines
from handlers.roster.opportunities import apply_opportunities, load_opportunities

FIELDS = tuple(column.name for column in SHEETS[OPPORTUNITIES].columns)
_PLACES = Places(find_country=find_country, is_zone=is_zone, zone_candidates=zone_candidates, regions=REGIONS)


def enter(conn: Connection, given: Mapping[str, str], now: datetime, actor_id: int, *, is_new: bool) -> list[Mistake]:
    """Store one opportunity as it was typed; return what is wrong with it, and store nothing then.

    `is_new`: its number must not be taken. What was taken back comes back when it is changed.
    """
    sheets = read_data({OPPORTUNITIES: [{name: given.get(name, "") for name in FIELDS}]})
    units = people.unit_paths(conn)
    stored = Stored(load_opportunities(conn, units), frozenset(units.values()))
    records, faults = parse(sheets, _PLACES)
    faults = [*sheets.faults, *faults, *check(records, stored, sheets, frozenset())]
    mistakes = [sheets.mistake(fault) for fault in faults]
    if is_new and records and stored.get(OPPORTUNITIES, records[0].key):
        mistakes.append(_taken(sheets))
    if not mistakes:
        _apply(conn, difference(records, stored, frozenset()), units, now, actor_id)
    return mistakes


def withdraw(conn: Connection, opportunity_id: int, now: datetime, actor_id: int) -> bool:
    """Take one opportunity back; False when there is none, or it was taken back already."""
    rows = load_opportunities(conn, people.unit_paths(conn))[OPPORTUNITIES]
    for key, row in rows.items():
        if row.id == opportunity_id and not row.gone:
            change = Change(ChangeKind.ABSENT, OPPORTUNITIES, key, values=row.values, id=row.id)
            _apply(conn, Difference((change,)), {}, now, actor_id)
            return True
    return False


def _apply(conn: Connection, found: Difference, units: Mapping[int, str], now: datetime, actor_id: int) -> None:
    apply_opportunities(conn, found, {path: unit_id for unit_id, path in units.items()}, now)
    write_lines(conn, found, {}, {}, now, actor_id)


def _taken(sheets: Sheets) -> Mistake:
    return Mistake(
        f"{OPPORTUNITIES}!1 {sheets.sheets[OPPORTUNITIES].headers['opportunity']}",
        "this number is taken",
        "expected another number, or open that opportunity and change it",
    )
