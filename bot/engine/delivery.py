"""Delivery's transactions: claim messages for one account, look again just before sending, record what came of it.

`scheduler.deliver` calls these on the writer thread and the channel in between, outside any transaction. The decisions
are in `delivery_rules`; here they become rows. Nothing is recorded for an epoch that another process has ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.engine.delivery_choice import choose
from bot.engine.delivery_parts import ASKING, Account, Parcel, Room, Tools, is_ours, wanted
from bot.engine.delivery_rules import Verdict, after_result, before_edit, not_now
from bot.engine.delivery_together import accepted_together, prepared_together
from bot.engine.known import load_known
from bot.engine.letters import must_be_written_anew
from bot.engine.pushing import give_back, settle, take_place
from bot.engine.rerouting import address_failed, moved, reroute, turned_away
from bot.outbox import attempts
from bot.outbox import store as outbox
from bot.outbox.model import PROCESS_ENDED, Kind, Message, OutboxState, Result, ResultKind

__all__ = [
    "Account",
    "Parcel",
    "Room",
    "Tools",
    "claim",
    "drop",
    "last_look",
    "record",
    "record_all",
    "recover",
    "still_wanted",
    "still_wanted_all",
]
log = structlog.get_logger()
_NOT_OURS = Verdict(OutboxState.WITHDRAWN, reason="not_ours")
GIVEN_UP = frozenset({OutboxState.EXPIRED, OutboxState.FAILED, OutboxState.UNKNOWN})


def claim(
    conn: Connection, account: Account, tools: Tools, epoch: int, now: datetime, room: Room
) -> tuple[int, list[Parcel]]:
    """Claim messages that may go now, the most important first, and store what each will say.

    Return how many were dealt with, those included that were not wanted any more, and what is to be sent. No address
    gets more than `TO_ONE_CHAT`, so that the backlog of one chat, which takes a message a second, never stands before
    an alarm to another.
    """
    chosen = choose(conn, account, now, room)
    quick = prepared_together(conn, tools, chosen, epoch, now)
    parcels = [quick.get(one.id) or _prepared(conn, account, tools, one, epoch, now) for one in chosen]
    return len(chosen), [parcel for parcel in parcels if parcel is not None]


def still_wanted(conn: Connection, message: Message, now: datetime) -> Verdict | None:
    """Look at what a message is about: None to send it, else what becomes of it instead."""
    return still_wanted_all(conn, [message], now)[0]


def still_wanted_all(conn: Connection, messages: Sequence[Message], now: datetime) -> list[Verdict | None]:
    """Look at what many messages are about; the verdicts are in their order."""
    known = load_known(conn, messages, now)
    return [wanted(message, known, now) for message in messages]


def last_look(conn: Connection, parcels: Sequence[Parcel], now: datetime) -> list[Verdict | None]:
    """Look at messages once more and mark the tries whose channel is called next; the verdicts are in their order.

    Once this is committed, the outcome is unknown until it is recorded. A try that another process has ended is not
    called any more.
    """
    verdicts = still_wanted_all(conn, [parcel.message for parcel in parcels], now)
    going = [parcel.attempt_id for parcel, verdict in zip(parcels, verdicts, strict=True) if verdict is None]
    called = attempts.call_many(conn, going, now)
    attempts.count_pieces(
        conn, {one.attempt_id: one.pieces for one in parcels if one.attempt_id in called and one.pieces != 1}
    )
    return [
        _NOT_OURS if verdict is None and parcel.attempt_id not in called else verdict
        for parcel, verdict in zip(parcels, verdicts, strict=True)
    ]


def drop(conn: Connection, account: Account, tools: Tools, parcel: Parcel, verdict: Verdict, now: datetime) -> None:
    """Record that a claimed message was given up, or goes elsewhere, before the channel was called."""
    if is_ours(conn, account, parcel) and attempts.give_up(
        conn, parcel.attempt_id, verdict.reason or verdict.state.value, now
    ):
        give_back(conn, parcel, now)
        _apply(conn, parcel.message, verdict, now, tools)


def record(
    conn: Connection, account: Account, tools: Tools, parcel: Parcel, result: Result, now: datetime, jitter: float
) -> Verdict | None:
    """Record what a channel said of a try; None when that is no longer ours to record."""
    if not is_ours(conn, account, parcel):
        log.warning("delivery.late_result", outbox_id=parcel.message.id, result=result.kind.value)
        return None
    unknown = attempts.unknown_before(conn, parcel.message.id)
    if not attempts.finish(conn, parcel.attempt_id, result, now):
        return None
    tried = parcel.message
    if result.kind is not ResultKind.ACCEPTED:  # pauses grow by what failed, not by how often we died or had to wait
        tried = replace(tried, tries=tried.tries - attempts.without_failure(conn, tried.id))
    verdict = after_result(tried, result, now, unknown_before=unknown, jitter=jitter)
    if settle(conn, account, parcel, result, now):
        verdict = Verdict(OutboxState.WAITING, next_try_at=now, reason=verdict.reason)  # by a form, at the same address
    if result.new_address is not None and parcel.message.address_id is not None:
        moved(conn, parcel.message.address_id, result.new_address)
    # One statement: of a row changed twice in a transaction PostgreSQL locks what it refers to, her question too, and
    # whoever looks for that has her address.
    when = {"accepted_at": now} if result.kind is ResultKind.ACCEPTED else {}
    _apply(conn, parcel.message, verdict, now, tools, **when)
    if result.kind is ResultKind.ACCEPTED:
        _accepted(conn, account, tools, parcel, now)
    return verdict


def record_all(
    conn: Connection,
    account: Account,
    tools: Tools,
    batch: Sequence[tuple[Parcel, Result]],
    now: datetime,
    jitter: Callable[[], float],
) -> list[Verdict]:
    """Record what a channel said of several tries; return the verdicts on those that were not simply accepted."""
    done = accepted_together(conn, account, tools, batch, now)
    verdicts = [
        record(conn, account, tools, parcel, result, now, jitter())
        for parcel, result in batch
        if parcel.attempt_id not in done
    ]
    return [verdict for verdict in verdicts if verdict is not None]


def recover(conn: Connection, account: Account, tools: Tools, now: datetime) -> int:
    """After taking the lease anew, deal with what a dead process left in the middle; return how many messages.

    What it had not handed over yet goes again; where it had begun to, the outcome is unknown.
    """
    left = outbox.sending(conn, account.channel, account.account)
    open_tries = attempts.unfinished(conn, [message.id for message in left])
    result = Result(ResultKind.OUTCOME_UNKNOWN, reason=PROCESS_ENDED)
    for message in left:
        deaths = attempts.deaths_before(conn, message.id)
        attempt_id = open_tries.get(message.id)
        if attempt_id is None or attempts.never_called(conn, attempt_id, PROCESS_ENDED, now):
            outbox.update(conn, message.id, state=OutboxState.WAITING.value, next_try_at=now)
            continue
        attempts.finish(conn, attempt_id, result, now)
        _apply(conn, message, after_result(message, result, now, unknown_before=deaths), now, tools)
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
    _apply(conn, tried, after_result(tried, fault, now), now, tools)
    return None


def _prepare(
    conn: Connection, account: Account, tools: Tools, message: Message, epoch: int, now: datetime
) -> Parcel | None:
    verdict = still_wanted(conn, message, now)
    if verdict is None and (later := attempts.later_one(conn, message, now)) is not None:
        attempts.takes_its_turn(conn, later, now)
        verdict = Verdict(OutboxState.WITHDRAWN, reason="later_one")  # after an outage one says it for all
    original = None
    if verdict is None and message.edits_attempt_id is not None:
        original = attempts.sent(conn, message.edits_attempt_id)
        latest = not attempts.later_edit(conn, message.edits_attempt_id, message.id)
        verdict = before_edit(original, now, can_edit=account.can_edit, is_latest=latest)
    if verdict is not None:
        _apply(conn, message, verdict, now, tools)
        return None
    tried = replace(message, tries=message.tries + 1, state=OutboxState.SENDING)
    address = None if message.address_id is None else addresses.by_id(conn, message.address_id)
    if address is None:
        raise LookupError("a message that is still wanted has an address")
    push = take_place(conn, account, message, address.state, now)
    if push.means is None:
        _apply(conn, message, not_now(message, push.why or "not_now", push.until, now), now, tools)
        return None
    body = attempts.last_body(conn, message.id)
    if body is None or must_be_written_anew(message, body):
        body = tools.compose(conn, message)
    attempt_id = attempts.begin(conn, message.id, address.id, body, epoch, now)
    outbox.update(conn, message.id, state=OutboxState.SENDING.value, tries=tried.tries)
    reference = original.external_id if original else None
    return Parcel(tried, attempt_id, address.external_id, body, epoch, reference, push)


def _apply(
    conn: Connection, message: Message, verdict: Verdict, now: datetime, tools: Tools | None = None, **more: Any
) -> None:
    """Store a verdict on a message, and `more` columns of it."""
    if verdict.address is not None and message.address_id is not None:
        address_failed(conn, message, verdict.address, verdict.reason, now)
        if message.kind is not Kind.EDIT and reroute(conn, message, now):
            return
    if verdict.not_now:
        if turned_away(conn, message, verdict, now):
            return
        if message.kind is Kind.ALARM:  # nobody waits for it: the next people are told, and it comes when she is heard
            verdict = replace(verdict, state=OutboxState.FAILED)
    values: dict[str, Any] = {"state": verdict.state.value, "reason": verdict.reason, "tries": message.tries} | more
    if verdict.elsewhere:
        values["reason"] = "no_address"
    if verdict.next_try_at is not None:
        values["next_try_at"] = verdict.next_try_at
    outbox.update(conn, message.id, **values)
    if verdict.state in GIVEN_UP:
        log.info("delivery.given_up", outbox_id=message.id, state=verdict.state.value, reason=values["reason"])
        if tools is not None:
            tools.given_up(message, verdict.state)


def _accepted(conn: Connection, account: Account, tools: Tools, parcel: Parcel, now: datetime) -> None:
    message = parcel.message
    if message.address_id is not None:
        addresses.worked(conn, [message.address_id], now)
    if message.edits_attempt_id is not None and not account.can_push:
        attempts.replace_body(conn, message.edits_attempt_id, parcel.body)
    if message.prompt_id is not None and message.kind in ASKING and account.can_push:
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
