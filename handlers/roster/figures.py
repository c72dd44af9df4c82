"""Loads and applies the sheets that only statistics need. Called by `handlers.roster_imported` and `stored`."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, select

from bot.figures.store import hosts, intakes, online_visits, papers, targets
from bot.people import store as people_store
from bot.roster.columns import HOSTS, INTAKE, ONLINE, PAPERS, SHEETS, TARGETS
from bot.roster.model import ChangeKind, Difference, Key, StoredRow, Value

_TABLES: Mapping[str, Table] = {
    INTAKE: intakes,
    TARGETS: targets,
    HOSTS: hosts,
    PAPERS: papers,
    ONLINE: online_visits,
}
_NAMES = {"visit": "key", "unit": "unit_id", "number": "person_id"}


def load_figures(
    conn: Connection, units: Mapping[int, str], numbers: Mapping[int, str]
) -> dict[str, dict[Key, StoredRow]]:
    """Return what is stored of each sheet as a roster would write it."""
    found: dict[str, dict[Key, StoredRow]] = {}
    for sheet, table in _TABLES.items():
        kind, rows = SHEETS[sheet], found.setdefault(sheet, {})
        for row in conn.execute(select(table).order_by(table.c.id)):
            values: dict[str, Value] = {}
            for column in kind.columns:
                value = row._mapping[_column(sheet, column.name)]  # noqa: SLF001 - the documented way to a column by name
                named = {"unit": units, "number": numbers}.get(column.name)
                values[column.name] = named[value] if named is not None else value
            rows[tuple(str(values[name]) for name in kind.key)] = StoredRow(row.id, values)
    return found


def apply_figures(conn: Connection, difference: Difference, units: Mapping[str, int], ids: Mapping[str, int]) -> None:
    """Store the changes of these sheets; what an import prunes is deleted."""
    for sheet, table in _TABLES.items():
        added = [_row(sheet, change.values, units, ids) for change in difference.of(sheet, ChangeKind.ADD)]
        if added:
            conn.execute(table.insert(), added)
        for change in difference.of(sheet, ChangeKind.CHANGE):
            new = _row(sheet, {field.name: field.new for field in change.fields}, units, ids)
            conn.execute(table.update().where(table.c.id == change.id).values(**new))
        gone = [change.id for change in difference.of(sheet, ChangeKind.ABSENT) if change.id is not None]
        for piece in people_store.chunks(gone):
            conn.execute(table.delete().where(table.c.id.in_(piece)))


def _column(sheet: str, name: str) -> str:
    return "name" if (sheet, name) == (HOSTS, "host") else _NAMES.get(name, name)


def _row(sheet: str, values: Mapping[str, Value], units: Mapping[str, int], ids: Mapping[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in values.items():
        named = {"unit": units, "number": ids}.get(name)
        row[_column(sheet, name)] = named[str(value)] if named is not None else value
    return row
