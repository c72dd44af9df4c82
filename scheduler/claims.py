"""Takes messages of one account from the outbox to send them: as many as have room, under the lease of the account.

A claim of ordinary messages waits for its turn to write behind whoever waits for an answer. Alarms wait for no such
claim: they are taken by another, in the turn of cries for help.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.engine.delivery import Account, Parcel, Room, claim, recover
from bot.outbox import store as outbox
from bot.outbox.model import Priority
from bot.storage import state
from bot.storage.writer import Urgency
from scheduler.desk import Desk

log = structlog.get_logger()
LEASE = timedelta(seconds=15)  # no alarm waits longer when the process that sends has died
RENEW = timedelta(seconds=5)


class Claims:
    """Claims for one account; `room` is asked before each."""

    def __init__(self, account: Account, desk: Desk, room: Callable[[], Room]) -> None:
        """Take what is needed; nothing is claimed before `take`."""
        self.epoch: int | None = None
        self._account = account
        self._desk = desk
        self._room = room
        self._renewed_at: datetime | None = None
        self._taking, self._taking_alarms = asyncio.Lock(), asyncio.Lock()
        self._is_over = False

    @property
    def is_taking(self) -> bool:
        """Tell whether a claim waits for its turn, or is under way."""
        return self._taking.locked()

    async def take(self, now: datetime, real: datetime, set_off: Callable[[list[Parcel]], None]) -> int:
        """Claim what fits and set it off, one claim at a time; return how many messages were dealt with."""
        async with self._taking:
            if self._is_over:
                return 0
            room = self._room()
            overdue = self._renewed_at is None or real - self._renewed_at > RENEW
            must_renew = self.epoch is None or (bool(room.busy) and overdue)
            first = await self._first(now, room) if room.urgent > 0 else None
            if first is None and not must_renew:
                return 0
            urgency = Urgency.HELP if first is Priority.ALARM else Urgency.DELIVERY
            epoch, taken, parcels = await self._desk.database.awrite(
                lambda conn: self.claim(conn, now, real, room), urgency
            )
            self.epoch, self._renewed_at = epoch, None if epoch is None else real
            set_off(parcels)
            return taken

    async def take_alarms(self, now: datetime, real: datetime, set_off: Callable[[list[Parcel]], None]) -> int:
        """Claim alarms and replies while another claim waits for its turn; return how many were dealt with."""
        async with self._taking_alarms:
            epoch, room = self.epoch, replace(self._room(), ordinary=0)
            if self._is_over or epoch is None or room.urgent <= 0:
                return 0
            if await self._first(now, room) is not Priority.ALARM:
                return 0
            # A lease that has changed hands is for `take` to notice: it recovers what was left, and may just have.
            taken, parcels = await self._desk.database.awrite(
                lambda conn: self._claim_under(conn, epoch, now, real, room), Urgency.HELP
            )
            set_off(parcels)
            return taken

    async def end(self) -> None:
        """Claim nothing any more, once what is being claimed has been set off."""
        async with self._taking, self._taking_alarms:
            self._is_over = True

    async def give_back(self) -> None:
        """Give the account back to whoever sends next."""
        if self.epoch is not None:
            real, lease = self._desk.clock.real(), self._account.lease
            await self._desk.database.awrite(
                lambda conn: state.release_lease(conn, lease, self._desk.holder, real), Urgency.DELIVERY
            )
            self.epoch = None

    async def _first(self, now: datetime, room: Room) -> Priority | None:
        account = self._account
        return await self._desk.database.aread_first(
            lambda conn: outbox.first_ready(conn, account.channel, account.account, now, room.least)
        )

    def claim(
        self, conn: Connection, now: datetime, real: datetime, room: Room
    ) -> tuple[int | None, int, list[Parcel]]:
        """Take or renew the lease and claim under it; without the lease nothing is claimed."""
        epoch = self._lease(conn, real)
        if epoch is None:
            return None, 0, []
        if epoch != self.epoch:
            left = recover(conn, self._account, self._desk.tools, now)
            if left:
                log.warning("delivery.recovered", channel=self._account.channel, messages=left)
        return epoch, *self._claimed(conn, epoch, now, room)

    def _claim_under(
        self, conn: Connection, epoch: int, now: datetime, real: datetime, room: Room
    ) -> tuple[int, list[Parcel]]:
        return self._claimed(conn, epoch, now, room) if self._lease(conn, real) == epoch else (0, [])

    def _lease(self, conn: Connection, real: datetime) -> int | None:
        try:
            with conn.begin_nested():
                return state.take_lease(conn, self._account.lease, self._desk.holder, real, LEASE)
        except IntegrityError:  # two processes took a new lease at the same moment; the other one has it
            return None

    def _claimed(self, conn: Connection, epoch: int, now: datetime, room: Room) -> tuple[int, list[Parcel]]:
        room = replace(room, urgent=max(room.urgent, 0))
        return claim(conn, self._account, self._desk.tools, epoch, now, room)
