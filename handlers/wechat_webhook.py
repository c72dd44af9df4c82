"""WeChat calls us with a message or an event: checked, deciphered, stored and committed; then it is processed at once,
so that the answer, which has five seconds, can carry the reply. When others wait before it the answer is empty as soon
as it is committed; a message follows.

The wiring puts the route into the web application; `nudge` wakes whoever works off the inbox and sends.
"""

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import structlog
from prometheus_client import Counter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.wechat import understand
from bot.channels.wechat.markup import joined
from bot.channels.weixin.reading import text_of
from bot.inbox.model import Said
from bot.inbox.store import waiting_before
from bot.outbox.model import Rendered
from bot.storage.database import Database
from bot.storage.writer import Urgency
from handlers.passive_reply import give_back, given, inbox_id_of, process_up_to, take
from handlers.receive import Nudge
from handlers.services import Services
from handlers.weixin_door import Door, Inside, Kept, Reads, nothing_here

if TYPE_CHECKING:
    from bot.channels.weixin.callback import Opened

log = structlog.get_logger(__name__)
PATH = "/webhooks/wechat"
CHANNEL = "wechat"
MOST_BEFORE = 3
"""How many messages may wait before one that is still answered inside its callback."""
TIME_TO_BEGIN = 0.3
"""Seconds after which a message is not processed inside its callback any more: so many are before it that whoever waits
behind it would get no answer either. Its reply follows as a message."""
TIME_TO_ANSWER = 4.3
"""Seconds after which the answer is empty: WeChat waits for five, and the way there takes some."""
MOST_EMPTY = 10_000
"""Of how many messages it is remembered that their answer was empty; WeChat repeats one within seconds."""
_SILENT = frozenset({Said.BLOCKED, Said.OTHER, Said.ALLOWED})


def wechat_webhook(services: Services, database: Database, nudge: Nudge, ignored: Counter) -> Route:
    """Return the route for GET and POST /webhooks/wechat; 404 unless WeChat is on.

    `ignored` counts what is of no kind that we know, labelled with the channel.
    """
    if not services.settings.channels.wechat.enabled:
        return Route(PATH, nothing_here, methods=["GET", "POST"])
    inside = Inside(database, services.clock, nudge, ignored, services.settings.limits.body_bytes)
    return Route(PATH, _Door(services, inside).endpoint, methods=["GET", "POST"])


class _Door(Door):
    def __init__(self, services: Services, inside: Inside) -> None:
        from bot.channels.weixin.callback import Lock  # noqa: PLC0415 - wechatpy stays out unless WeChat is on

        section = services.settings.channels.wechat
        lock = Lock(section.token, section.aes_key, section.app_id)
        super().__init__(CHANNEL, section.account, lock, Reads(understand), inside)
        self._services = services
        self._limit = services.settings.limits.wechat_text_bytes
        self._late: set[asyncio.Task[Any]] = set()
        self._empty: OrderedDict[str, None] = OrderedDict()

    def shake_hands(self, request: Request) -> Response:
        query, real = request.query_params, self.inside.clock.real()
        if query.get("msg_signature"):
            self.lock.check(query, real)
            return PlainTextResponse(self.lock.echo(query))
        self.lock.check(query, real, "signature")  # an Official Account signs its handshake and does not seal it
        return PlainTextResponse(self.lock.plain_echo(query))

    def before(self, conn: Connection, inbox_id: int) -> int:
        return waiting_before(conn, inbox_id, MOST_BEFORE + 1)

    async def stored(self, kept: Kept) -> Response:
        number, urgent = kept.number, self.is_urgent(kept.incoming)
        if kept.before > MOST_BEFORE and not urgent:
            self._answered_empty(number)
        if kept.incoming.said in _SILENT or number in self._empty:
            self.inside.nudge(cry=urgent)
            return Response(status_code=200)
        loop = asyncio.get_running_loop()
        begun = loop.time()

        def work(conn: Connection) -> list[Rendered]:
            is_late = kept.is_new and not urgent and loop.time() - begun > TIME_TO_BEGIN
            return [] if is_late else self._reply(conn, number)

        urgency = Urgency.HELP if urgent else Urgency.PERSON
        task = asyncio.ensure_future(self.inside.database.awrite(work, urgency))
        done, _ = await asyncio.wait({task}, timeout=TIME_TO_ANSWER)
        if not done:
            self._answered_empty(number)
            self._keep_late(asyncio.ensure_future(self._take_back(task, number)))
            return Response(status_code=200)
        self.inside.nudge(cry=urgent)
        try:
            bodies = task.result()
        except Exception as error:  # noqa: BLE001 - it is stored, and is worked off like any other
            log.error("wechat.not_answered_at_once", error=type(error).__name__)  # noqa: TRY400
            bodies = []
        text, _ = joined(bodies, self._limit)
        if text:
            return self._answer(kept.opened, text)
        self._answered_empty(number)
        return Response(status_code=200)

    def _reply(self, conn: Connection, number: str) -> list[Rendered]:
        inbox_id = inbox_id_of(conn, CHANNEL, self.account, number)
        if before := given(conn, inbox_id):
            return before
        if not process_up_to(conn, inbox_id, self._services):
            return []  # its replies are on their way as messages
        return take(conn, inbox_id, self._services, self._limit)

    def _give_back(self, conn: Connection, number: str) -> None:
        give_back(conn, inbox_id_of(conn, CHANNEL, self.account, number), self.inside.clock.now())

    async def _take_back(self, task: "asyncio.Future[list[Rendered]]", number: str) -> None:
        """Wait for work that nobody waits for any more, and let its replies go out as messages."""
        try:
            if await task:
                await self.inside.database.awrite(lambda conn: self._give_back(conn, number))
        except Exception as error:  # noqa: BLE001 - as above
            log.error("wechat.not_answered_at_once", error=type(error).__name__)  # noqa: TRY400
        self.inside.nudge()

    def _answered_empty(self, number: str) -> None:
        """Remember that a message got the empty answer: a repeat gets the same one, and its replies go out once."""
        self._empty[number] = None
        while len(self._empty) > MOST_EMPTY:
            self._empty.popitem(last=False)

    def _keep_late(self, task: asyncio.Task[Any]) -> None:
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _answer(self, opened: "Opened", text: str) -> Response:
        real = self.inside.clock.real()
        to, own = text_of(opened.raw, "FromUserName"), text_of(opened.raw, "ToUserName")
        reply = (
            f"<xml><ToUserName>{escape(to)}</ToUserName><FromUserName>{escape(own)}</FromUserName>"
            f"<CreateTime>{int(real.timestamp())}</CreateTime><MsgType>text</MsgType><Content>{escape(text)}</Content></xml>"
        )
        return Response(self.lock.seal(reply, opened.nonce, real), media_type="application/xml")
