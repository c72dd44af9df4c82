"""A channel is switched off, or its account is another one: nobody sends for the addresses there any more.

`bot.app` calls `leave` at each start: those addresses stand behind all others, and what waits there goes to the next
address of its person at once. When the channel is on again, they are as before.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from bot.addresses.model import WAKE_ONLY, AddressState
from bot.addresses.rules import SWITCHED_OFF
from bot.addresses.store import addresses
from bot.engine.rerouting import elsewhere
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox


def leave(conn: Connection, accounts: Collection[tuple[str, str]], now: datetime) -> int:
    """Give away what waits for accounts for which nobody sends; return how many messages went elsewhere.

    `accounts` are those that send, as channel and account. What has no other address waits for its channel, and the
    watchdog says so.
    """
    query = select(addresses.c.channel, addresses.c.account).where(
        addresses.c.state == AddressState.WORKING.value, addresses.c.channel.not_in(sorted(WAKE_ONLY))
    )
    used = {(row.channel, row.account) for row in conn.execute(query.distinct())}
    return sum(_left(conn, channel, account, now) for channel, account in sorted(used - set(accounts)))


def _left(conn: Connection, channel: str, account: str, now: datetime) -> int:
    here = (addresses.c.channel == channel, addresses.c.account == account)
    conn.execute(addresses.update().where(*here).values(shut=SWITCHED_OFF))
    waits = select(outbox.c.id).where(
        outbox.c.channel == channel,
        outbox.c.account == account,
        outbox.c.state == OutboxState.WAITING.value,
        outbox.c.kind != Kind.EDIT.value,
    )
    moved = 0
    for outbox_id in conn.execute(waits.order_by(outbox.c.priority, outbox.c.id)).scalars().all():
        message = outbox_store.by_id(conn, outbox_id)
        moved += message is not None and elsewhere(conn, message, SWITCHED_OFF, now)
    return moved
