"""Keeps several connections to the platform at once, each of which is replaced by a new one before it is closed.

The platform pushes each message through one of them, once: while one is being replaced the others listen.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from websockets.asyncio.client import ClientConnection

from bot.channels.dingtalk.client import Client
from bot.channels.dingtalk.errors import Answer
from bot.channels.dingtalk.frames import SUBSCRIPTIONS
from bot.channels.dingtalk.keeping import Keeper, Pause
from bot.channels.dingtalk.link import Link, connected
from bot.settings_dingtalk import DingTalk

log = structlog.get_logger(__name__)
LONGEST_PAUSE = 60.0
SHORT_LIFE = 60.0
"""Seconds; a connection that ends sooner counts as a failure: a platform in trouble is not called again at once."""
SHOWN_FOR = timedelta(hours=1)
"""How long a frame that was not understood is a trouble."""
MOST_MALFORMED = 1000
TELL_AFTER = timedelta(minutes=2)
CALLED_WRONG = frozenset({400, 401, 403})


class NotOpenError(Exception):
    """The platform gave no connection; `reason` is a short code, `refused` whether it said no rather than nothing."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        """Keep both."""
        super().__init__(reason)
        self.reason = reason
        self.refused = refused


class Stream:
    """The connections of one app."""

    def __init__(
        self,
        section: DingTalk,
        client: Client,
        *,
        silence: float,
        seconds: float,
        real: Callable[[], datetime],
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Take where to connect and how; nothing is opened before `run`."""
        self._section = section
        self._client = client
        self._silence = silence
        self._seconds = seconds
        self._real = real
        self._pause = pause
        self._up: set[Link] = set()
        self._alone_since: datetime | None = None
        self._told = False
        self._malformed: deque[datetime] = deque(maxlen=MOST_MALFORMED)

    async def run(self, keeper: Keeper) -> None:
        """Keep all connections until cancelled."""
        self._alone_since = self._real()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._section.connections):
                    group.create_task(self._stay(keeper))
        finally:
            await keeper.finish()

    def troubles(self) -> dict[str, int]:
        """Return whether nobody listens, for so long or so clearly that somebody should look, and what was not read."""
        since = self._real() - SHOWN_FOR
        malformed = sum(at > since for at in self._malformed)
        found = {"frames_not_understood": malformed} if malformed else {}
        return found | ({"not_connected": 1} if self._is_alone() else {})

    @property
    def up(self) -> int:
        """Return how many connections are open and stay."""
        return sum(not link.leaving.is_set() for link in self._up)

    async def _stay(self, keeper: Keeper) -> None:
        """Keep one connection open; the old one is read until the new one is there."""
        old: Link | None = None
        failures = 0
        try:
            while True:
                try:
                    link = Link(await self._open(), keeper, self._silence, self._note_malformed)
                except NotOpenError as error:
                    failures += 1
                    self._tell(error)
                    await self._pause(back_off(failures))
                    continue
                ended, old = old, link
                self._came(link)
                if ended is not None:
                    await self._end(ended)
                await link.leaving.wait()
                self._note_alone()
                failures = failures + 1 if link.age < SHORT_LIFE else 0
                if failures > 1:
                    await self._pause(back_off(failures - 1))
        finally:
            if old is not None:
                await self._end(old)

    async def _open(self) -> ClientConnection:
        try:
            endpoint, ticket = _place(await self._client.open_connection(SUBSCRIPTIONS), self._section.api_url)
            return await connected(endpoint, ticket, self._section.proxy, self._seconds)
        except NotOpenError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, another try follows; its text may hold a ticket
            raise NotOpenError(type(error).__name__) from None

    async def _end(self, link: Link) -> None:
        self._up.discard(link)
        await link.end()

    def _note_malformed(self) -> None:
        self._malformed.append(self._real())

    def _came(self, link: Link) -> None:
        self._up.add(link)
        if self._told and self._alone_since is not None:
            minutes = round((self._real() - self._alone_since).total_seconds() / 60)
            log.warning("dingtalk.connected_again", minutes=minutes)
        self._alone_since, self._told = None, False
        log.info("dingtalk.connected", connections=self.up)

    def _note_alone(self) -> None:
        if self.up == 0 and self._alone_since is None:
            self._alone_since = self._real()

    def _is_alone(self) -> bool:
        return self._alone_since is not None and (self._told or self._real() - self._alone_since >= TELL_AFTER)

    def _tell(self, error: NotOpenError) -> None:
        """Tell of an outage once, as soon as it is one."""
        self._note_alone()
        if not self._told and self._alone_since is not None and (error.refused or self._is_alone()):
            self._told = True
            hint = "nobody is heard in DingTalk; look at client_id, client_secret and the network"
            log.error("dingtalk.not_connected", reason=error.reason, hint=hint)
        else:
            log.info("dingtalk.connection_not_opened", reason=error.reason)


def _place(answer: Answer, api_url: str) -> tuple[str, str]:
    """Return where to connect and with which ticket; NotOpenError."""
    endpoint, ticket = (answer.values.get(name) for name in ("endpoint", "ticket"))
    if not answer.is_ok:
        raise NotOpenError(f"status_{answer.status}", refused=answer.status in CALLED_WRONG)
    if not isinstance(endpoint, str) or not isinstance(ticket, str) or not ticket:
        raise NotOpenError("no_endpoint")
    if not endpoint.startswith(("wss://", "ws://") if api_url.startswith("http://") else "wss://"):
        raise NotOpenError("endpoint_not_safe", refused=True)
    return endpoint, ticket


def back_off(failures: int) -> float:
    """Return seconds to wait after so many failures in a row: 1, 2, 4 … 60, give or take half."""
    return min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 10)) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
