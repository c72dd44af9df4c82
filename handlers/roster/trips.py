"""Applies what a roster changes about trips. Called by `handlers.roster_imported`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.roster.columns import TRIPS
from bot.roster.model import Change, ChangeKind, Difference
from bot.trips.store import trips

_KEYS = ("trip", "number")


def apply_trips(conn: Connection, difference: Difference, ids: Mapping[str, int], now: datetime) -> None:
    """Store the changes of the sheet `trips`; `ids` gives everybody's id by number."""
    added = difference.of(TRIPS, ChangeKind.ADD)
    if added:
        conn.execute(trips.insert(), [_new_row(change, ids) for change in added])
    for change in difference.of(TRIPS, ChangeKind.CHANGE, ChangeKind.REVIVE, ChangeKind.ABSENT):
        conn.execute(trips.update().where(trips.c.id == change.id).values(**_changed_columns(change, now)))


def _new_row(change: Change, ids: Mapping[str, int]) -> dict[str, Any]:
    row: dict[str, Any] = {name: value for name, value in change.values.items() if name not in _KEYS}
    return row | {"key": change.key[0], "person_id": ids[str(change.values["number"])]}


def _changed_columns(change: Change, now: datetime) -> dict[str, Any]:
    if change.kind is ChangeKind.ABSENT:
        return {"cancelled_at": now, "withdrawn_at": None}
    columns: dict[str, Any] = {"cancelled_at": None, "withdrawn_at": None} if change.kind is ChangeKind.REVIVE else {}
    columns |= {field.name: field.new for field in change.fields if field.name not in _KEYS}
    if "departs" in columns:
        columns["landing_at"] = None  # she told it for another day
    return columns
