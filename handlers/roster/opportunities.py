"""Loads and applies the sheet of opportunities. Called by `handlers.roster_imported` and by the console's form.

Who hears of what was entered, moved or taken back is seen to by the clock, a moment later (`scheduler`).
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, select

from bot.local_time import BEIJING, to_wall
from bot.opportunities import rules, store
from bot.opportunities.store import joined, opportunities
from bot.roster.columns import OPPORTUNITIES
from bot.roster.model import Change, ChangeKind, Difference, Key, StoredRow, Value

_TEXTS = ("title", "title_en", "host", "tag", "country", "type", "funding", "text", "text_en", "link")


def load_opportunities(conn: Connection, units: Mapping[int, str]) -> dict[str, dict[Key, StoredRow]]:
    """Return what is stored of the sheet as a roster would write it."""
    known: dict[Key, StoredRow] = {}
    for row in conn.execute(select(opportunities).order_by(opportunities.c.id)):
        wall = to_wall(row.due_at, BEIJING)
        values: dict[str, Value] = {name: getattr(row, name) for name in _TEXTS}
        values |= {"opportunity": row.key, "due": wall.date(), "time": f"{wall:%H:%M}", "unit": units.get(row.unit_id)}
        values |= {"level": tuple(filter(None, row.levels.split(",")))}
        known[(row.key,)] = StoredRow(row.id, values, gone=row.withdrawn_at is not None)
    return {OPPORTUNITIES: known}


def apply_opportunities(conn: Connection, difference: Difference, units: Mapping[str, int], now: datetime) -> None:
    """Store the changes of the sheet, and let those who follow be looked at."""
    for change in difference.of(OPPORTUNITIES):
        if change.kind is ChangeKind.ADD:
            row = {"key": change.key[0], "entered_at": now, "next_at": now, **_columns(change, units)}
            conn.execute(opportunities.insert().values(**row))
        elif change.kind is ChangeKind.ABSENT:
            store.set_opportunity(conn, change.id or 0, withdrawn_at=now, next_at=now)
        else:
            columns = _columns(change, units)
            store.set_opportunity(conn, change.id or 0, withdrawn_at=None, next_at=now, **columns)


def touched(conn: Connection, difference: Difference, now: datetime) -> None:
    """Let those who follow something be looked at once more when people have changed: who may apply may be another."""
    if difference.of("people"):
        store.look_again(conn, now)


def _columns(change: Change, units: Mapping[str, int]) -> dict[str, Any]:
    values = change.values
    day, at, unit, levels = values["due"], values.get("time"), values.get("unit"), values.get("level")
    hour = time.fromisoformat(str(at)) if at else None
    columns: dict[str, Any] = {name: values.get(name) or "" for name in _TEXTS}
    columns |= {"unit_id": units[str(unit)] if unit else None}
    columns |= {"levels": joined(levels if isinstance(levels, tuple) else ())}
    columns["due_at"] = rules.closes(day, hour) if isinstance(day, date) else None
    return columns
