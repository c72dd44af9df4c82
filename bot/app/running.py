"""Runs the parts on one event loop: senders, sources of updates, the bell, and the web server; ends in order.

`yanxin run` calls `Running(app).run`, which returns after SIGTERM or SIGINT when everything under way has ended.
"""

import asyncio
import gc
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp

from bot.app.parts import App
from bot.app.web_server import web_config
from bot.channels.base import Channel, Introduced, Source, Sourced, Store
from bot.channels.known import KNOWN
from bot.engine.switched_off import leave
from bot.errors import YanxinError
from bot.storage.writer import Urgency
from handlers.receive import is_urgent, receive
from scheduler.bell import Bell
from scheduler.leased import while_leased
from scheduler.plan_everyone import is_done, note_done

log = structlog.get_logger()


class Running:
    """One service that runs until it is told to stop."""

    def __init__(self, app: App) -> None:
        """Take the parts; nothing runs before `start`."""
        self._app = app
        self._bell = Bell()
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT; `on_ready` is called when pages can be opened.

        YanxinError when the port is taken.
        """
        listener = listen(self._app.settings.service.bind, self._app.settings.service.port)
        server = _Server(web_config(self.web), on_ready)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.end)
        gc.freeze()  # what is loaded now stays; looking through it for garbage would stop everything for 0.2 s
        await self.start()
        try:
            await server.serve(sockets=[listener])
        finally:
            await self.stop()
            listener.close()

    @property
    def web(self) -> ASGIApp:
        """Return what the web server serves."""
        return self._app.web

    async def start(self) -> None:
        """Begin to send, listen and ring; returns at once."""
        app = self._app
        app.bind()
        log.info("app.started", holder=app.holder)  # as the leases name this process
        accounts = [(channel.name, channel.account) for channel in app.channels]
        moved = await app.database.awrite(lambda conn: leave(conn, accounts, app.clock.now()), Urgency.DELIVERY)
        if moved:
            log.warning("app.channel_switched_off", messages_moved=moved)
        parts = self._work()
        for channel in app.channels:
            if isinstance(channel, Introduced):
                parts.append(channel.introduce())
            if isinstance(channel, Sourced) and (source := channel.source) is not None:
                alone = channel.one_at_a_time
                parts.append(self._poll(channel, source) if alone else source.run(self._store(channel)))
        self._tasks = [asyncio.ensure_future(_told(part)) for part in parts]
        self._set_bell()
        self._bell.start()

    async def stop(self) -> None:
        """End everything in order: no new work, what is under way to its end, then connections."""
        self._bell.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await asyncio.gather(*(sender.stop() for sender in self._app.senders.values()), return_exceptions=True)
        await self._app.finish_errands(timeout=5)
        for channel in self._app.channels:
            await channel.close()

    def _work(self) -> list[Awaitable[None]]:
        """Return what works by itself beside the bell."""
        reads = (
            self._read(self._app.came, self._app.rounds.inbox),
            self._read(self._app.cried, self._app.rounds.inbox_cries),
        )
        return [*reads, *(sender.run() for sender in self._app.senders.values())]

    def _store(self, channel: Channel) -> Store:
        return store_of(self._app, channel)

    def _set_bell(self) -> None:
        ring, rounds, now = self._bell.every, self._app.rounds, self._app.clock.real()
        ring(1, "prompts due", self._and_send(rounds.prompts), first=now)
        ring(1, "programme loaded", rounds.programme)
        ring(1, "roll-calls due", self._and_send(rounds.rollcalls))
        ring(1, "inbox waiting", self._and_send(rounds.inbox), first=now)
        ring(1, "deliver", self._ring_senders)
        ring(5, "cases due", self._and_send(rounds.cases))
        ring(5, "cries unanswered", self._and_send(rounds.cries))
        ring(5, "sessions due", self._and_send(rounds.sessions))
        ring(5, "reminders due", self._and_send(rounds.reminders))
        ring(30, "obligations due", self._and_send(rounds.obligations))
        ring(5, "talks due", self._and_send(rounds.talks))
        ring(5, "digests due", self._and_send(rounds.digests))
        ring(1, "files to fetch", self._and_send(self._app.files.work_off))
        ring(1, "groups due", self._app.groups.work_off)
        ring(60, "watchdog", self._watch)
        ring(300, "duty", self._and_send(rounds.duty))
        ring(60, "outages", self._and_send(rounds.outages))
        ring(300, "quotas", self._and_send(rounds.quotas))
        ring(24 * 3600, "plan everyone", self._plan, first=now)
        ring(3600, "purge", rounds.purge)

    async def _plan(self) -> None:
        database, clock = self._app.database, self._app.clock
        self._app.is_planned |= await database.aread(lambda conn: is_done(conn, clock.now()))
        await self._app.rounds.plan()
        await database.awrite(lambda conn: note_done(conn, clock.now()), Urgency.BULK)
        self._app.is_planned = True
        await asyncio.to_thread(self._app.services.zone_finder.open)  # for the first position; not while pages open

    async def _watch(self) -> None:
        await self._app.rounds.watch()
        await self._app.rounds.beat()

    def _and_send(self, work: Callable[[], Awaitable[int]]) -> Callable[[], Awaitable[None]]:
        async def job() -> None:
            if await work():
                await self._ring_senders()

        return job

    async def _ring_senders(self) -> None:
        for sender in self._app.senders.values():
            sender.wake()

    async def _read(self, came: asyncio.Event, work: Callable[[], Awaitable[int]]) -> None:
        """Process what came in as soon as it came; the bell rings too, should this ever fail."""
        read = self._and_send(work)
        while True:
            await came.wait()
            came.clear()
            try:
                await read()
            except Exception as error:  # noqa: BLE001 - the bell rings again in a second
                log.error("inbox.failed", error=type(error).__name__)  # noqa: TRY400

    async def _poll(self, channel: Channel, source: Source) -> None:
        app, store = self._app, self._store(channel)
        name = f"poll:{channel.name}:{channel.account}"
        await while_leased(app.database, name, app.holder, app.clock, lambda: source.run(store))


def store_of(app: App, channel: Channel) -> Store:
    """Return what commits a raw update of a channel to the inbox and wakes whoever reads it."""
    is_known = KNOWN[channel.name].reads.is_known

    async def store(external_id: str, sender: str, raw: dict[str, Any], text: str) -> None:
        known = is_known(raw)
        if not known:
            app.metrics.ignored_updates.labels(channel.name).inc()
        now = app.clock.now()
        await app.database.awrite(
            lambda conn: receive(
                conn,
                channel.name,
                channel.account,
                external_id,
                sender,
                raw,
                text=text,
                now=now,
                ignored=not known,
            ),
            Urgency.HELP if is_urgent(text) else Urgency.ARRIVED,
        )
        app.came_in(cry=is_urgent(text))

    return store


class _Server(uvicorn.Server):
    """A server that leaves signals to us: it would raise them again after its end, and the exit code would not be 0."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def end(self) -> None:
        """Take no new requests and end; a second signal does not wait for pages that are being read."""
        self.force_exit = self.should_exit
        self.should_exit = True


def listen(bind: str, port: int) -> socket.socket:
    """Return a listening socket; YanxinError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        return socket.create_server((bind, port), family=family, backlog=2048)
    except OSError as error:
        raise YanxinError(
            f"[service] {bind}:{port} cannot be listened on ({error.strerror}); choose another port with --port"
        ) from None


async def _told(part: Awaitable[None]) -> None:
    """Run a part until it ends; say so when it breaks, because nobody else would notice."""
    try:
        await part
    except Exception as error:  # noqa: BLE001 - see above
        log.error("app.part_failed", error=type(error).__name__)  # noqa: TRY400
