"""Sends what waits in the outbox: one `Sender` per account of a channel, woken by whoever queued and by the bell.

A sender claims small batches while its account has room, calls the channel outside any transaction at the account's
pace and in order per chat, and records what came of it. An alarm waits for nothing but that pace. `bot.app` makes the
senders, runs them, and stops them.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from weakref import WeakValueDictionary

import structlog
from sqlalchemy import Connection

from bot.channels.base import Channel, Formed, Pictured, Pieced
from bot.engine.delivery import Account, Parcel, Room, drop, last_look, record_all
from bot.engine.delivery_rules import Verdict
from bot.outbox.model import OutboxState, Priority, Rendered, Result, ResultKind
from bot.rendering.card_png import draw_card
from bot.storage.writer import Urgency
from scheduler.claims import Claims
from scheduler.desk import Desk
from scheduler.grouping import Group, grouped, send_group
from scheduler.outage import Outage
from scheduler.pace import Pace
from scheduler.recording import Recording
from scheduler.together import Together

log = structlog.get_logger()
Take = Callable[[datetime, datetime, Callable[[list[Parcel]], None]], Awaitable[int]]
ROOM_PARTS = 4
"""Ordinary messages are claimed when a quarter of their places is free."""
GATHER_SECONDS = 0.02
GRACE_SECONDS = 20.0
"""How long a stopping sender waits for what is under way."""


class Sender:
    """Sends for one account."""

    def __init__(self, channel: Channel, desk: Desk, pace: Pace) -> None:
        """Make the sender; nothing is claimed before `work_off` or `run`."""
        self.channel = channel
        forms = channel.forms if isinstance(channel, Formed) else ()
        self.account = Account(channel.name, channel.account, channel.can_edit, channel.can_push, forms)
        self.nudge, self.alarmed = asyncio.Event(), asyncio.Event()
        self._desk = desk
        self._pace = pace
        self._paused_until: datetime | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._ordinary = 0
        self._epoch: int | None = None
        self._chats: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._looking = Together(self._look, lambda: 0.0)
        self._looking_at_alarms = Together(self._look, lambda: 0.0)
        """For alarms that come while others are being looked at."""
        store = Recording(
            desk.database, lambda conn, done: self._record_all(conn, done, desk.clock.now()), self._pause_for
        )
        self._recording = Together(store.record, self._gather)
        self._claims = Claims(self.account, desk, self._room)
        self._outage = Outage(desk.clock.real)
        self.troubles = self._outage.troubles

    def wake(self) -> None:
        """Let it look at once whether there is something to send; call this on the loop on which it runs."""
        self.nudge.set()
        if self._claims.is_taking:
            self.alarmed.set()

    async def run(self) -> None:
        """Send for ever, whenever woken; cancel it and call `stop` to end."""
        await asyncio.gather(
            self._run(self.nudge, self._claims.take), self._run(self.alarmed, self._claims.take_alarms)
        )

    async def _run(self, nudged: asyncio.Event, take: Take) -> None:
        while True:
            await nudged.wait()
            nudged.clear()
            try:
                if await self._start(take):
                    nudged.set()  # there may be more than one batch
            except Exception as error:  # noqa: BLE001 - the next nudge tries again
                log.error("delivery.failed", channel=self.channel.name, error=type(error).__name__)  # noqa: TRY400

    async def work_off(self) -> int:
        """Send everything that may go now, wait for its results and return how many messages that were."""
        total = 0
        while True:
            taken = await self._start()
            total += taken
            if self._under_way:
                await asyncio.wait(self._under_way)
            elif not taken:
                return total

    async def stop(self) -> None:
        """Wait for what is under way, then give the account back to whoever sends next."""
        await self._claims.end()
        if self._under_way:
            _, left = await asyncio.wait(self._under_way, timeout=GRACE_SECONDS)
            for task in left:
                task.cancel()
        await self._claims.give_back()

    async def send_once(self, external_id: str, body: Rendered, key: str) -> Result:
        """Send something that no outbox row can carry, once, at the account's pace: a reply to a stranger."""
        await self._pace.wait(external_id, urgent=True)
        if (later := await self._pace.later(external_id, urgent=True, pieces=self._pieces(body))) is not None:
            return Result(ResultKind.RETRY_AT, wait=later.seconds, reason=later.reason)
        try:
            return await self.channel.send(external_id, body, key=key)
        except Exception as error:  # noqa: BLE001 - as in `_call`
            return Result(ResultKind.OUTCOME_UNKNOWN, reason=type(error).__name__)

    async def _start(self, take: Take | None = None) -> int:
        """Claim what fits and set it off; return how many messages were dealt with."""
        now, real = self._desk.clock.now(), self._desk.clock.real()
        if self._is_paused(real):
            return 0
        # Not cancelled with whoever waits for it: what is claimed must be set off, or it would count as sent.
        return await asyncio.shield(asyncio.ensure_future((take or self._claims.take)(now, real, self._take)))

    def _take(self, parcels: list[Parcel]) -> None:
        if parcels and parcels[0].epoch != self._epoch:
            self._epoch = parcels[0].epoch
            self._pace.taken_over()
        for group in grouped(self.channel, parcels):
            if len(group) == 1:
                self._set_off(group[0])
                continue
            shared = self._together(group)
            for parcel in group:
                self._set_off(parcel, shared)

    def _gather(self) -> float:
        """Return how many seconds a result waits for others, so that one transaction records them all."""
        return GATHER_SECONDS if len(self._under_way) > self._pace.per_second // ROOM_PARTS else 0.0

    def _room(self) -> Room:
        """Return what may be claimed now.

        Ordinary messages wait until there is room for several: a claim for each message costs more than the message.
        Replies to a crowd fill every place but those of alarms.
        """
        alarms = self._pace.reserve
        urgent = self._pace.per_second + alarms - len(self._under_way)
        most = self._pace.per_second - self._pace.reserve
        ordinary = min(urgent - alarms, most - self._ordinary)
        busy = Counter(int(task.get_name()) for task in self._under_way)  # by address
        ordinary = ordinary if ordinary >= max(most // ROOM_PARTS, 1) else 0
        return Room(urgent, ordinary, min(urgent, alarms), busy)

    def _together(self, parcels: list[Parcel]) -> Group:
        send = partial(send_group, self.channel, self._call)
        return Group(parcels, lambda: self._wait(parcels[0]), send)

    def _set_off(self, parcel: Parcel, group: Group | None = None) -> None:
        ordinary = parcel.message.priority > Priority.REPLY
        self._ordinary += ordinary
        task = asyncio.create_task(self._send(parcel, group), name=str(parcel.message.address_id or 0))
        self._under_way.add(task)

        def end(done: asyncio.Task[None]) -> None:
            self._under_way.discard(done)
            self._ordinary -= ordinary
            # What is urgent waits for a single place only when all are taken.
            most = self._pace.per_second
            if self._room().ordinary or len(self._under_way) in {most + self._pace.reserve - 1, most - 1, 0}:
                self.nudge.set()

        task.add_done_callback(end)

    async def _send(self, parcel: Parcel, group: Group | None = None) -> None:
        lock = self._chats.setdefault(parcel.external_id, asyncio.Lock())
        async with lock:
            try:
                await (self._wait(parcel) if group is None else group.place())
                result = await self._look_and_call(parcel, group)
            finally:
                if group is not None:
                    group.leave(parcel)
            if result is not None:
                await self._recording.do((parcel, result))

    async def _wait(self, parcel: Parcel) -> None:
        priority = parcel.message.priority
        alarm = priority is Priority.ALARM
        await self._pace.wait(parcel.external_id, urgent=priority <= Priority.REPLY, alarm=alarm)

    async def _look_and_call(self, parcel: Parcel, group: Group | None) -> Result | None:
        """Look once more whether a message is wanted and send it; None when it was given up."""
        now = self._desk.clock.now()
        try:
            overtakes = parcel.message.priority is Priority.ALARM and self._looking.is_working
            parcel = self._counted(parcel)
            verdict = await (self._looking_at_alarms if overtakes else self._looking).do(parcel)
            given_up = verdict or self._wait_for_pause(now) or await self._wait_for_room(parcel, now)
            if given_up is not None:
                await self._desk.database.awrite(
                    lambda conn: drop(conn, self.account, self._desk.tools, parcel, given_up, now), Urgency.DELIVERY
                )
                return None
        except Exception as error:  # noqa: BLE001 - nothing was sent, so it may go again whatever it was
            log.error("delivery.cannot_look", outbox_id=parcel.message.id, error=type(error).__name__)  # noqa: TRY400
            return Result(ResultKind.RETRY_AT, reason="not_looked_up")
        result = await (self._call(parcel) if group is None else group.call(parcel))
        self._outage.note(result)
        return result

    async def _look(self, parcels: list[Parcel]) -> list[Verdict | None]:
        now = self._desk.clock.now()
        is_help = any(parcel.message.priority is Priority.ALARM for parcel in parcels)
        urgency = Urgency.ALARM if is_help else Urgency.DELIVERY
        return await self._desk.database.awrite(lambda conn: last_look(conn, parcels, now), urgency)

    async def _call(self, parcel: Parcel) -> Result:
        key = parcel.message.key
        try:
            if parcel.message_ref is not None:
                return await self.channel.edit(parcel.external_id, parcel.message_ref, parcel.body)
            if parcel.push.form is not None and isinstance(self.channel, Formed):
                return await self.channel.send_form(parcel.external_id, parcel.push.form, parcel.body, key=key)
            if (picture := await self._picture(parcel)) is not None and isinstance(self.channel, Pictured):
                return await self.channel.send_pictured(parcel.external_id, parcel.body, picture, key=key)
            return await self.channel.send(parcel.external_id, parcel.body, key=key)
        except Exception as error:  # noqa: BLE001 - a channel maps what its platform says; anything else is a bug of it
            name = type(error).__name__
        log.error("delivery.channel_broke", channel=self.channel.name, outbox_id=parcel.message.id, error=name)
        return Result(ResultKind.OUTCOME_UNKNOWN, reason=name)

    async def _picture(self, parcel: Parcel) -> bytes | None:
        """Draw the card that goes with a message; None when none does, or it cannot be drawn."""
        if not parcel.body.picture or not isinstance(self.channel, Pictured):
            return None
        try:
            return await asyncio.to_thread(draw_card, parcel.body.picture)
        except Exception as error:  # noqa: BLE001 - the message holds a link to it
            log.error("delivery.card_not_drawn", outbox_id=parcel.message.id, error=type(error).__name__)  # noqa: TRY400
        return None

    def _pause_for(self, verdicts: list[Verdict]) -> None:
        longest = max((verdict.pause_seconds for verdict in verdicts), default=0.0)
        if longest > 0:
            self._paused_until = self._desk.clock.real() + timedelta(seconds=longest)
            log.warning("delivery.paused", channel=self.channel.name, seconds=longest)

    def _record_all(self, conn: Connection, batch: list[tuple[Parcel, Result]], now: datetime) -> list[Verdict]:
        return record_all(conn, self.account, self._desk.tools, batch, now, self._desk.jitter)

    def _is_paused(self, real: datetime) -> bool:
        return self._paused_until is not None and real < self._paused_until

    def _wait_for_pause(self, now: datetime) -> Verdict | None:
        real = self._desk.clock.real()
        if self._paused_until is None or real >= self._paused_until:
            return None
        return Verdict(OutboxState.WAITING, next_try_at=now + (self._paused_until - real), reason="throttled")

    async def _wait_for_room(self, parcel: Parcel, now: datetime) -> Verdict | None:
        """Let a message come again when the platform has room for it; a change of one that was sent takes none."""
        if parcel.message_ref is not None:
            return None
        urgent = parcel.message.priority <= Priority.REPLY
        if not (later := await self._pace.later(parcel.external_id, urgent=urgent, pieces=parcel.pieces)):
            return None
        return Verdict(OutboxState.WAITING, next_try_at=now + timedelta(seconds=later.seconds), reason=later.reason)

    def _counted(self, parcel: Parcel) -> Parcel:
        """Return a message with its pieces, which are kept with the try: its platform counts them after a start too."""
        if not isinstance(self.channel, Pieced):
            return parcel
        return replace(parcel, pieces=0 if parcel.message_ref is not None else self._pieces(parcel.body))

    def _pieces(self, body: Rendered) -> int:
        return self.channel.pieces(body) if isinstance(self.channel, Pieced) else 1
