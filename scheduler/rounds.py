"""Everything that happens because time passes, as methods that the bell rings and that a story calls one by one.

Each works off what is due at the clock's time, in transactions of its own, and returns how much that was. `bot.app`
makes one `Rounds` and tells it what a message means (`Reading`), because handlers and scheduler do not know each other.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import structlog
from sqlalchemy import Connection

from bot.channels.known import KNOWN, most_of
from bot.clock import Clock
from bot.engine.digest_planning import plan_all, rhythm_of
from bot.engine.programme_replan import go_on, last
from bot.metrics import Metrics
from bot.programmes.versions import Programmes
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.writer import Urgency
from scheduler import (
    calls_nearly_used,
    channels_down,
    duty_watch,
    heartbeat,
    inbox_waiting,
    prompts_due,
)
from scheduler.batches import Batches
from scheduler.files_unused import forget_all_unused
from scheduler.inbox_waiting import Reading, Taken
from scheduler.plan_check import PlanCheck
from scheduler.purge import purge
from scheduler.watchdog import CODES, WARNINGS, Problem, look

log = structlog.get_logger()
MOST_BATCHES = 500
"""How many batches one ring works off before others have their turn; the next ring goes on."""
INBOX_READERS = 2


@dataclass
class Rounds:
    """The jobs of one process."""

    database: Database
    programmes: Programmes
    clock: Clock
    settings: Settings
    metrics: Metrics
    reading: Reading
    failing_urls: Callable[[], int] = lambda: 0
    """How many alarm URLs did not take the last alarm that they were given."""
    troubles: Callable[[], Mapping[str, Mapping[str, int]]] = dict
    """What somebody should look at, by channel and short code."""
    nudge: Callable[[], None] = lambda: None
    """Wakes whoever sends."""
    problems: list[Problem] = field(default_factory=list)
    _reading_inbox: asyncio.Lock = field(default_factory=asyncio.Lock)
    _plan_check: PlanCheck = field(default_factory=PlanCheck)

    def __post_init__(self) -> None:
        """Make what finds out what is due."""
        self.batches = Batches(self.programmes, self.clock, self.settings)

    async def everything(self) -> int:
        """Work off a batch of whatever is due, all in one transaction: for clocks that are moved by hand.

        The bell rings for each apart, so that none waits for another; a clock that jumps has nobody who waits.
        """
        return await self.database.awrite(lambda conn: sum(batch(conn) for batch in self.batches.all()), Urgency.BULK)

    async def prompts(self) -> int:
        """Open, remind and give up whatever is due; first for whoever is back or has her counsellor back."""
        total = await self.database.awrite(self.batches.moves, Urgency.BULK)
        total += await self._worked_off(self.batches.stand_ins, Urgency.BULK)
        return total + await self._worked_off(self.batches.prompts, Urgency.BULK)

    async def _worked_off(self, batch: Callable[[Connection], int], urgency: Urgency) -> int:
        total = 0
        for _ in range(MOST_BATCHES):
            done = await self.database.awrite(batch, urgency)
            total += done
            if not done:
                break
        return total

    async def programme(self) -> int:
        """Plan everybody by a programme that was loaded, a slice at a time, should nobody have finished it."""
        found = await self.database.aread(last)
        slices = 0
        while found is not None and not found.is_over:
            found = await self.database.awrite(lambda conn: go_on(conn, self.programmes), Urgency.BULK)
            slices += 1
        return slices

    async def rollcalls(self) -> int:
        """Ask, ask again, and list the silent of roll-calls."""
        return await self._worked_off(self.batches.rollcalls, Urgency.DELIVERY)

    async def sessions(self) -> int:
        """Invite new members to sessions, ask the silent again, and remind those who come."""
        return await self._worked_off(self.batches.sessions, Urgency.DELIVERY)

    async def reminders(self) -> int:
        """Remind of deadlines at home and of papers that run out, and tell of opportunities."""
        return await self._worked_off(self.batches.reminders, Urgency.BULK)

    async def obligations(self) -> int:
        """Tell members of branches what is due."""
        return await self._worked_off(self.batches.obligations, Urgency.BULK)

    async def talks(self) -> int:
        """Remind of talks, and ask what is asked after a stay."""
        return await self._worked_off(self.batches.talks, Urgency.BULK)

    async def digests(self) -> int:
        """Write the digests whose time has come, and plan for members of staff who are new."""
        return await self._worked_off(self.batches.digests, Urgency.BULK)

    async def cases(self) -> int:
        """Tell again about cases that nobody has taken, see to lost alarms, and ask about hard weeks not seen."""
        told = await self.database.awrite(self.batches.cases, Urgency.ALARM)
        told += await self.database.awrite(self.batches.alarms, Urgency.ALARM)
        return told + await self.database.awrite(self.batches.hard, Urgency.DELIVERY)

    async def cries(self) -> int:
        """Make an SOS of cries for help whose question nobody answered."""
        return await self.database.awrite(self.batches.cries, Urgency.ALARM)

    async def duty(self) -> int:
        """See to the duty phone: tell of hours with nobody on duty, and ask for test alarms."""
        numbers = self.settings.duty.alarm_urls
        return await self.database.awrite(
            lambda conn: duty_watch.work_off(conn, numbers, self.clock.now()), Urgency.BULK
        )

    async def quotas(self) -> int:
        """Tell the office when a platform's calls of this month are nearly used up."""
        months = {
            name: most_of(name, self.settings).calls_per_month for name in type(self.settings.channels).model_fields
        }
        most = {name: calls for name, calls in months.items() if calls is not None}
        return await self.database.awrite(
            lambda conn: calls_nearly_used.work_off(conn, most, self.clock.now(), self.clock.real()), Urgency.BULK
        )

    async def outages(self) -> int:
        """Tell the office of channels that are down, and of those that work again."""
        down = channels_down.down_of({name: codes for name, codes in self.troubles().items() if name in KNOWN})
        if not await self.database.aread(lambda conn: channels_down.has_work(conn, down)):
            return 0
        return await self.database.awrite(
            lambda conn: channels_down.work_off(conn, down, self.clock.now(), self.clock.real()), Urgency.DELIVERY
        )

    async def inbox(self) -> int:
        """Understand and answer what came in."""
        async with self._reading_inbox:  # the bell and whoever stores a message ring; two would read everything twice
            taken = Taken()
            # While one batch is written the next is read: else bulk would have the writer after each.
            readers = INBOX_READERS if self.database.is_sqlite else 1
            return sum(await asyncio.gather(*(self._inbox_read(taken) for _ in range(readers))))

    async def _inbox_read(self, taken: Taken) -> int:
        total = 0
        for _ in range(MOST_BATCHES):
            now = self.clock.now()
            done = await inbox_waiting.work_off(self.database, self.reading, now, taken=taken, cried=self.nudge)
            total += done
            if not done:
                break
            self.nudge()  # what a batch has queued, an alarm say, does not wait for a thousand others to be read
        return total

    async def inbox_cries(self) -> int:
        """Understand and answer the cries for help that came in; they wait for no batch of other messages."""
        return await inbox_waiting.cries(self.database, self.reading, self.clock.now())

    async def plan(self) -> int:
        """Plan everybody anew: at start (new rules of time zones come with a new program) and once a day."""
        await self.programme()
        now = self.clock.now()
        await self.database.awrite(lambda conn: prompts_due.try_again(conn, now), Urgency.BULK)
        last: int | None = 0
        batches = 0
        while last is not None:
            batches += 1
            last = await self.database.awrite(partial(self.batches.planned, after=last), Urgency.BULK)
        await self.database.awrite(
            lambda conn: plan_all(conn, rhythm_of(self.settings), self.clock.now()), Urgency.BULK
        )
        return batches - 1

    async def watch(self) -> list[Problem]:
        """Look for what is overdue, and remember it for `/readyz` and the heartbeat."""
        now = self.clock.now()
        found = await self.database.aread(lambda conn: look(conn, now))
        await self._plan_check.go_on(self.database, self.programmes, now)
        if missing := self._plan_check.missing:
            found.append(Problem("without_next", missing))
        if failing := self.failing_urls():
            found.append(Problem("alarm_urls_failing", failing))
        found += self._troubles()
        self.problems = found
        counts = {problem.code: problem.count for problem in found}
        for code in CODES:
            self.metrics.problems.labels(code).set(counts.get(code, 0))
        self.metrics.rung_at.set(now.timestamp())
        for problem in found:
            log.error("watchdog.problem", code=problem.code, count=problem.count)
        return found

    async def beat(self) -> bool:
        """Tell the outside watcher that all is well, if it is."""
        heard = await heartbeat.beat(self.settings.service.heartbeat_url, self.problems)
        if heard:
            self.metrics.heartbeats.inc()
        return heard

    async def purge(self) -> int:
        """Forget what may not be kept."""
        total = 0
        for _ in range(MOST_BATCHES):
            done = await self.database.awrite(
                lambda conn: purge(conn, self.settings.retention, self.clock.now(), self.clock.real()), Urgency.BULK
            )
            total += done
            if not done:
                break
        folder, keyring, real = self.settings.reports.folder, self.database.keyring, self.clock.real()
        return total + await self.database.aread_long(lambda conn: forget_all_unused(conn, folder, keyring, real))

    def _troubles(self) -> list[Problem]:
        """Show what channels say of themselves; what is only near a limit is no problem yet."""
        self.metrics.channel_troubles.clear()
        troubles = {name: codes for name, codes in self.troubles().items() if codes}
        for name, codes in troubles.items():
            for code, count in codes.items():
                self.metrics.channel_troubles.labels(name, code).set(count)
        serious = sum(code not in WARNINGS for codes in troubles.values() for code in codes)
        return [Problem("channel_troubles", serious)] if serious else []
