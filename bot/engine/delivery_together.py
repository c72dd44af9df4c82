"""Delivery of many messages at once: what is plain about them takes a handful of statements for all.

`bot.engine.delivery` asks here first and deals one by one with whatever is left over. All or nothing: when anything
goes wrong among them the savepoint is undone, and the fault is found and told when each is dealt with by itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import WINDOWED
from bot.engine.delivery_parts import ASKING, Account, Parcel, Tools, is_ours
from bot.engine.delivery_parts import wanted as is_wanted
from bot.engine.known import load_known
from bot.outbox import attempts
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Message, OutboxState, Result, ResultKind

_TOGETHER = 2
"""From how many messages on they are dealt with together."""


def prepared_together(
    conn: Connection, tools: Tools, messages: Sequence[Message], epoch: int, now: datetime
) -> dict[int, Parcel]:
    """Prepare all messages that go for the first time, by a handful of statements; by message.

    What is missing in it must be prepared by itself: it is not wanted, or one among them cannot be prepared.
    """
    # Where the platform counts, each message takes its place by itself.
    first = [one for one in messages if one.tries == 0 and one.kind is not Kind.EDIT and one.channel not in WINDOWED]
    if len(first) < _TOGETHER:
        return {}
    try:
        with conn.begin_nested():
            known = load_known(conn, first, now)
            wanted = [one for one in first if is_wanted(one, known, now) is None]
            wanted = [one for one in wanted if not attempts.later_one(conn, one, now)]
            one_by_one = (tools.compose(conn, one) for one in wanted)
            bodies = list(one_by_one) if tools.compose_all is None else tools.compose_all(conn, wanted, known)
            addressed = [(one.id, one.address_id or 0, body) for one, body in zip(wanted, bodies, strict=True)]
            begun = attempts.begin_many(conn, addressed, epoch, now)
            outbox.update_many(conn, [one.id for one in wanted], state=OutboxState.SENDING.value, tries=1)
    except Exception:  # noqa: BLE001 - which one it is, and why, is found and told when each is prepared by itself
        return {}
    return {
        one.id: Parcel(
            replace(one, tries=1, state=OutboxState.SENDING), number, known.addresses[to].external_id, body, epoch
        )
        for one, number, (_, to, body) in zip(wanted, begun, addressed, strict=True)
    }


def accepted_together(
    conn: Connection, account: Account, tools: Tools, batch: Sequence[tuple[Parcel, Result]], now: datetime
) -> set[int]:
    """Record all tries that were simply accepted, by a handful of statements; return which, or none of them."""
    plain = [
        (parcel, result)
        for parcel, result in batch
        if result.kind is ResultKind.ACCEPTED
        and result.new_address is None
        and parcel.message.kind is not Kind.EDIT
        and result.used == 1
    ]
    if len(plain) < _TOGETHER or not all(is_ours(conn, account, parcel) for parcel in _of_each_epoch(plain)):
        return set()
    messages = [parcel.message for parcel, _ in plain]
    try:
        with conn.begin_nested():
            attempts.accept_many(conn, [(parcel.attempt_id, result.external_id) for parcel, result in plain], now)
            values = {"state": OutboxState.ACCEPTED.value, "reason": None, "accepted_at": now}
            outbox.update_many(conn, [one.id for one in messages], **values)
            used = sorted({one.address_id for one in messages if one.address_id is not None})
            addresses.open_again(conn, used, now)
            asked = [one.prompt_id for one in messages if one.prompt_id is not None and one.kind in ASKING]
            if asked and account.can_push:
                tools.asked(conn, asked, now)
    except Exception:  # noqa: BLE001 - as above
        return set()
    return {parcel.attempt_id for parcel, _ in plain}


def _of_each_epoch(plain: Sequence[tuple[Parcel, Result]]) -> list[Parcel]:
    return list({parcel.epoch: parcel for parcel, _ in plain}.values())
