"""WeCom calls us with a message or an event: checked, deciphered, stored and committed, and only then confirmed.

The wiring puts the route into the web application; `nudge` wakes the processing of the inbox, `acknowledge` shows on a
card that its press arrived. The answer is always empty: what we have to say goes out as messages.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.wecom import understand
from bot.clock import Clock
from bot.settings import Settings
from bot.settings_wecom import WeCom
from bot.storage.database import Database
from handlers.receive import Nudge
from handlers.weixin_door import Door, Inside, Kept, Reads, nothing_here

log = structlog.get_logger(__name__)
PATH = "/webhooks/wecom"
CHANNEL = "wecom"


def wecom_webhook(
    settings: Settings,
    database: Database,
    clock: Clock,
    nudge: Nudge,
    acknowledge: Callable[[str], Awaitable[None]],
    ignored: Counter,
) -> Route:
    """Return the route for GET and POST /webhooks/wecom; 404 unless WeCom is on.

    `ignored` counts what is of no kind that we know, labelled with the channel.
    """
    section = settings.channels.wecom
    if not section.enabled:
        return Route(PATH, nothing_here, methods=["GET", "POST"])
    inside = Inside(database, clock, nudge, ignored, settings.limits.body_bytes)
    return Route(PATH, _Door(section, inside, acknowledge).endpoint, methods=["GET", "POST"])


class _Door(Door):
    def __init__(self, section: WeCom, inside: Inside, acknowledge: Callable[[str], Awaitable[None]]) -> None:
        from bot.channels.weixin.callback import Lock  # noqa: PLC0415 - wechatpy stays out unless WeCom is on

        lock = Lock(section.token, section.aes_key, section.corp_id)
        super().__init__(CHANNEL, section.account, lock, Reads(understand), inside)
        self._acknowledge = acknowledge
        self._under_way: set[asyncio.Task[None]] = set()

    def shake_hands(self, request: Request) -> Response:
        self.lock.check(request.query_params, self.inside.clock.real())
        return PlainTextResponse(self.lock.echo(request.query_params))

    async def stored(self, kept: Kept) -> Response:
        self.inside.nudge(cry=self.is_urgent(kept.incoming))
        press_ref = kept.incoming.press_ref
        if press_ref is not None:
            task = asyncio.ensure_future(_acknowledged(self._acknowledge, press_ref))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return Response(status_code=200)


async def _acknowledged(acknowledge: Callable[[str], Awaitable[None]], press_ref: str) -> None:
    try:
        await acknowledge(press_ref)
    except Exception as error:  # noqa: BLE001 - best effort: the press itself is stored
        log.warning("wecom.press_not_acknowledged", error=type(error).__name__)
