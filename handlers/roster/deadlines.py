"""Loads and applies the sheets of deadlines at home and of papers that run out. Called by `handlers.roster_imported`.

A deadline that moves or is taken back takes along what hangs on it, and whoever was told of it hears that once.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, select

from bot.deadlines import rules, store
from bot.deadlines.model import About
from bot.deadlines.store import deadlines, joined, papers
from bot.engine.deadline_audience import let_go
from bot.engine.deadline_life import moved, paper_given, taken_back
from bot.local_time import BEIJING, Quiet, to_wall
from bot.programmes.versions import Programmes
from bot.roster.columns import DEADLINES, EXPIRIES
from bot.roster.model import Change, ChangeKind, Difference, Key, StoredRow, Value

_MANY = {"level": "levels", "country": "countries", "type": "types"}


def load_deadlines(
    conn: Connection, units: Mapping[int, str], numbers: Mapping[int, str]
) -> dict[str, dict[Key, StoredRow]]:
    """Return what is stored of both sheets as a roster would write it."""
    known: dict[Key, StoredRow] = {}
    for row in conn.execute(select(deadlines).order_by(deadlines.c.id)):
        wall = to_wall(row.due_at, BEIJING)
        values: dict[str, Value] = {name: getattr(row, name) for name in ("title", "kind", "note", "link")}
        values |= {"deadline": row.key, "due": wall.date(), "time": f"{wall:%H:%M}", "unit": units.get(row.unit_id)}
        values |= {name: tuple(filter(None, getattr(row, column).split(","))) for name, column in _MANY.items()}
        known[(row.key,)] = StoredRow(row.id, values, gone=row.withdrawn_at is not None)
    own = frozenset({"expires"})
    held: dict[Key, StoredRow] = {}
    for row in conn.execute(select(papers).order_by(papers.c.id)):
        number = numbers[row.person_id]
        said: dict[str, Value] = {"number": number, "document": row.about, "expires": row.expires}
        held[(number, row.about)] = StoredRow(row.id, said, own=own if row.is_own else frozenset())
    return {DEADLINES: known, EXPIRIES: held}


def apply_deadlines(
    conn: Connection,
    difference: Difference,
    units: Mapping[str, int],
    ids: Mapping[str, int],
    now: datetime,
    programmes: Programmes,
) -> None:
    """Store the changes of both sheets, and let reminders follow."""
    quiet = _quiet(conn, programmes)
    for change in difference.of(DEADLINES):
        _deadline(conn, change, units, now, quiet)
    for change in difference.of(EXPIRIES):
        about = About(change.key[1])
        expires = change.values["expires"]
        if change.kind is ChangeKind.ABSENT:
            _forget(conn, change)
        elif isinstance(expires, date):
            paper_given(conn, ids[change.key[0]], about, expires, now, quiet, is_own=False)


def _deadline(conn: Connection, change: Change, units: Mapping[str, int], now: datetime, quiet: Quiet) -> None:
    if change.kind is ChangeKind.ADD:
        conn.execute(deadlines.insert().values(key=change.key[0], next_at=now, **_columns(change.values, units)))
        return
    deadline_id = change.id or 0
    if change.kind is ChangeKind.ABSENT:
        store.set_deadline(conn, deadline_id, withdrawn_at=now, next_at=None)
        gone = store.deadline(conn, deadline_id)
        if gone is not None:
            taken_back(conn, gone, now)
        return
    store.set_deadline(conn, deadline_id, withdrawn_at=None, next_at=now, **_columns(change.values, units))
    changed = store.deadline(conn, deadline_id)
    if changed is not None:
        moved(conn, changed, now, quiet)


def _columns(values: Mapping[str, Value], units: Mapping[str, int]) -> dict[str, Any]:
    day, at, unit = values["due"], values.get("time"), values.get("unit")
    hour = time.fromisoformat(str(at)) if at else None
    columns: dict[str, Any] = {name: values.get(name) or "" for name in ("title", "note", "link")}
    columns |= {"kind": values.get("kind") or "other", "unit_id": units[str(unit)] if unit else None}
    columns["due_at"] = rules.closes(day, hour) if isinstance(day, date) else None
    for name, column in _MANY.items():
        codes = values.get(name)
        columns[column] = joined(codes if isinstance(codes, tuple) else ())
    return columns


def _forget(conn: Connection, change: Change) -> None:
    known = store.reminder_of_paper(conn, change.id or 0)
    if known is not None:
        let_go(conn, [known])
    conn.execute(papers.delete().where(papers.c.id == change.id))


def _quiet(conn: Connection, programmes: Programmes) -> Quiet:
    try:
        return programmes.current(conn).quiet
    except LookupError:
        return Quiet()


def touched(conn: Connection, difference: Difference, now: datetime) -> None:
    """Let the audiences of deadlines be looked at once more when people or trips have changed."""
    if any(change.sheet in {"people", "trips"} for change in difference.changes):
        store.look_again(conn, now)
