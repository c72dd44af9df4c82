"""What WeChat gets inside its callback: the message is processed at once and its reply, which costs nothing there, is
taken from the outbox. The same message gets the same reply again, as it is kept word for word.

The webhook calls these in one transaction each; what is not taken goes out as a message later.
"""

from datetime import datetime

import structlog
from sqlalchemy import Connection, delete, select

from bot.addresses import store as addresses
from bot.channels.wechat.markup import joined
from bot.engine.compose import compose
from bot.inbox.model import InboxState
from bot.inbox.store import inbox
from bot.outbox import attempts as tries
from bot.outbox import store as outbox_store
from bot.outbox.model import Message, OutboxState, Rendered, Result, ResultKind
from bot.outbox.store import attempts, outbox
from handlers.process import process, reply_key
from handlers.services import Services

log = structlog.get_logger()
PASSIVE = "passive"
"""Reason of a try that went out inside a callback."""
MOST_REPLIES = 12
"""How many replies to one message are looked at; there are hardly ever more than three."""


def inbox_id_of(conn: Connection, channel: str, account: str, number: str) -> int:
    """Return the row of a message that has just been stored; LookupError when it is gone."""
    same = (inbox.c.channel == channel, inbox.c.account == account, inbox.c.external_id == number)
    return int(conn.execute(select(inbox.c.id).where(*same)).scalar_one())


def process_up_to(conn: Connection, inbox_id: int, services: Services) -> bool:
    """Process a message, behind older ones of the same sender; one that breaks is left to the bell.

    False when it had been processed before, or breaks.
    """
    row = conn.execute(select(inbox).where(inbox.c.id == inbox_id)).one()
    if row.state != InboxState.NEW.value:
        return False
    waits = select(inbox.c.id).where(
        inbox.c.channel == row.channel,
        inbox.c.account == row.account,
        inbox.c.sender == row.sender,
        inbox.c.state == InboxState.NEW.value,
        inbox.c.id <= inbox_id,
    )
    try:
        with conn.begin_nested():
            for one in conn.execute(waits.order_by(inbox.c.id)).scalars().all():
                process(conn, one, services)
    except Exception as error:  # noqa: BLE001 - it is tried again there, and told of
        log.info("wechat.not_processed_at_once", inbox_id=inbox_id, error=type(error).__name__)
        return False
    return True


def given(conn: Connection, inbox_id: int) -> list[Rendered]:
    """Return what a message was answered with inside a callback, in its order; nothing when it was not."""
    query = (
        select(attempts.c.body)
        .join(outbox, outbox.c.id == attempts.c.outbox_id)
        .where(outbox.c.key.in_(_keys(inbox_id)), attempts.c.reason == PASSIVE)
        .order_by(attempts.c.id)
    )
    return [Rendered.from_json(body) for body in conn.execute(query).scalars()]


def take(conn: Connection, inbox_id: int, services: Services, limit: int) -> list[Rendered]:
    """Take the replies to a message that fit into one text of so many bytes, as delivered; the others wait."""
    waiting = (
        select(outbox)
        .where(outbox.c.key.in_(_keys(inbox_id)), outbox.c.address_id.is_not(None))
        .where(outbox.c.state == OutboxState.WAITING.value, outbox.c.tries == 0)
        .order_by(outbox.c.priority, outbox.c.id)
        .with_for_update(skip_locked=True)
    )
    messages = [outbox_store.from_row(row) for row in conn.execute(waiting)]
    now = services.clock.now()
    bodies = [compose(conn, one, services.renderer, services.settings, now) for one in messages]
    _, count = joined(bodies, limit)
    for message, body in list(zip(messages, bodies, strict=True))[:count]:
        _taken(conn, message, body, now)
    return bodies[:count]


def give_back(conn: Connection, inbox_id: int, now: datetime) -> None:
    """Let what was taken go out as messages after all: the answer of the callback came too late."""
    late = (
        select(attempts.c.id, attempts.c.outbox_id)
        .join(outbox, outbox.c.id == attempts.c.outbox_id)
        .where(outbox.c.key.in_(_keys(inbox_id)), attempts.c.reason == PASSIVE)
    )
    rows = conn.execute(late).all()
    conn.execute(delete(attempts).where(attempts.c.id.in_([row.id for row in rows])))
    values = {"state": OutboxState.WAITING.value, "tries": 0, "accepted_at": None, "next_try_at": now}
    outbox_store.update_many(conn, [row.outbox_id for row in rows], **values)


def _keys(inbox_id: int) -> list[str]:
    """Return what the replies to a message are called in the outbox: their keys have an index."""
    return [reply_key(inbox_id, number) for number in range(MOST_REPLIES)]


def _taken(conn: Connection, message: Message, body: Rendered, now: datetime) -> None:
    address_id = message.address_id or 0
    attempt_id = tries.begin(conn, message.id, address_id, body, 0, now)
    tries.finish(conn, attempt_id, Result(ResultKind.ACCEPTED, reason=PASSIVE), now)
    outbox_store.update(conn, message.id, state=OutboxState.ACCEPTED.value, tries=1, accepted_at=now)
    addresses.worked(conn, [address_id], now)
