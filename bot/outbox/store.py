"""Tables and queries of the outbox and of the tries that were made."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.listed import listed, listed_as
from bot.outbox.model import Kind, Message, OutboxState, Priority
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata
from bot.spelt_out import spelt_out

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    # Says what this message is and no other, so that a repeated decision queues nothing twice.
    Column("key", String(120), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("about_id", Id, ForeignKey("people.id", ondelete="CASCADE")),
    Column("prompt_id", Id, ForeignKey("prompts.id", ondelete="CASCADE"), index=True),
    Column("case_id", Id, ForeignKey("cases.id", ondelete="CASCADE"), index=True),
    Column("inbox_id", Id, ForeignKey("inbox.id", ondelete="SET NULL")),
    Column("template", String(64), nullable=False),
    Column("data", Sealed()),
    Column("priority", Integer, nullable=False),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="SET NULL")),
    # Repeated from the address, because delivery claims by account.
    Column("channel", String(16)),
    Column("account", String(64)),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("accepted_at", UtcDateTime),
    Column("edits_attempt_id", Id),
    Column("reason", String(120)),
)
_waiting = outbox.c.state == OutboxState.WAITING.value
Index(
    "ix_outbox_waiting",
    outbox.c.channel,
    outbox.c.account,
    outbox.c.priority,
    outbox.c.next_try_at,
    outbox.c.id,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
_sending = outbox.c.state == OutboxState.SENDING.value
Index("ix_outbox_sending", outbox.c.channel, outbox.c.account, sqlite_where=_sending, postgresql_where=_sending)
_edits = outbox.c.edits_attempt_id.is_not(None)
Index("ix_outbox_edits_attempt_id", outbox.c.edits_attempt_id, sqlite_where=_edits, postgresql_where=_edits)

attempts = Table(
    "attempts",
    metadata,
    id_column(),
    Column("outbox_id", Id, ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE"), index=True),
    # What was sent, word for word, as JSON of `Rendered`.
    Column("body", Sealed(), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    # Committed before the channel is called: without it the message was never handed over.
    Column("called_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("result", String(16)),
    Column("reason", String(120)),
    Column("external_id", String(128)),
    # How many messages of its platform it takes, where that counts them; an edit takes none.
    Column("pieces", Integer, nullable=False, server_default="1"),
    # When her page showed it (web) or the platform told us so.
    Column("shown_at", UtcDateTime),
)


# Kept, because building a statement costs twice as much as running it.
_PUT = {
    "postgresql": postgresql.insert(outbox).on_conflict_do_nothing(index_elements=["key"]),
    "sqlite": sqlite.insert(outbox).on_conflict_do_nothing(index_elements=["key"]),
}
_UPDATE = outbox.update().where(outbox.c.id == bindparam("row_id"))
_UPDATE_MANY = outbox.update().where(listed_as(outbox.c.id, "row_ids"))


def put(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Queue messages; a row whose key is there already changes nothing."""
    if rows:
        conn.execute(_PUT[conn.dialect.name], list(rows))


def has_key(conn: Connection, key: str) -> bool:
    """Tell whether a message of this key was queued, whatever became of it."""
    return conn.execute(select(outbox.c.id).where(outbox.c.key == key)).first() is not None


def row(  # noqa: PLR0913 - one argument per column of a message
    key: str,
    kind: Kind,
    person_id: int,
    template: str,
    *,
    priority: Priority,
    now: datetime,
    address_id: int | None,
    channel: str | None,
    account: str | None,
    data: dict[str, Any] | None = None,
    about_id: int | None = None,
    prompt_id: int | None = None,
    case_id: int | None = None,
    inbox_id: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    edits_attempt_id: int | None = None,
) -> dict[str, Any]:
    """Return a message as a row for `put`; without an address it is stored as failed, so that staff see it."""
    return {
        "key": key,
        "kind": kind.value,
        "person_id": person_id,
        "about_id": about_id,
        "prompt_id": prompt_id,
        "case_id": case_id,
        "inbox_id": inbox_id,
        "template": template,
        "data": data,
        "priority": int(priority),
        "address_id": address_id,
        "channel": channel,
        "account": account,
        "state": (OutboxState.FAILED if address_id is None else OutboxState.WAITING).value,
        "tries": 0,
        "created_at": now,
        "next_try_at": not_before or now,
        "expires_at": expires_at,
        "edits_attempt_id": edits_attempt_id,
        "reason": "no_address" if address_id is None else None,
    }


def _ready(*what: Any) -> Select[Any]:
    return (
        select(*what)
        .where(outbox.c.channel == bindparam("of_channel"), outbox.c.account == bindparam("of_account"), _waiting)
        .where(outbox.c.next_try_at <= bindparam("at"))
        .order_by(outbox.c.priority, outbox.c.next_try_at, outbox.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


_READY, _READY_UNREAD = spelt_out(_ready(outbox)), spelt_out(_ready(outbox.c.id))


def ready(
    conn: Connection, channel: str, account: str, now: datetime, limit: int, but: Collection[int] = ()
) -> list[Message]:
    """Claim up to `limit` messages of an account that may go now, the most important and oldest first.

    `but`: addresses that get none now.
    """
    where = {"of_channel": channel, "of_account": account, "at": now, "most": limit}
    return [from_row(found) for found in conn.execute(_not_to(_READY, but), where)]


def ready_unread(
    conn: Connection, channel: str, account: str, now: datetime, limit: int, but: Collection[int] = ()
) -> list[int]:
    """Return the ids of the same messages without opening what is sealed in them."""
    where = {"of_channel": channel, "of_account": account, "at": now, "most": limit}
    return list(conn.execute(_not_to(_READY_UNREAD, but), where).scalars())


def _not_to(query: Select[Any], but: Collection[int]) -> Select[Any]:
    return query.where(outbox.c.address_id.not_in(sorted(but))) if but else query


def by_id(conn: Connection, outbox_id: int) -> Message | None:
    """Return one message; SealError when no key opens it."""
    found = conn.execute(select(outbox).where(outbox.c.id == outbox_id)).one_or_none()
    return None if found is None else from_row(found)


_FIRST_READY = spelt_out(
    select(outbox.c.priority)
    .where(outbox.c.channel == bindparam("of_channel"), outbox.c.account == bindparam("of_account"), _waiting)
    .where(outbox.c.next_try_at <= bindparam("at"), outbox.c.priority <= bindparam("least"))
    .order_by(outbox.c.priority)
    .limit(1)
)
"""Kept, because each sender asks it whenever it is woken."""


def first_ready(
    conn: Connection, channel: str, account: str, now: datetime, least: Priority = Priority.EDIT
) -> Priority | None:
    """Return how important the first message of an account is that may go now; None when none so important may."""
    asked = {"of_channel": channel, "of_account": account, "at": now, "least": int(least)}
    first = conn.execute(_FIRST_READY, asked).scalar_one_or_none()
    return None if first is None else Priority(first)


def held_back(conn: Connection, address_ids: Iterable[int], but: Collection[str]) -> dict[int, str]:
    """Return why something waits for these addresses, by address: the reason of what has waited longest.

    `but` are reasons that say nothing of the address: of what waits for her morning, or came from another one.
    """
    query = (
        select(outbox.c.address_id, outbox.c.reason)
        .where(_waiting, listed(outbox.c.address_id, sorted(set(address_ids))), outbox.c.reason.is_not(None))
        .where(outbox.c.reason.not_in(sorted(but)))
        .order_by(outbox.c.id.desc())
    )
    return {row.address_id: row.reason for row in conn.execute(query)}


def is_held_back(address_id: ColumnElement[int], but: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that something waits for an address, for a reason that `held_back` tells."""
    reason = and_(outbox.c.reason.is_not(None), outbox.c.reason.not_in(sorted(but)))
    return address_id.in_(select(outbox.c.address_id).where(_waiting, outbox.c.address_id.is_not(None), reason))


def sending(conn: Connection, channel: str, account: str) -> list[Message]:
    """Return the messages of an account that were claimed and have no result yet, in their order."""
    query = (
        select(outbox)
        .where(outbox.c.channel == channel, outbox.c.account == account, _sending)
        .order_by(outbox.c.id)
        .with_for_update()
    )
    return [from_row(found) for found in conn.execute(query)]


def of_prompt(conn: Connection, prompt_id: int, states: Iterable[OutboxState]) -> list[Message]:
    """Return the messages about a prompt that are in one of the states."""
    query = (
        select(outbox)
        .where(outbox.c.prompt_id == prompt_id, outbox.c.state.in_([state.value for state in states]))
        .order_by(outbox.c.id)
    )
    return [from_row(found) for found in conn.execute(query)]


def update(conn: Connection, outbox_id: int, **values: Any) -> None:
    """Change columns of one message."""
    conn.execute(_UPDATE, {"row_id": outbox_id, **values})


def update_many(conn: Connection, outbox_ids: Sequence[int], **values: Any) -> None:
    """Change columns of many messages in the same way."""
    if outbox_ids:
        conn.execute(_UPDATE_MANY, {"row_ids": sorted(outbox_ids), **values})


def from_row(found: Row[Any]) -> Message:
    """Turn a row of `outbox` into a message."""
    return Message(
        id=found.id,
        key=found.key,
        kind=Kind(found.kind),
        person_id=found.person_id,
        about_id=found.about_id,
        prompt_id=found.prompt_id,
        case_id=found.case_id,
        template=found.template,
        data=found.data or {},
        priority=Priority(found.priority),
        address_id=found.address_id,
        channel=found.channel,
        account=found.account,
        state=OutboxState(found.state),
        tries=found.tries,
        created_at=found.created_at,
        next_try_at=found.next_try_at,
        expires_at=found.expires_at,
        edits_attempt_id=found.edits_attempt_id,
        inbox_id=found.inbox_id,
    )
