"""Tables and queries of people, units and roles."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext

from bot.listed import listed_as
from bot.people.model import Level, Person, Role, RoleKind, ScopeKind
from bot.people.pinyin import LONGEST_KEYS, LONGEST_ORDER, keys_of, order_of
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

units = Table(
    "units",
    metadata,
    id_column(),
    Column("parent_id", Id, ForeignKey("units.id"), index=True),
    Column("name", String(200), nullable=False),
    # The whole path with "/": the key under which the roster names a unit.
    Column("path", String(900), nullable=False, unique=True),
)


def _order(row: DefaultExecutionContext) -> str:
    return order_of(str(_given(row).get("name", "")))


def _given(row: DefaultExecutionContext) -> dict[str, Any]:
    return dict(row.get_current_parameters())  # type: ignore[no-untyped-call]


def _keys(row: DefaultExecutionContext) -> str:
    values = _given(row)
    return keys_of(str(values.get("name", "")), str(values.get("number", "")))


people = Table(
    "people",
    metadata,
    id_column(),
    Column("number", String(64), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
    Column("unit_id", Id, ForeignKey("units.id"), index=True),
    Column("language", String(8), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("email", Sealed()),
    Column("phone", Sealed()),
    Column("level", String(16)),
    Column("counsellor_id", Id, ForeignKey("people.id"), index=True),
    Column("supervisor_id", Id, ForeignKey("people.id"), index=True),
    # Of the first version; `scheduler.plan_everyone` turns what it holds into a move.
    Column("here_zone", String(64)),
    Column("paused_until", Date),
    Column("consent_at", UtcDateTime),
    Column("left_at", UtcDateTime),
    # Set when a later roster no longer lists her and the import was told to prune.
    Column("absent_at", UtcDateTime),
    # As she wishes: no ladder of hers tells her counsellor, who does not hear of that.
    Column("skips_counsellor", Boolean, nullable=False, default=False, server_default=text("false")),
    # Who looks after her in place of her counsellor now; `bot.stand_ins` has the row that says until when.
    Column("stand_in_id", Id, ForeignKey("people.id"), index=True),
    Column("created_at", UtcDateTime, nullable=False),
    # Made of the name, and of the number: by what the list of people is ordered and searched.
    Column("sorts_as", String(LONGEST_ORDER), nullable=False, server_default="", default=_order, index=True),
    Column("found_by", String(LONGEST_KEYS), nullable=False, server_default="", default=_keys, index=True),
)

roles = Table(
    "roles",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(16), nullable=False, index=True),
    UniqueConstraint("person_id", "kind"),
)

role_scopes = Table(
    "role_scopes",
    metadata,
    id_column(),
    Column("role_id", Id, ForeignKey("roles.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("value", String(900), nullable=False),
)

CHUNK = 500
"""How many ids one IN list carries: both databases take it in one go."""


# Statements that every message needs are kept: building one costs twice as much as running it.
_OF_PERSON = tuple(one.name for one in fields(Person) if one.name != "roles")
_COLUMNS = [people.c[name] for name in _OF_PERSON]
_BY_IDS = select(*_COLUMNS).where(listed_as(people.c.id, "ids"))
_SCOPE = (role_scopes.c.kind.label("scope_kind"), role_scopes.c.value)
_HELD = (roles.c.person_id, roles.c.kind.label("role_kind"), *_SCOPE)
WITH_ROLES = (
    select(*_COLUMNS, *_HELD)
    .outerjoin(roles, roles.c.person_id == people.c.id)
    .outerjoin(role_scopes, role_scopes.c.role_id == roles.c.id)
    .order_by(roles.c.id, role_scopes.c.id)
)
"""People with all that they are, for `from_rows` of the rows of one person."""
_ONE = WITH_ROLES.where(people.c.id == bindparam("one"))
_ROLES = (
    select(*_HELD)
    .outerjoin(role_scopes, role_scopes.c.role_id == roles.c.id)
    .where(listed_as(roles.c.person_id, "ids"))
    .order_by(roles.c.id, role_scopes.c.id)
)


def chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    """Cut a list of ids into pieces for IN."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def by_ids(conn: Connection, ids: Iterable[int]) -> dict[int, Person]:
    """Return people by id, without those that do not exist."""
    found: dict[int, Person] = {}
    for piece in chunks(sorted(set(ids))):
        rows = conn.execute(_BY_IDS, {"ids": piece}).all()
        held = _roles_in(conn.execute(_ROLES, {"ids": [row.id for row in rows]}))
        found |= {row.id: _person(row, held.get(row.id, ())) for row in rows}
    return found


def by_id(conn: Connection, person_id: int, *, lock: bool = False) -> Person | None:
    """Return one person by id; `lock` until the end of the transaction, for whoever decides by what she is."""
    if lock:
        conn.execute(select(people.c.id).where(people.c.id == person_id).with_for_update(key_share=True)).all()
    rows = conn.execute(_ONE, {"one": person_id}).all()
    return from_rows(rows) if rows else None


def from_rows(rows: Sequence[Any]) -> Person:
    """Turn the rows of one person, one for each scope of each role of hers, into a person."""
    held = _roles_in(row for row in rows if row.role_kind is not None)
    return _person(rows[0], held.get(rows[0].id, ()))


def by_number(conn: Connection, number: str) -> Person | None:
    """Return one person by student or staff number."""
    found = conn.execute(select(people.c.id).where(people.c.number == number)).scalar()
    return None if found is None else by_id(conn, found)


def ids_with_role(conn: Connection, kind: RoleKind) -> list[int]:
    """Return the ids of everybody present who holds a role, in order."""
    query = (
        select(people.c.id)
        .join(roles, roles.c.person_id == people.c.id)
        .where(roles.c.kind == kind.value, people.c.absent_at.is_(None), people.c.left_at.is_(None))
        .order_by(people.c.id)
    )
    return list(conn.execute(query).scalars())


def unit_paths(conn: Connection) -> dict[int, str]:
    """Return every unit's path by its id."""
    return {row.id: row.path for row in conn.execute(select(units.c.id, units.c.path))}


def update_person(conn: Connection, person_id: int, **values: Any) -> None:
    """Change columns of one person; a new name is found from now on."""
    if "name" in values:
        number = conn.execute(select(people.c.number).where(people.c.id == person_id)).scalar_one()
        values |= {"sorts_as": order_of(values["name"]), "found_by": keys_of(values["name"], number)}
    conn.execute(people.update().where(people.c.id == person_id).values(**values))


def _roles_in(rows: Iterable[Any]) -> dict[int, tuple[Role, ...]]:
    """Return the roles in rows of `_HELD`, by person."""
    gathered: dict[int, dict[RoleKind, list[tuple[ScopeKind, str]]]] = {}
    for row in rows:
        scopes = gathered.setdefault(row.person_id, {}).setdefault(RoleKind(row.role_kind), [])
        if row.scope_kind is not None:
            scopes.append((ScopeKind(row.scope_kind), row.value))
    return {
        person_id: tuple(Role(kind, tuple(scopes)) for kind, scopes in kinds.items())
        for person_id, kinds in gathered.items()
    }


def _person(row: Any, held: tuple[Role, ...]) -> Person:
    values = {name: row._mapping[name] for name in _OF_PERSON}  # noqa: SLF001 - the documented way to columns by name
    values["level"] = Level(row.level) if row.level else None
    return Person(**values, roles=held)
