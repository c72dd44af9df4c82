"""Telegram calls us with an update: it is checked, stored and committed, and only then confirmed.

The wiring puts the route into the web application; `nudge` wakes the processing of the inbox. Nothing of a body is
ever logged.
"""

import hmac
import json
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.telegram.hook import HOOK
from bot.channels.telegram.understand import cleaned, heard, is_known, understand, update_id
from bot.clock import Clock
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.writer import Urgency
from handlers.receive import Nudge, is_urgent, receive

log = structlog.get_logger(__name__)

PATH = HOOK
SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of the header


class TooLargeError(Exception):
    """A body is larger than we read."""


def telegram_webhook(
    settings: Settings,
    database: Database,
    clock: Clock,
    nudge: Nudge,
    ignored: Counter,
) -> Route:
    """Return the route for POST /webhooks/telegram; 404 unless Telegram is on and in webhook mode.

    `ignored` counts updates of kinds that we did not ask for, labelled with the channel.
    """
    section = settings.channels.telegram
    account = section.account
    secret = section.webhook_secret.encode()

    async def keep(number: int, raw: dict[str, Any]) -> Response:
        incoming = understand(raw)
        known, text = is_known(raw), heard(incoming)
        urgent = is_urgent(text)
        if not known:
            ignored.labels("telegram").inc()
        now = clock.now()
        try:
            await database.awrite(
                lambda conn: receive(
                    conn,
                    "telegram",
                    account,
                    str(number),
                    incoming.sender,
                    raw,
                    text=text,
                    now=now,
                    ignored=not known,
                ),
                Urgency.HELP if urgent else Urgency.ARRIVED,
            )
        except SQLAlchemyError as error:
            # Its text could quote the update, so only its kind is told; Telegram tries again for a day.
            log.error("telegram.update_not_stored", update=number, error=type(error).__name__)  # noqa: TRY400
            return Response(status_code=503)
        nudge(cry=urgent)
        if incoming.press_ref is not None:  # the answer itself stops the spinning of the button
            return JSONResponse({"method": "answerCallbackQuery", "callback_query_id": incoming.press_ref})
        return Response(status_code=200)

    async def endpoint(request: Request) -> Response:
        if not section.enabled or section.mode != "webhook":
            return Response(status_code=404)
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        if not secret or not hmac.compare_digest(given, secret):
            return Response(status_code=403)
        try:
            raw = cleaned(json.loads(await read_body(request, settings.limits.body_bytes)))
        except TooLargeError:
            return Response(status_code=413, headers={"connection": "close"})
        except (ValueError, RecursionError, ClientDisconnect):
            return Response(status_code=400)
        number = update_id(raw)
        return Response(status_code=400) if number is None else await keep(number, raw)

    return Route(PATH, endpoint, methods=["POST"])


async def read_body(request: Request, limit: int) -> bytes:
    """Read a body of at most `limit` bytes, whatever its headers say of its length; TooLargeError beyond."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > limit:
        raise TooLargeError
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLargeError
    return bytes(body)
