"""Everything that happens because time passes, as methods that the bell rings and that a story calls one by one.

Each works off what is due at the clock's time, in transactions of its own, and returns how much that was. `bot.app`
makes one `Rounds` and tells it what a message means (`Reading`), because handlers and scheduler do not know each other.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection

from bot.clock import Clock, monotonic
from bot.engine.digest_planning import plan_all, rhythm_of
from bot.engine.programme_replan import go_on, last
from bot.ledger import live_of
from bot.metrics import Metrics
from bot.platforms.most import most_of
from bot.programmes.versions import Programmes
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.vault import vault_in
from bot.storage.writer import Urgency
from scheduler import (
    alarms_lost,
    calls_nearly_used,
    cases_due,
    cry_unanswered,
    digests_due,
    duty_watch,
    hard_unseen,
    heartbeat,
    inbox_waiting,
    moves_ended,
    obligations_due,
    plan_everyone,
    prompts_due,
    reminders_due,
    rollcalls_due,
    sessions_due,
    stand_ins_over,
    talks_due,
)
from scheduler.files_unused import OF_BRANCHES, forget_unused
from scheduler.inbox_waiting import Reading
from scheduler.portion import Portion
from scheduler.purge import purge
from scheduler.watchdog import CODES, WARNINGS, Problem, look, without_next

log = structlog.get_logger()
MOST_BATCHES = 500
"""How many batches one ring works off before others have their turn; the next ring goes on."""
CHECKED_AT_ONCE = 500


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
    _portion: Portion = field(default_factory=lambda: Portion(prompts_due.BATCH))
    after_stays: talks_due.Round = field(default_factory=talks_due.Round)
    _checked_up_to: int = 0
    _without_next: int = 0
    _without_next_so_far: int = 0

    async def prompts(self) -> int:
        """Open, remind and give up whatever is due; first for whoever is back or has her counsellor back."""
        total = await self.database.awrite(self._moves, Urgency.BULK)
        total += await self._worked_off(self._stand_ins, Urgency.BULK)
        return total + await self._worked_off(self._prompts, Urgency.BULK)

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
        return await self._worked_off(self._rollcalls, Urgency.DELIVERY)

    async def sessions(self) -> int:
        """Invite new members to sessions, ask the silent again, and remind those who come."""
        return await self._worked_off(self._sessions, Urgency.DELIVERY)

    async def reminders(self) -> int:
        """Remind of deadlines at home and of papers that run out."""
        return await self._worked_off(self._reminders, Urgency.BULK)

    async def obligations(self) -> int:
        """Tell members of branches what is due."""
        return await self._worked_off(self._obligations, Urgency.BULK)

    async def talks(self) -> int:
        """Remind of talks, and ask what is asked after a stay."""
        return await self._worked_off(self._talks, Urgency.BULK)

    async def digests(self) -> int:
        """Write the digests whose time has come, and plan for members of staff who are new."""
        return await self._worked_off(self._digests, Urgency.BULK)

    async def cases(self) -> int:
        """Tell again about cases that nobody has taken, see to lost alarms, and ask about hard weeks not seen."""
        told = await self.database.awrite(lambda conn: cases_due.work_off(conn, self.clock.now()), Urgency.HELP)
        told += await self.database.awrite(lambda conn: alarms_lost.work_off(conn, self.clock.now()), Urgency.HELP)
        return told + await self.database.awrite(
            lambda conn: hard_unseen.work_off(conn, self.clock.now()), Urgency.DELIVERY
        )

    async def cries(self) -> int:
        """Make an SOS of cries for help whose question nobody answered."""
        return await self.database.awrite(lambda conn: cry_unanswered.sweep(conn, self.clock.now()), Urgency.HELP)

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

    async def inbox(self) -> int:
        """Understand and answer what came in."""
        total = 0
        async with self._reading_inbox:  # the bell and whoever stores a message ring; two would read everything twice
            for _ in range(MOST_BATCHES):
                done = await inbox_waiting.work_off(self.database, self.reading, self.clock.now())
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
            after, batches = last, batches + 1
            last = await self.database.awrite(
                lambda conn, after=after: plan_everyone.plan_everyone(  # type: ignore[misc]
                    conn, self.programmes, self.clock.now(), after
                ),
                Urgency.BULK,
            )
        await self.database.awrite(
            lambda conn: plan_all(conn, rhythm_of(self.settings), self.clock.now()), Urgency.BULK
        )
        return batches - 1

    async def watch(self) -> list[Problem]:
        """Look for what is overdue, and remember it for `/readyz` and the heartbeat."""
        now = self.clock.now()
        found = await self.database.aread(lambda conn: look(conn, now))
        await self._check_plans()
        if self._without_next:
            found.append(Problem("without_next", self._without_next))
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
        return total + await self.database.aread_long(self._forget_unused)

    def _troubles(self) -> list[Problem]:
        """Show what channels say of themselves; what is only near a limit is no problem yet."""
        self.metrics.channel_troubles.clear()
        troubles = {name: codes for name, codes in self.troubles().items() if codes}
        for name, codes in troubles.items():
            for code, count in codes.items():
                self.metrics.channel_troubles.labels(name, code).set(count)
        serious = sum(code not in WARNINGS for codes in troubles.values() for code in codes)
        return [Problem("channel_troubles", serious)] if serious else []

    def _forget_unused(self, conn: Connection) -> int:
        folder, keyring, real = self.settings.reports.folder, self.database.keyring, self.clock.real()
        of_branches = forget_unused(conn, vault_in(folder, keyring, branch=True), real, OF_BRANCHES)
        return of_branches + forget_unused(conn, vault_in(folder, keyring), real)

    def _rollcalls(self, conn: Connection) -> int:
        return rollcalls_due.work_off(conn, self.clock.now(), self.settings.service.url)

    def _sessions(self, conn: Connection) -> int:
        return sessions_due.work_off(conn, self.clock.now(), self.programmes)

    def _talks(self, conn: Connection) -> int:
        return self.after_stays.work_off(conn, self.clock.now(), plans=self.settings.reports.follow_ups)

    def _reminders(self, conn: Connection) -> int:
        return reminders_due.work_off(conn, self.clock.now(), self.programmes)

    def _obligations(self, conn: Connection) -> int:
        return obligations_due.work_off(conn, self.clock.now(), self.programmes, self.settings.branches)

    def _digests(self, conn: Connection) -> int:
        return digests_due.work_off(conn, self.clock.now(), self._frame(conn))

    def _frame(self, conn: Connection) -> digests_due.Frame:
        return digests_due.Frame(
            rhythm_of(self.settings),
            self.settings.service.url,
            self.clock.real(),
            live_of(self.settings),
            self.programmes.if_any(conn),
        )

    def _prompts(self, conn: Connection) -> int:
        began = monotonic()
        done = prompts_due.work_off(conn, self.clock.now(), self.programmes, self._portion.size)
        self._portion.took(done, monotonic() - began)
        return done

    def _moves(self, conn: Connection) -> int:
        return moves_ended.work_off(conn, self.clock.now(), self.programmes)

    def _stand_ins(self, conn: Connection) -> int:
        return stand_ins_over.work_off(conn, self.clock.now())

    async def _check_plans(self) -> None:
        """Check some hundred students for a missing next row; the count is known when all were checked."""
        now, after = self.clock.now(), self._checked_up_to
        missing, last = await self.database.aread(
            lambda conn: without_next(conn, self.programmes, now, after, CHECKED_AT_ONCE)
        )
        self._without_next_so_far += missing
        if last is not None:
            self._checked_up_to = last
        if last is None or missing:
            self._without_next = self._without_next_so_far
        if last is None:
            self._checked_up_to, self._without_next_so_far = 0, 0
