"""Makes everything from the settings and connects it: the parts of one service, and one step of its work.

`bot.app.running` runs it on a loop; the demo and the stories make an `App` with a clock of their own and drive `step`.
"""

import asyncio
import secrets
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection
from starlette.types import ASGIApp

from bot.app.channels_made import AT_ONCE, make_channels, make_robots, pace_of
from bot.app.file_lock import take_file
from bot.app.version import program_version
from bot.channels.alarm.channel import Alarm
from bot.channels.base import Channel, Troubled
from bot.channels.known import KNOWN
from bot.channels.wecom.channel import WeCom
from bot.clock import Clock, RehearsalClock
from bot.engine import mail_addresses
from bot.engine.asked import asked
from bot.engine.compose import compose, compose_all
from bot.engine.delivery import Tools
from bot.engine.group_posts import groups_of
from bot.engine.known import Known
from bot.engine.letters import as_it_travels
from bot.metrics import Metrics
from bot.outbox.model import Message, OutboxState, Rendered, Result
from bot.places.zone_finder import ZoneFinder
from bot.programmes.versions import Programmes
from bot.rendering.renderer import Renderer
from bot.settings import Settings
from bot.storage.opening import open_database
from bot.storage.state import free_leases, one_start_at_a_time
from handlers.process import process, set_aside
from handlers.programme_loaded import seed
from handlers.services import Services, StrangerReply
from handlers.settings_loaded import load_settings, read_forms, read_preparations, read_sections, read_study
from handlers.telegram_webhook import telegram_webhook
from handlers.web.asgi import make_web
from handlers.wechat_webhook import wechat_webhook
from handlers.wecom_webhook import wecom_webhook
from scheduler.deliver import Sender
from scheduler.desk import Desk
from scheduler.files_to_fetch import FilesToFetch
from scheduler.group_posts_due import GroupPosts
from scheduler.inbox_waiting import Reading
from scheduler.next_due import next_due
from scheduler.pace import Unlimited
from scheduler.rounds import Rounds


class App:
    """One running service. Made at once and on the calling thread; `close` gives everything back."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        paced: bool = True,
        first: Callable[[Connection], object] | None = None,
    ) -> None:
        """Open the database and make every part; `paced=False` sends as fast as it can, for clocks that stand still.

        `first` is done before anything else is written, and refuses the database by raising. YanxinError when it
        cannot be used, or another process runs on the same file.
        """
        self.settings = settings
        self.clock = clock
        self._first = first
        self._lock = take_file(settings)
        try:
            self.database = open_database(settings)
        except BaseException:
            self._release()
            raise
        try:
            self._make(paced=paced)
        except BaseException:
            self.close()
            raise

    def _make(self, *, paced: bool) -> None:
        settings, clock = self.settings, self.clock
        self.metrics = Metrics()
        self.programmes = Programmes()
        self.renderer = Renderer(rehearsal=isinstance(clock, RehearsalClock))
        self.database.write(self._seed)
        self.channels = make_channels(settings, clock, lambda: self.database)
        self._paces = {
            one.name: pace_of(one, settings, clock, self.database) if paced else Unlimited(AT_ONCE)
            for one in self.channels
        }
        tools = Tools(self._compose, self._asked, self._given_up, self._compose_all)
        desk = self._desk = Desk(self.database, tools, clock, secrets.token_hex(8))
        self.holder = desk.holder
        robots, groups = make_robots(settings, clock), groups_of(settings)
        self.groups = GroupPosts(self.database, robots, groups, clock, desk.holder, desk.jitter)
        self.files = FilesToFetch(self.database, self.channels, clock, settings.reports, self.programmes)
        self.senders = {channel.name: Sender(channel, desk, self._paces[channel.name]) for channel in self.channels}
        self.services = Services(
            settings=settings,
            clock=clock,
            programmes=self.programmes,
            renderer=self.renderer,
            zone_finder=ZoneFinder(),
            understand={name: about.reads.understand for name, about in KNOWN.items()},
            answer_stranger=self._answer_stranger,
            forms=read_forms(settings),
            sections=read_sections(settings),
            study=read_study(settings),
            preparations=read_preparations(settings),
        )
        reading = Reading(partial(process, services=self.services), set_aside)
        self.rounds = Rounds(self.database, self.programmes, clock, settings, self.metrics, reading, self._failing_urls)
        self.rounds.batches.stay_days.forms = self.services.forms
        self.rounds.nudge, self.rounds.troubles = self._wake_senders, self._troubles
        self.web: ASGIApp = self._make_web()
        self.came, self.cried = asyncio.Event(), asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._errands: set[asyncio.Task[Result]] = set()
        self.is_planned = False

    async def step(self) -> int:
        """Work off everything that is due at the clock's time, until nothing is left; return how much that was."""
        self.bind()
        total = 0
        while done := await self._once():
            total += done
        return total

    def next_due(self) -> datetime | None:
        """Return the next instant after now at which anything falls due, for clocks that are moved by hand."""
        return self.database.read(lambda conn: next_due(conn, self.clock.now()))

    def add_channel(self, channel: Channel) -> None:
        """Send for one more account, at any pace; for the demo and for stories."""
        self.channels.append(channel)
        self.senders[channel.name] = Sender(channel, self._desk, Unlimited())

    async def _once(self) -> int:
        done = await self.rounds.inbox() + await self.rounds.programme() + await self.rounds.everything()
        done += await self.files.work_off() + await self.groups.work_off()
        for sender in self.senders.values():
            done += await sender.work_off()
        await self.finish_errands()
        return done

    def close(self) -> None:
        """Finish queued writes, close the database and let another process have the file."""
        self.database.close()
        self._release()

    def nudge(self, *, cry: bool = False) -> None:
        """Wake processing and delivery; may be called from any thread. `cry`: what came is a cry for help."""
        self._on_loop(self._wake, cry=cry)

    def came_in(self, *, cry: bool = False) -> None:
        """Wake processing only, from any thread: a message lies in the inbox, and there is nothing to deliver yet."""
        self._on_loop(self._read, cry=cry)

    def _on_loop(self, wake: Callable[..., None], *, cry: bool) -> None:
        if self._thread == threading.get_ident() and self._loop is not None and self._loop.is_running():
            wake(cry=cry)  # most often: a door calls, and a call of the system less is a better answer for all
        elif self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(partial(wake, cry=cry))

    def _read(self, *, cry: bool) -> None:
        self.came.set()
        if cry:
            self.cried.set()

    def _wake(self, *, cry: bool) -> None:
        self._read(cry=cry)
        self._wake_senders()

    def _wake_senders(self) -> None:
        for sender in self.senders.values():
            sender.wake()

    def bind(self) -> None:
        """Remember the loop on which this service runs."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()

    async def finish_errands(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the time it may take
        """Wait for replies to strangers that are under way."""
        if self._errands:
            await asyncio.wait(self._errands, timeout=timeout)

    async def problems(self) -> list[str]:
        """Return why the service is not ready; an empty list while all is well."""
        if not self.is_planned:
            return ["starting"]
        return [f"{problem.code}: {problem.count}" for problem in self.rounds.problems]

    def _failing_urls(self) -> int:
        return sum(channel.failing() for channel in self.channels if isinstance(channel, Alarm))

    def _troubles(self) -> dict[str, dict[str, int]]:
        found = self.groups.troubles()
        named = ((channel.name, channel) for channel in self.channels)
        for name, one in [*named, *self._paces.items(), *self.senders.items()]:
            if isinstance(one, Troubled):
                found.setdefault(name, {}).update(one.troubles())
        return found

    async def _acknowledge_in_wecom(self, press_ref: str) -> None:
        for channel in self.channels:
            if isinstance(channel, WeCom):
                await channel.acknowledge(press_ref)

    def _make_web(self) -> ASGIApp:
        inside, ignored = (self.settings, self.database, self.clock, self.came_in), self.metrics.ignored_updates
        hooks = [
            telegram_webhook(*inside, ignored),
            wecom_webhook(*inside, self._acknowledge_in_wecom, ignored),
            wechat_webhook(self.services, self.database, self.nudge, ignored),
        ]
        return make_web(
            self.services,
            self.database,
            version=program_version(),
            settle=self._settle,
            nudge=self.nudge,
            problems=self.problems,
            troubles=self._troubles,
            doors=hooks,
            registry=self.metrics.registry,
        )

    async def _settle(self) -> None:
        sender = self.senders.get("web")
        if sender is not None:
            await sender.work_off()

    def _answer_stranger(self, reply: StrangerReply) -> None:
        sender, loop = self.senders.get(reply.channel), self._loop
        if sender is None or loop is None:
            return

        def go() -> None:
            task = loop.create_task(sender.send_once(reply.external_id, reply.rendered, reply.key))
            self._errands.add(task)
            task.add_done_callback(self._errands.discard)

        loop.call_soon_threadsafe(go)

    def _seed(self, conn: Connection) -> None:
        one_start_at_a_time(conn)
        if self.database.is_sqlite:  # we hold the file, so whoever held a lease is no more
            free_leases(conn, self.clock.real())
        if self._first is not None:
            self._first(conn)
        if self.settings.channels.mail.enabled:
            mail_addresses.sync(conn, self.settings.channels.mail.account, self.clock.now())
        seed(conn, self.settings, self.clock.now())
        load_settings(conn, self.settings, self.clock.now())

    def _compose(self, conn: Connection, message: Message) -> Rendered:
        body = compose(conn, message, self.renderer, self.settings, self.clock.now(), self.clock.real())
        return as_it_travels(conn, message, body, self.renderer, self.settings, self.clock.real())

    def _compose_all(self, conn: Connection, messages: Sequence[Message], known: Known) -> list[Rendered]:
        real = self.clock.real()
        bodies = compose_all(conn, messages, self.renderer, self.settings, self.clock.now(), known, real)
        return [
            as_it_travels(conn, message, body, self.renderer, self.settings, real)
            for message, body in zip(messages, bodies, strict=True)
        ]

    def _asked(self, conn: Connection, prompt_ids: Sequence[int], now: datetime) -> None:
        asked(conn, prompt_ids, now, self.programmes)

    def _given_up(self, message: Message, state: OutboxState) -> None:
        self.metrics.given_up.labels(message.kind.value, state.value).inc()

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.release()
