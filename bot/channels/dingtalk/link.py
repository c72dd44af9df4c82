"""One connection to the platform: opened with a ticket that is used at once, read until it ends, watched for silence.

`stream` keeps several of them. Each frame is dealt with beside the others, so that one that waits for the database
holds up no ping; a message is answered when it is committed, never before.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.channels.dingtalk.frames import BAD_REQUEST, OK, Frame, Kind, MalformedError, answer, read
from bot.channels.dingtalk.keeping import Keeper
from bot.channels.dingtalk.markup import pressed
from bot.channels.dingtalk.understand import understand
from bot.clock import monotonic
from bot.inbox.model import Said

log = structlog.get_logger(__name__)
_quiet = logging.getLogger("bot.channels.dingtalk.websockets")
_quiet.propagate = False  # its lines hold the ticket
_quiet.addHandler(logging.NullHandler())
MOST_BYTES = 4 << 20
CLOSE_SECONDS = 5.0


async def connected(endpoint: str, ticket: str, proxy: str, seconds: float) -> ClientConnection:
    """Connect; raises what `websockets` raises."""
    return await connect(
        f"{endpoint}?ticket={quote_plus(ticket)}",
        proxy=proxy or None,
        open_timeout=seconds,
        close_timeout=CLOSE_SECONDS,
        ping_interval=None,  # the watchdog here pings, and listens for anything at all
        max_size=MOST_BYTES,
        logger=_quiet,
    )


class Link:
    """One open connection. `leaving` is set once another should take its place, for whatever reason."""

    def __init__(self, socket: ClientConnection, keeper: Keeper, silence: float, malformed: Callable[[], None]) -> None:
        """Begin to read and to watch.

        `silence` is how many seconds without a sign mean that it is dead; `malformed` hears of frames that were not
        understood.
        """
        self.leaving = asyncio.Event()
        self._began = self._heard_at = monotonic()
        self._socket = socket
        self._keeper = keeper
        self._silence = silence
        self._malformed = malformed
        self._reading = asyncio.create_task(self._read())
        self._watching = asyncio.create_task(self._watch())

    @property
    def age(self) -> float:
        """Return for how many seconds it has been there."""
        return monotonic() - self._began

    async def end(self) -> None:
        """Close it; what it brought before is stored all the same."""
        self._watching.cancel()
        await self._socket.close()
        await asyncio.gather(self._reading, self._watching, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for text in self._socket:
                self._heard_at = monotonic()
                self._take(text)
        except ConnectionClosed as error:
            log.info("dingtalk.connection_lost", reason=type(error).__name__)
        finally:
            self.leaving.set()

    def _take(self, text: str | bytes) -> None:
        try:
            frame = read(text)
        except MalformedError as error:
            self._malformed()
            log.error("dingtalk.frame_not_understood", length=len(text))  # noqa: TRY400 - a traceback could quote it
            if error.message_id:
                self._keeper.beside(self._say(answer(error.message_id, {}, BAD_REQUEST)))
            return
        if frame.kind is Kind.DISCONNECT:
            log.info("dingtalk.connection_ends", hint="the platform asks for another one")
            self.leaving.set()
        is_news = frame.kind in {Kind.CALLBACK, Kind.EVENT}
        self._keeper.beside(self._keep(frame) if is_news else self._say(answer(frame.message_id, frame.data)))

    async def _keep(self, frame: Frame) -> None:
        await self._keeper.keep(frame.raw)
        if frame.kind is Kind.EVENT:
            data: dict[str, Any] = {"status": "SUCCESS", "message": "OK"}
        else:
            incoming = understand(frame.raw)
            data = {"response": pressed(incoming.message_ref) if incoming.said is Said.PRESS else None}
        await self._say(answer(frame.message_id, data, OK))

    async def _say(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except ConnectionClosed:
            log.info("dingtalk.not_answered", reason="connection_lost")

    async def _watch(self) -> None:
        """Ping again and again; whoever says nothing at all for too long is gone, whatever the line says."""
        while monotonic() - self._heard_at < self._silence:
            await asyncio.sleep(self._silence / 3)
            try:
                pong = await asyncio.wait_for(self._socket.ping(), self._silence / 3)
            except TimeoutError:
                continue
            except ConnectionClosed:
                return
            pong.add_done_callback(self._pong)  # type: ignore[attr-defined]
        log.warning("dingtalk.connection_silent", seconds=round(self._silence))
        self.leaving.set()

    def _pong(self, pong: asyncio.Future[float]) -> None:
        if not pong.cancelled() and pong.exception() is None:
            self._heard_at = monotonic()
