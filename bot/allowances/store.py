"""Table and queries of what may be sent to addresses whose platform counts."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import JSON, Column, Connection, ForeignKey, Integer, Row, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.allowances.model import Allowance
from bot.listed import listed
from bot.schema import Id, UtcDateTime, metadata

allowances = Table(
    "allowances",
    metadata,
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("open_until", UtcDateTime),
    Column("messages_left", Integer, nullable=False, default=0),
    Column("tap_until", UtcDateTime),
    Column("tap_left", Integer, nullable=False, default=0),
    # How many leaves she has given for messages by a form, by the form's id.
    Column("stock", JSON, nullable=False),
)
_ONE = select(allowances).where(allowances.c.address_id == bindparam("one")).with_for_update()
_VALUES = ("open_until", "messages_left", "tap_until", "tap_left", "stock")


def _keep(insert: Any) -> Any:
    return insert.on_conflict_do_update(
        index_elements=["address_id"], set_={name: insert.excluded[name] for name in _VALUES}
    )


# Kept, because every message needs it: building a statement costs twice as much as running it.
_KEEP = {"postgresql": _keep(postgresql.insert(allowances)), "sqlite": _keep(sqlite.insert(allowances))}


def of_address(conn: Connection, address_id: int) -> Allowance:
    """Return what is left at one address, locked for a change; nothing where nobody has counted."""
    row = conn.execute(_ONE, {"one": address_id}).one_or_none()
    return Allowance() if row is None else _allowance(row)


def of_addresses(conn: Connection, address_ids: Iterable[int]) -> dict[int, Allowance]:
    """Return what is left at addresses, by address; those are missing where nobody has counted."""
    query = select(allowances).where(listed(allowances.c.address_id, sorted(set(address_ids))))
    return {row.address_id: _allowance(row) for row in conn.execute(query)}


def keep(conn: Connection, address_id: int, known: Allowance) -> None:
    """Store what is left at an address."""
    values = {
        "address_id": address_id,
        "open_until": known.open_until,
        "messages_left": known.left,
        "tap_until": known.tap_until,
        "tap_left": known.tap_left,
        "stock": dict(known.stock),
    }
    conn.execute(_KEEP[conn.dialect.name], values)


def _allowance(row: Row[Any]) -> Allowance:
    return Allowance(row.open_until, row.messages_left, row.tap_until, row.tap_left, dict(row.stock or {}))
