"""Fetches updates by long poll, and moves the offset only past what is committed; `Telegram.run` calls it.

The offset is not stored: after a restart Telegram gives again what was not confirmed, and the inbox knows what it has.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, TelegramError

from bot.channels.base import Store
from bot.channels.telegram.client import Client
from bot.channels.telegram.errors import result_of
from bot.channels.telegram.understand import ALLOWED_UPDATES, cleaned, heard, understand, update_id
from bot.clock import monotonic

log = structlog.get_logger(__name__)

Pause = Callable[[float], Awaitable[None]]
LONGEST_PAUSE = 60.0
NO_REST = 0.2
"""Seconds to rest when an empty answer comes at once, as from a proxy that cuts long polls short."""

QUIET = 24 * 3600.0
"""Seconds without an update after which the offset is forgotten: after a quiet week ids may start again lower."""


async def poll(client: Client, store: Store, *, seconds: int, pause: Pause = asyncio.sleep) -> None:
    """Store updates until cancelled. `seconds` is how long one request waits; errors pause with jitter and go on."""
    offset: int | None = None
    failures = 0
    webhook_gone = False
    heard = monotonic()
    while True:
        began = monotonic()
        try:
            if not webhook_gone:
                await client.call("deleteWebhook", drop_pending_updates=False)
                webhook_gone = True
            updates = await client.raw_updates(offset, seconds, ALLOWED_UPDATES)
        except TelegramError as error:
            failures += 1
            webhook_gone = webhook_gone and not isinstance(error, Conflict)
            _tell(error, failures)
            await pause(back_off(failures, error))
            continue
        if updates:
            heard = monotonic()
        elif monotonic() - heard > QUIET:
            offset = None
        moved, whole = await _keep(updates, offset, store)
        whole = whole and (moved != offset or not updates)
        offset, failures = moved, 0 if whole else failures + 1
        if not whole:
            await pause(back_off(failures))
        elif not updates and monotonic() - began < NO_REST:
            await pause(NO_REST)


def back_off(failures: int, error: TelegramError | None = None) -> float:
    """Return seconds to wait after so many failures in a row: 1, 2, 4 … 60, give or take half; more when asked."""
    own = min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 10)) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
    asked = None if error is None else result_of(error).wait
    return max(own, asked or 0.0)


async def _keep(updates: Any, offset: int | None, store: Store) -> tuple[int | None, bool]:
    """Store a batch; return the next offset and whether all was stored.

    The offset stays at the first update that could not be stored. Later ones of other chats are stored all the same,
    so that one that cannot be stored never holds up a cry for help; those of the same chat wait, to keep their order.
    """
    if not isinstance(updates, list):
        log.error("telegram.poll_answer_not_understood")
        return offset, False
    whole = True
    held: set[str] = set()
    for update in updates:
        number = update_id(update)
        if number is None:
            log.error("telegram.update_without_id")
            continue
        raw = cleaned(update)
        incoming = understand(raw)
        if incoming.sender in held:
            continue
        try:
            await store(str(number), incoming.sender, raw, heard(incoming))
        except Exception as error:  # noqa: BLE001 - whatever it was, Telegram shall give the update again
            log.error("telegram.update_not_stored", update=number, error=type(error).__name__)  # noqa: TRY400 - a traceback could quote it
            whole = False
            held.add(incoming.sender)
            continue
        if whole:
            offset = number + 1
    return offset, whole


def _tell(error: TelegramError, failures: int) -> None:
    reason = result_of(error).reason
    if isinstance(error, Conflict):
        log.error("telegram.poll_conflict", failures=failures, hint="another process polls with this token")
    elif isinstance(error, InvalidToken):
        log.error("telegram.poll_refused", failures=failures, hint="Telegram does not know this token or api_url")
    else:
        log.warning("telegram.poll_failed", failures=failures, reason=reason)
