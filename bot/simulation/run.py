"""Carries out a simulation: the real use-cases on the scratch database, on a clock that jumps to whatever is due next.

`simulate` is the only entrance; the command `yanxin simulate` calls it. The order of work at one instant is that of
`bot.app.App.step`, and a test holds the two together.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, false, select

from bot.app import App
from bot.clock import ManualClock
from bot.engine.asked import asked
from bot.engine.delivery import Account, Tools
from bot.engine.digest_planning import plan_all, rhythm_of
from bot.engine.replanning import replan
from bot.engine.switched_off import leave
from bot.ledger import live_of
from bot.moves.store import moves
from bot.outbox.model import Kind, Message
from bot.prompts import store as prompts_store
from bot.settings import Settings
from bot.simulation.answers import Answers
from bot.simulation.beside import Beside
from bot.simulation.order import Order
from bot.simulation.outcome import Outcome, conclude
from bot.simulation.post import NOTHING, Post
from bot.simulation.readers import Readers
from bot.simulation.rungs import Rungs
from bot.simulation.scratch import accounts_of, scratch_app
from bot.simulation.tally import Sent, Tally
from bot.simulation.waiting import look
from scheduler import cases_due, cry_unanswered, digests_due, hard_unseen, moves_ended, plan_everyone, prompts_due
from scheduler.next_due import next_due

PLAN_EVERY = timedelta(days=1)
"""How often the service plans everybody anew, as its bell does."""
BATCH = 500


def simulate(order: Order, settings: Settings) -> Outcome:
    """Return what would be sent and what would come of it, if only those students act whom the order lets answer.

    YanxinError when the configured database cannot be read; UsageError when there is nobody to simulate.
    """
    with scratch_app(order, settings) as (app, clock):
        run = _Run(app, clock, order, accounts_of(order, settings), Tally(settings))
        run.live()
        return app.database.read(lambda conn: conclude(conn, order, run.tally, run.rungs))


class _Run:
    """One simulation under way."""

    def __init__(self, app: App, clock: ManualClock, order: Order, accounts: Sequence[Account], tally: Tally) -> None:
        self._app = app
        self._clock = clock
        self._order = order
        self._plan_at = order.start + PLAN_EVERY
        self._movers: list[int] = []
        self._rhythm = rhythm_of(app.settings)
        self._readers = Readers()
        self._answers = Answers(app.services, seed=order.seed, rate=order.answer_rate)
        tools = Tools(lambda _conn, _message: NOTHING, lambda conn, ids, now: asked(conn, ids, now, app.programmes))
        self._beside = Beside(app)
        self._posts = [Post(account, tools, self._accepted) for account in accounts]
        self.tally = tally
        self.rungs = Rungs()

    def live(self) -> None:
        """Let the days pass."""
        asyncio.run(self._app.rounds.inbox())  # what a copied service had not read yet
        self._app.database.write(self._begin)
        while self._clock.now() < self._order.end:
            self._clock.set(self._app.database.write(self._instant))

    def _begin(self, conn: Connection) -> None:
        now = self._clock.now()
        leave(conn, [post.name for post in self._posts], now)
        self._plan_everyone(conn, now)
        self._answers.begin(conn, now)
        for post in self._posts:
            post.begin(conn, now, self._order.end)

    def _instant(self, conn: Connection) -> datetime:
        """Work off everything that is due now, all in one transaction; return when something is due next."""
        now = self._clock.now()
        if now >= self._plan_at:
            self._plan_at = now + PLAN_EVERY
            replan(conn, self._movers, self._app.programmes, now)
            plan_all(conn, self._rhythm, now)
        self._answers.act(conn, now)
        while self._once(conn, now):
            pass
        due = [next_due(conn, now), self._answers.next_at, self._plan_at, self._order.end]
        return min(at for at in due if at is not None)

    def _once(self, conn: Connection, now: datetime) -> int:
        """Do once what is due, in the order of `App.step`; 0 when nothing was left."""
        waiting = look(conn, now)
        done = cry_unanswered.sweep(conn, now) if waiting.cries else 0
        if waiting.moves or waiting.prompts:
            done += moves_ended.work_off(conn, now, self._app.programmes)
        if waiting.prompts:
            done += self._prompts(conn, now)
        if waiting.cases:
            done += cases_due.work_off(conn, now) + hard_unseen.work_off(conn, now)
        beside = self._beside.work_off(conn, now, waits=waiting.beside)
        if waiting.digests:
            done += digests_due.work_off(conn, now, self._frame(now))
        done += beside
        told = beside or waiting.prompts or waiting.cases or waiting.digests or waiting.cries
        for post in self._posts:
            if told or post.name in waiting.accounts:
                done += post.work_off(conn, now)
        return done

    def _frame(self, now: datetime) -> digests_due.Frame:
        return digests_due.Frame(self._rhythm, "", now, live_of(self._app.settings))

    def _prompts(self, conn: Connection, now: datetime) -> int:
        total = 0
        while due := prompts_store.claim(conn, now, BATCH):
            self.rungs.look(conn, prompts_store.by_ids(conn, [one.id for one in due]), self._app.programmes)
            total += prompts_due.work_off(conn, now, self._app.programmes, BATCH)
        return total

    def _plan_everyone(self, conn: Connection, now: datetime) -> None:
        last: int | None = 0
        while last is not None:
            last = plan_everyone.plan_everyone(conn, self._app.programmes, now, last)
        # Nobody acts: from here on only the plans of those can change whose zone depends on the day.
        plan_all(conn, self._rhythm, now)
        query = select(moves.c.person_id).where(moves.c.is_over == false()).distinct()
        self._movers = list(conn.execute(query).scalars())

    def _accepted(
        self,
        conn: Connection,
        account: Account,
        messages: Sequence[Message],
        now: datetime,
        left: Mapping[int, int],
    ) -> None:
        zones = self._readers.zones(conn, {message.person_id for message in messages}, now)
        for message in messages:
            self.tally.add(
                Sent(
                    at=now,
                    channel=account.channel,
                    chat=str(message.address_id),
                    kind=message.kind,
                    template=message.template,
                    priority=message.priority,
                    person_id=message.person_id,
                    zone=zones[message.person_id],
                    left=left.get(message.id),
                )
            )
        questions = [message for message in messages if message.kind is Kind.QUESTION]
        self._answers.expect(
            conn, [(m.prompt_id, m.address_id) for m in questions if m.prompt_id and m.address_id], now
        )
