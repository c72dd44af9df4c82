"""WeCom calls us with a message or an event: checked, deciphered, stored and committed, and only then confirmed.

The wiring puts the route into the web application; `nudge` wakes the processing of the inbox, `acknowledge` shows on a
card that its press arrived. The answer is always empty: what we have to say goes out as messages. Nothing of a body is
ever logged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.wecom.understand import cleaned, external_id, heard, is_known, understand
from bot.channels.xml_reading import MalformedError
from bot.clock import Clock
from bot.platforms.store import take_nonce
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.writer import Urgency
from handlers.receive import is_urgent, receive
from handlers.telegram_webhook import TooLargeError, read_body

if TYPE_CHECKING:
    from bot.channels.wecom.callback import Opened

log = structlog.get_logger(__name__)
PATH = "/webhooks/wecom"
CHANNEL = "wecom"


class ReplayedError(Exception):
    """A nonce was used before, with something else."""


def wecom_webhook(
    settings: Settings,
    database: Database,
    clock: Clock,
    nudge: Callable[[], None],
    acknowledge: Callable[[str], Awaitable[None]],
    ignored: Counter,
) -> Route:
    """Return the route for GET and POST /webhooks/wecom; 404 unless WeCom is on.

    `ignored` counts what is of no kind that we know, labelled with the channel.
    """
    if not settings.channels.wecom.enabled:
        return Route(PATH, _nothing_here, methods=["GET", "POST"])
    return Route(PATH, _Door(settings, database, clock, nudge, acknowledge, ignored).endpoint, methods=["GET", "POST"])


class _Door:
    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        nudge: Callable[[], None],
        acknowledge: Callable[[str], Awaitable[None]],
        ignored: Counter,
    ) -> None:
        from bot.channels.wecom.callback import ForgedError, Lock  # noqa: PLC0415 - wechatpy stays out unless WeCom is on

        self._forged = ForgedError
        self._lock = Lock(settings.channels.wecom)
        self._account = settings.channels.wecom.account
        self._most = settings.limits.body_bytes
        self._database = database
        self._clock = clock
        self._nudge = nudge
        self._acknowledge = acknowledge
        self._ignored = ignored
        self._under_way: set[asyncio.Task[None]] = set()

    async def endpoint(self, request: Request) -> Response:
        query = request.query_params
        try:
            self._lock.check(query, self._clock.real())
            if request.method != "POST":
                return PlainTextResponse(self._lock.echo(query))
            opened = self._lock.open(query, await read_body(request, self._most))
        except self._forged as error:
            return _refused(str(error))
        except TooLargeError:
            return Response(status_code=413, headers={"connection": "close"})
        except (MalformedError, ClientDisconnect):
            return Response(status_code=400)
        number = external_id(opened.raw)
        return Response(status_code=400) if number is None else await self._keep(opened, number)

    async def _keep(self, opened: "Opened", number: str) -> Response:
        incoming = understand(opened.raw)
        known = is_known(opened.raw) and incoming.sender != ""
        urgency = Urgency.HELP if is_urgent(heard(incoming)) else Urgency.PERSON
        try:
            await self._database.awrite(lambda conn: self._store(conn, opened, number, known=known), urgency)
        except ReplayedError:
            return _refused("replayed")
        except SQLAlchemyError as error:
            # Its text could quote the message, so only its kind is told; WeCom tries twice more.
            log.error("wecom.message_not_stored", error=type(error).__name__)  # noqa: TRY400
            return Response(status_code=503)
        if not known:
            self._ignored.labels(CHANNEL).inc()
        self._nudge()
        if incoming.press_ref is not None:
            task = asyncio.ensure_future(_acknowledged(self._acknowledge, incoming.press_ref))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return Response(status_code=200)

    def _store(self, conn: Connection, opened: "Opened", number: str, *, known: bool) -> None:
        incoming, now = understand(opened.raw), self._clock.now()
        if not take_nonce(conn, CHANNEL, self._account, opened.nonce, opened.digest, self._clock.real()):
            raise ReplayedError
        sender, text = incoming.sender, heard(incoming)
        raw, ignored = cleaned(opened.raw), not known
        receive(conn, CHANNEL, self._account, number, sender, raw, text=text, now=now, ignored=ignored)


async def _nothing_here(_request: Request) -> Response:
    return Response(status_code=404)


def _refused(why: str) -> Response:
    log.warning("wecom.call_refused", why=why)
    return Response(status_code=403)


async def _acknowledged(acknowledge: Callable[[str], Awaitable[None]], press_ref: str) -> None:
    try:
        await acknowledge(press_ref)
    except Exception as error:  # noqa: BLE001 - best effort: the press itself is stored
        log.warning("wecom.press_not_acknowledged", error=type(error).__name__)
