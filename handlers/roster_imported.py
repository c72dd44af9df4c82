"""The programme office hands in a roster: it is checked whole, compared with what is stored, and applied at once.

The command `import`, the demo and stories call it.
"""

from collections.abc import Set as AbstractSet
from datetime import date, datetime

from sqlalchemy import Connection

from bot.engine import departure_moved
from bot.engine.buddies import end_all
from bot.engine.obligation_following import look_again
from bot.engine.replanning import replan
from bot.engine.standing_in import end_changed
from bot.errors import MistakesError
from bot.people import store as people_store
from bot.places.cities import zone_candidates
from bot.places.countries import REGIONS, find_country
from bot.places.zones import is_zone
from bot.programmes.versions import Programmes
from bot.roster.check import check
from bot.roster.columns import BRANCHES, DEADLINES, INTAKE, OPPORTUNITIES, PAPERS, PEOPLE, SHEETS, TARGETS, TRIPS
from bot.roster.diff import difference, mark_of
from bot.roster.model import Change, ChangeKind, Difference, Fault, Sheets
from bot.roster.parse import parse
from bot.roster.understand import Places
from handlers.roster import opportunities
from handlers.roster.branches import apply_branches
from handlers.roster.deadlines import apply_deadlines, touched
from handlers.roster.figures import apply_figures
from handlers.roster.lines import write_lines
from handlers.roster.people import apply_people
from handlers.roster.stored import load_stored
from handlers.roster.trips import apply_trips
from handlers.roster.units import unit_ids

_WITH_UNITS = (PEOPLE, BRANCHES, INTAKE, TARGETS, PAPERS, DEADLINES, OPPORTUNITIES)
_BEARS_ON_PLANS = {"role", "zone", "level"}


def import_roster(
    conn: Connection,
    sheets: Sheets,
    *,
    prune: AbstractSet[str],
    dry_run: bool,
    now: datetime,
    programmes: Programmes,
    actor_id: int | None = None,
    mark: str = "",
) -> Difference:
    """Apply a roster in the caller's transaction and plan anew whomever it touches.

    Args:
        conn: The transaction; the caller rolls it back on any error.
        sheets: What `bot.roster.read.read_roster` has read.
        prune: Sheets whose rows that are not listed any more go: people and branches are marked absent, trips
            cancelled, memberships deleted.
        dry_run: Store nothing; a reading connection is enough.
        now: The instant of the import, in UTC.
        programmes: The versions of the programme; without any nothing is planned.
        actor_id: Who imports; None for the command line.
        mark: `mark_of` the difference that somebody has looked at: any other is not applied. "": whatever it is.

    Returns:
        The difference. When it is empty nothing was written, not even a journal line.

    Raises:
        MistakesError: Every fault of the roster, in the order of the file; nothing was written.
    """
    stored = load_stored(conn)
    places = Places(find_country=find_country, is_zone=is_zone, zone_candidates=zone_candidates, regions=REGIONS)
    records, faults = parse(sheets, places)
    faults = [*sheets.faults, *faults, *check(records, stored, sheets, prune)]
    if faults:
        raise MistakesError([sheets.mistake(fault) for fault in sorted(faults, key=_place)])
    found = difference(records, stored, prune)
    if found and not dry_run and mark in {"", mark_of(found)}:
        _apply(conn, found, now, programmes, actor_id)
    return found


def _apply(conn: Connection, found: Difference, now: datetime, programmes: Programmes, actor_id: int | None) -> None:
    named = (change.values.get("unit") for sheet in _WITH_UNITS for change in found.of(sheet))
    units = unit_ids(conn, (path for path in named if isinstance(path, str)))
    people = apply_people(conn, found, units, now)
    off = departure_moved.days_of(conn, {change.id for change in found.of(TRIPS, ChangeKind.ABSENT) if change.id})
    apply_trips(conn, found, people, now)
    branches = apply_branches(conn, found, units, people, now)
    apply_figures(conn, found, units, people)
    apply_deadlines(conn, found, units, people, now, programmes)
    opportunities.apply_opportunities(conn, found, units, now)
    touched(conn, found, now)
    opportunities.touched(conn, found, now)
    write_lines(conn, found, people, branches, now, actor_id)
    other = [people[one.key[0]] for one in found.of(PEOPLE) if any(field.name == "counsellor" for field in one.fields)]
    end_changed(conn, other, now, actor_id)
    end_all(conn, [people[change.key[0]] for change in found.of(PEOPLE, ChangeKind.ABSENT)], now)
    replanned = {people[str(change.values["number"])] for change in found.of(TRIPS)}
    replanned |= {people[change.key[0]] for change in found.of(PEOPLE) if _bears_on_plans(change)}
    moved = {
        change.id: field.old
        for change in found.of(TRIPS, ChangeKind.CHANGE)
        for field in change.fields
        if field.name == "departs" and change.id is not None and isinstance(field.old, date)
    }
    asked = departure_moved.asked_before(conn, moved | off)
    for piece in people_store.chunks(sorted(replanned)):
        replan(conn, piece, programmes, now)
    departure_moved.say(conn, asked, now)
    look_again(conn)


def _bears_on_plans(change: Change) -> bool:
    return change.kind is not ChangeKind.CHANGE or any(field.name in _BEARS_ON_PLANS for field in change.fields)


def _place(fault: Fault) -> tuple[int, int, int]:
    """Order faults as one reads the file: by sheet, row and column; what is no sheet at all comes first."""
    if fault.sheet not in SHEETS:
        return (-1, fault.line, 0)
    columns = [column.name for column in SHEETS[fault.sheet].columns]
    column = columns.index(fault.column) if fault.column in columns else len(columns)
    return (list(SHEETS).index(fault.sheet), fault.line, column)
