"""Delivery's transactions: claim messages for one account, look again just before sending, record what came of it.

`scheduler.deliver` calls these on the writer thread and the channel in between, outside any transaction. The decisions
are in `delivery_rules`; here they become rows. Nothing is recorded for an epoch that another process has ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.cases import store as cases
from bot.engine.delivery_rules import Verdict, after_result, before_edit, before_try
from bot.engine.rerouting import address_failed, moved, reroute
from bot.outbox import attempts
from bot.outbox import store as outbox
from bot.outbox.model import PROCESS_ENDED, Kind, Message, OutboxState, Priority, Rendered, Result, ResultKind
from bot.prompts import store as prompts
from bot.sealed import SealError
from bot.storage import state

log = structlog.get_logger()


@dataclass(frozen=True)
class Account:
    """One of our accounts, as delivery sees it, and the lease under which one process sends for it."""

    channel: str
    account: str
    can_edit: bool
    can_push: bool

    @property
    def lease(self) -> str:
        """Return the name of the lease."""
        return f"send:{self.channel}:{self.account}"[:96]


@dataclass(frozen=True)
class Tools:
    """What delivery needs of the rest: how a message is written, and what follows when a question got out."""

    compose: Callable[[Connection, Message], Rendered]
    asked: Callable[[Connection, Sequence[int], datetime], object]


@dataclass(frozen=True)
class Parcel:
    """A claimed message, written and addressed; `message_ref` is set for an edit."""

    message: Message
    attempt_id: int
    external_id: str
    body: Rendered
    epoch: int
    message_ref: str | None = None


def claim(
    conn: Connection, account: Account, tools: Tools, epoch: int, now: datetime, *, urgent: int, ordinary: int
) -> tuple[int, list[Parcel]]:
    """Claim messages that may go now, the most important first, and store what each will say.

    Return how many were dealt with, those included that were not wanted any more, and what is to be sent. At most
    `urgent` in all, of which at most `ordinary` are no alarm and no reply: the rest is kept for those.
    """
    parcels: list[Parcel] = []
    taken, left = 0, ordinary
    for message in _ready(conn, account, now, urgent):
        if message.priority >= Priority.PROMPT:
            if left == 0:
                continue
            left -= 1
        taken += 1
        parcel = _prepared(conn, account, tools, message, epoch, now)
        if parcel is not None:
            parcels.append(parcel)
    return taken, parcels


def _ready(conn: Connection, account: Account, now: datetime, limit: int) -> list[Message]:
    """Return what may go; a row that no key opens is failed by itself, so that it does not stop the account."""
    try:
        return outbox.ready(conn, account.channel, account.account, now, limit)
    except SealError:
        pass
    readable = []
    for outbox_id in outbox.ready_unread(conn, account.channel, account.account, now, limit):
        try:
            message = outbox.by_id(conn, outbox_id)
        except SealError:
            log.error("delivery.cannot_read", outbox_id=outbox_id)  # noqa: TRY400 - nothing more is to be told
            outbox.update(conn, outbox_id, state=OutboxState.FAILED.value, reason="no_key")
            continue
        if message is not None:
            readable.append(message)
    return readable


def still_wanted(conn: Connection, message: Message, now: datetime) -> Verdict | None:
    """Look at what a message is about: None to send it, else what becomes of it instead."""
    prompt = None if message.prompt_id is None else prompts.by_id(conn, message.prompt_id)
    case = None if message.case_id is None else cases.by_id(conn, message.case_id)
    address = None if message.address_id is None else addresses.by_id(conn, message.address_id)
    return before_try(message, now, prompt=prompt, case=case, address=None if address is None else address.state)


def drop(conn: Connection, account: Account, parcel: Parcel, verdict: Verdict, now: datetime) -> None:
    """Record that a claimed message was given up, or goes elsewhere, before the channel was called."""
    if _is_ours(conn, account, parcel) and attempts.give_up(
        conn, parcel.attempt_id, verdict.reason or verdict.state.value, now
    ):
        _apply(conn, parcel.message, verdict, now)


def record(
    conn: Connection, account: Account, tools: Tools, parcel: Parcel, result: Result, now: datetime, jitter: float
) -> Verdict | None:
    """Record what a channel said of a try; None when that is no longer ours to record."""
    if not _is_ours(conn, account, parcel):
        log.warning("delivery.late_result", outbox_id=parcel.message.id, result=result.kind.value)
        return None
    unknown = attempts.unknown_before(conn, parcel.message.id)
    if not attempts.finish(conn, parcel.attempt_id, result, now):
        return None
    verdict = after_result(parcel.message, result, now, unknown_before=unknown, jitter=jitter)
    if result.new_address is not None and parcel.message.address_id is not None:
        moved(conn, parcel.message.address_id, result.new_address)
    _apply(conn, parcel.message, verdict, now)
    if result.kind is ResultKind.ACCEPTED:
        _accepted(conn, account, tools, parcel, now)
    return verdict


def recover(conn: Connection, account: Account, now: datetime) -> int:
    """After taking the lease anew: what a dead process left in the middle has an unknown outcome. Return how many."""
    left = outbox.sending(conn, account.channel, account.account)
    open_tries = attempts.unfinished(conn, [message.id for message in left])
    result = Result(ResultKind.OUTCOME_UNKNOWN, reason=PROCESS_ENDED)
    for message in left:
        deaths = attempts.deaths_before(conn, message.id)
        attempt_id = open_tries.get(message.id)
        if attempt_id is None:
            outbox.update(conn, message.id, state=OutboxState.WAITING.value, next_try_at=now)
            continue
        attempts.finish(conn, attempt_id, result, now)
        _apply(conn, message, after_result(message, result, now, unknown_before=deaths), now)
    return len(left)


def _prepared(
    conn: Connection, account: Account, tools: Tools, message: Message, epoch: int, now: datetime
) -> Parcel | None:
    """Prepare one message; one that cannot be prepared is our fault and must not stop its neighbours.

    Its error is logged by type: its text may hold a person's words.
    """
    try:
        with conn.begin_nested():
            return _prepare(conn, account, tools, message, epoch, now)
    except Exception as error:  # noqa: BLE001 - see above
        kind = type(error).__name__
    log.error("delivery.cannot_write", outbox_id=message.id, template=message.template, error=kind)
    tried = replace(message, tries=message.tries + 1)
    fault = Result(ResultKind.OUR_FAULT, reason=f"compose:{kind}")
    _apply(conn, tried, after_result(tried, fault, now), now)
    return None


def _prepare(
    conn: Connection, account: Account, tools: Tools, message: Message, epoch: int, now: datetime
) -> Parcel | None:
    verdict = still_wanted(conn, message, now)
    original = None
    if verdict is None and message.edits_attempt_id is not None:
        original = attempts.sent(conn, message.edits_attempt_id)
        latest = not attempts.later_edit(conn, message.edits_attempt_id, message.id)
        verdict = before_edit(original, now, can_edit=account.can_edit, is_latest=latest)
    if verdict is not None:
        _apply(conn, message, verdict, now)
        return None
    tried = replace(message, tries=message.tries + 1, state=OutboxState.SENDING)
    body = attempts.last_body(conn, message.id) or tools.compose(conn, message)
    address = None if message.address_id is None else addresses.by_id(conn, message.address_id)
    if address is None:
        raise LookupError("a message that is still wanted has an address")
    attempt_id = attempts.begin(conn, message.id, address.id, body, epoch, now)
    outbox.update(conn, message.id, state=OutboxState.SENDING.value, tries=tried.tries)
    return Parcel(tried, attempt_id, address.external_id, body, epoch, original.external_id if original else None)


def _is_ours(conn: Connection, account: Account, parcel: Parcel) -> bool:
    return state.epoch_of(conn, account.lease) == parcel.epoch


def _apply(conn: Connection, message: Message, verdict: Verdict, now: datetime) -> None:
    if verdict.address is not None and message.address_id is not None:
        address_failed(conn, message, verdict.address, verdict.reason, now)
        if message.kind is not Kind.EDIT and reroute(conn, message, now):
            return
    values: dict[str, Any] = {"state": verdict.state.value, "reason": verdict.reason, "tries": message.tries}
    if verdict.elsewhere:
        values["reason"] = "no_address"
    if verdict.next_try_at is not None:
        values["next_try_at"] = verdict.next_try_at
    outbox.update(conn, message.id, **values)


def _accepted(conn: Connection, account: Account, tools: Tools, parcel: Parcel, now: datetime) -> None:
    message = parcel.message
    outbox.update(conn, message.id, accepted_at=now)
    if message.address_id is not None:
        addresses.worked(conn, message.address_id, now)
    if message.edits_attempt_id is not None and not account.can_push:
        attempts.replace_body(conn, message.edits_attempt_id, parcel.body)
    if message.prompt_id is not None and message.kind in {Kind.QUESTION, Kind.REMINDER} and account.can_push:
        _asked(conn, tools, message, now)


def _asked(conn: Connection, tools: Tools, message: Message, now: datetime) -> None:
    """Move the prompt on; a fault there must not take back that the message was accepted."""
    try:
        with conn.begin_nested():
            tools.asked(conn, [message.prompt_id or 0], now)
        return
    except Exception as error:  # noqa: BLE001 - see above
        kind = type(error).__name__
    log.error("delivery.cannot_mark_asked", prompt_id=message.prompt_id, error=kind)
