"""Which of the messages that wait are claimed next: the most important first, few for one chat. Delivery calls it."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from bot.engine.delivery_parts import Account, Room
from bot.outbox import store as outbox
from bot.outbox.model import Message, OutboxState, Priority
from bot.sealed import SealError

log = structlog.get_logger()
TO_ONE_CHAT = 2
"""How many messages to one address are under way at once."""


def choose(conn: Connection, account: Account, now: datetime, room: Room) -> list[Message]:
    """Return what goes now, the most important first, as `delivery.claim` says it; the rows are locked."""
    if room.busy is None:
        return _within(_ready(conn, account, now, room.urgent), room)
    under_way = Counter(room.busy)
    full = {address for address, many in under_way.items() if many >= TO_ONE_CHAT}
    found: dict[int, Message] = {}
    while True:
        before = len(full)
        for message in _ready(conn, account, now, room.urgent + len(found), full):
            if message.id in found:
                continue
            if message.address_id is not None:
                if under_way[message.address_id] >= TO_ONE_CHAT:
                    full.add(message.address_id)
                    continue
                under_way[message.address_id] += 1
            found[message.id] = message
        if len(full) == before or len(found) >= room.urgent:
            break
    # Found in several rounds: the most important goes first all the same.
    in_turn = sorted(found.values(), key=lambda one: (one.priority, one.next_try_at, one.id))
    return _within(in_turn, room)


def _within(messages: Sequence[Message], room: Room) -> list[Message]:
    """Return the first for which there is room."""
    chosen: list[Message] = []
    left, not_alarms = room.ordinary, room.urgent - room.alarms
    for message in messages:
        if len(chosen) == room.urgent:
            break
        if message.priority > Priority.ALARM:
            if not_alarms <= 0:
                break
            not_alarms -= 1
        if message.priority > Priority.REPLY:
            if left == 0:
                continue
            left -= 1
        chosen.append(message)
    return chosen


def _ready(conn: Connection, account: Account, now: datetime, limit: int, but: Collection[int] = ()) -> list[Message]:
    """Return what may go; a row that no key opens is failed by itself, so that it does not stop the account."""
    try:
        return outbox.ready(conn, account.channel, account.account, now, limit, but)
    except SealError:
        pass
    readable = []
    for outbox_id in outbox.ready_unread(conn, account.channel, account.account, now, limit, but):
        try:
            message = outbox.by_id(conn, outbox_id)
        except SealError:
            log.error("delivery.cannot_read", outbox_id=outbox_id)  # noqa: TRY400 - nothing more is to be told
            outbox.update(conn, outbox_id, state=OutboxState.FAILED.value, reason="no_key")
            continue
        if message is not None:
            readable.append(message)
    return readable
