"""Runs a service in rehearsal: as `bot.app.running` does, but it is the driver who says when anything is due.

Senders and processing do not run by themselves; sources of updates and the web server do, and hold the clock while they
are at work. Only the watchdog still goes by the bell.
"""

from collections.abc import Awaitable
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.app import App, Running
from bot.channels.base import Channel, Store
from bot.clock import RehearsalClock
from bot.rehearsal.driver import Driver, Wait, wait
from bot.rehearsal.standing import LEASE
from scheduler.leased import while_leased


class RehearsalRunning(Running):
    """One rehearsal that runs until it is told to stop."""

    def __init__(self, app: App, clock: RehearsalClock, speed: float, wait: Wait = wait) -> None:
        """Take the parts, made with this very clock; nothing runs before `start`."""
        super().__init__(app)
        self.driver = Driver(app, clock, speed, wait)

    @property
    def web(self) -> ASGIApp:
        """Return the pages; the clock stands while one is made."""
        inner = super().web

        async def held(scope: Scope, receive: Receive, send: Send) -> None:
            with self.driver.hold():
                await inner(scope, receive, send)

        return held

    async def stop(self) -> None:
        """End everything in order, and note where the clock stands."""
        await super().stop()
        await self.driver.leave()

    def _work(self) -> list[Awaitable[None]]:
        app = self._app
        return [while_leased(app.database, LEASE, app.holder, app.clock, self.driver.run)]

    def _set_bell(self) -> None:
        self._bell.every(60, "watchdog", self._watch)

    def _store(self, channel: Channel) -> Store:
        store = super()._store(channel)

        async def held(external_id: str, sender: str, raw: dict[str, Any], text: str) -> None:
            with self.driver.hold():
                await store(external_id, sender, raw, text)

        return held
