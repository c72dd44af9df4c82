"""Applies what a roster changes about people: rows, roles with scopes, party statuses. Called by
`handlers.roster_imported`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.branches.store import party_statuses
from bot.people import store as people_store
from bot.people.store import people, role_scopes, roles
from bot.roster.columns import PEOPLE
from bot.roster.model import Change, ChangeKind, Difference, Value

_PLAIN = ("name", "zone", "level", "language", "email", "phone")
_REFERENCES = ("counsellor", "supervisor")


def apply_people(conn: Connection, difference: Difference, units: Mapping[str, int], now: datetime) -> dict[str, int]:
    """Store the changes of the sheet `people` and return everybody's id by number."""
    added = difference.of(PEOPLE, ChangeKind.ADD)
    if added:
        conn.execute(people.insert(), [_new_row(change, units, now) for change in added])
    ids = {row.number: row.id for row in conn.execute(select(people.c.number, people.c.id))}
    for change in difference.of(PEOPLE, ChangeKind.CHANGE, ChangeKind.REVIVE, ChangeKind.ABSENT):
        values = _changed_columns(change, units, ids, now)
        if values:
            people_store.update_person(conn, ids[change.key[0]], **values)
    _refer(conn, added, ids)
    _set_roles(conn, difference, ids)
    _set_party(conn, difference, ids)
    return ids


def _new_row(change: Change, units: Mapping[str, int], now: datetime) -> dict[str, Any]:
    values = change.values
    row: dict[str, Any] = {name: values.get(name) for name in _PLAIN}
    return row | {"number": change.key[0], "unit_id": _id_in(units, values.get("unit")), "created_at": now}


def _changed_columns(change: Change, units: Mapping[str, int], ids: Mapping[str, int], now: datetime) -> dict[str, Any]:
    if change.kind is ChangeKind.ABSENT:
        return {"absent_at": now}
    columns: dict[str, Any] = {"absent_at": None} if change.kind is ChangeKind.REVIVE else {}
    for field in change.fields:
        if field.name in _PLAIN:
            columns[field.name] = field.new
        elif field.name == "unit":
            columns["unit_id"] = _id_in(units, field.new)
        elif field.name in _REFERENCES:
            columns[f"{field.name}_id"] = _id_in(ids, field.new)
    return columns


def _refer(conn: Connection, added: Sequence[Change], ids: Mapping[str, int]) -> None:
    """Set the counsellors and supervisors of new people, who may be new themselves."""
    rows = [
        {"row_id": ids[change.key[0]], **{f"{name}_id": _id_in(ids, change.values.get(name)) for name in _REFERENCES}}
        for change in added
        if any(change.values.get(name) for name in _REFERENCES)
    ]
    if rows:
        conn.execute(people.update().where(people.c.id == bindparam("row_id")), rows)


def _set_roles(conn: Connection, difference: Difference, ids: Mapping[str, int]) -> None:
    """Write the roles of everybody whose roles or scope changed, anew; every role of staff gets the whole scope."""
    changes = [
        change
        for change in difference.of(PEOPLE, ChangeKind.ADD, ChangeKind.CHANGE, ChangeKind.REVIVE)
        if any(field.name in {"role", "scope"} for field in change.fields)
    ]
    person_ids = [ids[change.key[0]] for change in changes]
    for piece in people_store.chunks(person_ids):
        old = select(roles.c.id).where(roles.c.person_id.in_(piece))
        conn.execute(role_scopes.delete().where(role_scopes.c.role_id.in_(old)))
        conn.execute(roles.delete().where(roles.c.person_id.in_(piece)))
    rows = [
        {"person_id": ids[change.key[0]], "kind": kind} for change in changes for kind in _texts(change.values["role"])
    ]
    if not rows:
        return
    conn.execute(roles.insert(), rows)
    role_ids: dict[int, list[int]] = {}
    for piece in people_store.chunks(person_ids):
        query = select(roles.c.id, roles.c.person_id).where(roles.c.person_id.in_(piece), roles.c.kind != "student")
        for row in conn.execute(query.order_by(roles.c.id)):
            role_ids.setdefault(row.person_id, []).append(row.id)
    scopes = []
    for change in changes:
        for role_id in role_ids.get(ids[change.key[0]], ()):
            for kind, _, value in (text.partition(":") for text in _texts(change.values.get("scope"))):
                scopes.append({"role_id": role_id, "kind": kind, "value": value})
    if scopes:
        conn.execute(role_scopes.insert(), scopes)


def _set_party(conn: Connection, difference: Difference, ids: Mapping[str, int]) -> None:
    changed = {
        ids[change.key[0]]: field.new
        for change in difference.of(PEOPLE)
        for field in change.fields
        if field.name == "party"
    }
    for piece in people_store.chunks(sorted(changed)):
        conn.execute(party_statuses.delete().where(party_statuses.c.person_id.in_(piece)))
    rows = [{"person_id": person_id, "status": status} for person_id, status in changed.items() if status]
    if rows:
        conn.execute(party_statuses.insert(), rows)


def _id_in(ids: Mapping[str, int], key: Value) -> int | None:
    return ids[key] if isinstance(key, str) else None


def _texts(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
