"""Table and queries of the inbox: stored and committed before the platform hears that a message arrived."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.inbox.model import InboxRow, InboxState
from bot.schema import Sealed, UtcDateTime, id_column, metadata
from bot.spelt_out import spelt_out

inbox = Table(
    "inbox",
    metadata,
    id_column(),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    # The platform's id of the update: a repeated one has no second effect.
    Column("external_id", String(128), nullable=False),
    Column("sender", String(128), nullable=False),
    Column("raw", Sealed()),
    Column("urgent", Boolean, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("error", String(200)),
    Column("processed_at", UtcDateTime),
    UniqueConstraint("channel", "account", "external_id"),
)
_new = inbox.c.state == InboxState.NEW.value
Index("ix_inbox_new", inbox.c.urgent, inbox.c.id, sqlite_where=_new, postgresql_where=_new)


# Statements that every message needs are kept: building one costs twice as much as running it.
_CLAIM = spelt_out(select(inbox).where(inbox.c.id == bindparam("one"), _new).with_for_update(skip_locked=True))
_TAKE = (
    inbox.update()
    .where(inbox.c.id == _CLAIM.with_only_columns(inbox.c.id).scalar_subquery())
    .values(state=InboxState.DONE.value, processed_at=bindparam("now"), error=None)
    .returning(inbox)
)
_FINISH = inbox.update().where(inbox.c.id == bindparam("row_id"))
_WAITING = spelt_out(
    select(inbox.c.id, inbox.c.urgent).where(_new).order_by(inbox.c.urgent.desc(), inbox.c.id).limit(bindparam("most"))
)
_BEFORE = spelt_out(select(inbox.c.id).where(_new, inbox.c.id < bindparam("one")).limit(bindparam("most")))
_ADD = {
    "postgresql": postgresql.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id),
    "sqlite": sqlite.insert(inbox).on_conflict_do_nothing().returning(inbox.c.id),
}


def add(  # noqa: PLR0913 - one argument per column of a message
    conn: Connection,
    channel: str,
    account: str,
    external_id: str,
    *,
    sender: str,
    raw: dict[str, Any],
    urgent: bool,
    now: datetime,
    state: InboxState = InboxState.NEW,
) -> int | None:
    """Store a message; None when this very one is there already."""
    values = {
        "channel": channel,
        "account": account,
        "external_id": external_id,
        "sender": sender,
        "raw": raw,
        "urgent": urgent,
        "received_at": now,
        "state": state.value,
        "tries": 0,
    }
    return conn.execute(_ADD[conn.dialect.name], values).scalar()


def waiting(conn: Connection, limit: int) -> list[InboxRow]:
    """Return messages that are not processed yet: cries for help first, then in the order of arrival."""
    query = select(inbox).where(_new).order_by(inbox.c.urgent.desc(), inbox.c.id).limit(limit)
    return [_row(row) for row in conn.execute(query)]


def waiting_ids(conn: Connection, limit: int) -> list[tuple[int, bool]]:
    """Return which messages wait and whether each is a cry for help, in the order of `waiting`; opens none of them."""
    return [(row.id, row.urgent) for row in conn.execute(_WAITING, {"most": limit})]


def waiting_before(conn: Connection, inbox_id: int, most: int) -> int:
    """Return how many messages that came before one wait, up to `most`."""
    return len(conn.execute(_BEFORE, {"one": inbox_id, "most": most}).all())


def claim(conn: Connection, inbox_id: int) -> InboxRow | None:
    """Lock one waiting message, to record that processing it failed; None when it is done or somebody else has it."""
    row = conn.execute(_CLAIM, {"one": inbox_id}).one_or_none()
    return None if row is None else _row(row)


def take(conn: Connection, inbox_id: int, now: datetime) -> InboxRow | None:
    """Mark one waiting message as done and return it; None when it is done already or somebody else has it.

    A transaction that fails gives it back. One statement instead of a lock first and a mark at the end.
    """
    row = conn.execute(_TAKE, {"one": inbox_id, "now": now}).one_or_none()
    return None if row is None else _row(row)


def finish(
    conn: Connection,
    inbox_id: int,
    state: InboxState,
    now: datetime,
    *,
    tries: int = 0,
    error: str | None = None,
) -> None:
    """Record how processing ended; the error is a type and a place, never the message."""
    values = {"row_id": inbox_id, "state": state.value, "processed_at": now, "error": error, "tries": tries}
    conn.execute(_FINISH, values)


def replace_raw(conn: Connection, inbox_id: int, raw: dict[str, Any]) -> None:
    """Keep something else of a message than what the platform sent."""
    conn.execute(inbox.update().where(inbox.c.id == inbox_id).values(raw=raw))


def _row(row: Row[Any]) -> InboxRow:
    return InboxRow(
        row.id,
        row.channel,
        row.account,
        row.external_id,
        row.sender,
        row.raw or {},
        row.urgent,
        row.received_at,
        InboxState(row.state),
        row.tries,
    )
