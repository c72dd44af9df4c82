"""Applies what a roster changes about temporary branches and their members. Called by `handlers.roster_imported`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.branches.regroupings import branch_leavings
from bot.branches.store import branch_members, branches
from bot.people import store as people_store
from bot.roster.columns import BRANCHES, MEMBERS
from bot.roster.model import Change, ChangeKind, Difference


def apply_branches(
    conn: Connection, difference: Difference, units: Mapping[str, int], ids: Mapping[str, int], now: datetime
) -> dict[str, int]:
    """Store the changes of the sheets `branches` and `branch_members` and return the branches' ids by key."""
    added = difference.of(BRANCHES, ChangeKind.ADD)
    if added:
        rows = [{"key": change.key[0], **_columns(dict(change.values), units, ids)} for change in added]
        conn.execute(branches.insert(), rows)
    for change in difference.of(BRANCHES, ChangeKind.CHANGE, ChangeKind.REVIVE, ChangeKind.ABSENT):
        values = _changed_columns(change, units, ids, now)
        conn.execute(branches.update().where(branches.c.id == change.id).values(**values))
    keys = {row.key: row.id for row in conn.execute(select(branches.c.key, branches.c.id))}
    _set_members(conn, difference, keys, ids)
    return keys


def _changed_columns(change: Change, units: Mapping[str, int], ids: Mapping[str, int], now: datetime) -> dict[str, Any]:
    if change.kind is ChangeKind.ABSENT:
        return {"absent_at": now}
    columns: dict[str, Any] = {"absent_at": None} if change.kind is ChangeKind.REVIVE else {}
    return columns | _columns({field.name: field.new for field in change.fields}, units, ids)


def _columns(values: dict[str, Any], units: Mapping[str, int], ids: Mapping[str, int]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    columns |= {name: values[name] for name in ("kind", "place") if name in values}
    if "unit" in values:
        columns["unit_id"] = units[values["unit"]] if values["unit"] else None
    for name in ("secretary", "deputy"):
        if name in values:
            columns[f"{name}_id"] = ids[values[name]] if values[name] else None
    return columns


def _set_members(conn: Connection, difference: Difference, keys: Mapping[str, int], ids: Mapping[str, int]) -> None:
    left = [change.id for change in difference.of(MEMBERS, ChangeKind.ABSENT) if change.id is not None]
    for piece in people_store.chunks(left):
        conn.execute(branch_members.delete().where(branch_members.c.id.in_(piece)))
    gone = {(row.branch_id, row.person_id) for row in conn.execute(select(branch_leavings))}
    joined = [
        {"branch_id": keys[branch], "person_id": ids[number]}
        for branch, number in (change.key for change in difference.of(MEMBERS, ChangeKind.ADD))
        if (keys[branch], ids[number]) not in gone
    ]
    if joined:
        conn.execute(branch_members.insert(), joined)
