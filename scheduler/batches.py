"""What is due at the clock's time, one batch of a kind at a time, in the caller's transaction.

`scheduler.rounds` calls each until nothing is left; each returns how much it found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.clock import Clock, monotonic
from bot.engine.digest_planning import rhythm_of
from bot.ledger import live_of
from bot.programmes.versions import Programmes
from bot.settings import Settings
from scheduler import (
    alarms_lost,
    cases_due,
    cry_unanswered,
    digests_due,
    hard_unseen,
    moves_ended,
    obligations_due,
    plan_everyone,
    prompts_due,
    reminders_due,
    rollcalls_due,
    sessions_due,
    stand_ins_over,
    stay_days_due,
    talks_due,
)
from scheduler.portion import Portion

Batch = Callable[[Connection], int]


@dataclass
class Batches:
    """The batches of one process."""

    programmes: Programmes
    clock: Clock
    settings: Settings
    _prompts_at_once: Portion = field(default_factory=lambda: Portion(prompts_due.BATCH))
    _planned_at_once: Portion = field(default_factory=lambda: Portion(plan_everyone.BATCH))
    after_stays: talks_due.Round = field(default_factory=talks_due.Round)
    stay_days: stay_days_due.Round = field(init=False)

    def __post_init__(self) -> None:
        """Take where students register."""
        self.stay_days = stay_days_due.Round(self.settings.contacts.registration)

    def all(self) -> Sequence[Batch]:
        """Return them in the order in which a clock that jumps works them off."""
        asking = (self.cries, self.rollcalls, self.moves, self.stand_ins, self.prompts)
        telling = (self.cases, self.alarms, self.hard, self.sessions, self.reminders, self.obligations)
        return (*asking, *telling, self.talks, self.digests)

    def cries(self, conn: Connection) -> int:
        """Make an SOS of cries whose question nobody answered."""
        return cry_unanswered.sweep(conn, self.clock.now())

    def cases(self, conn: Connection) -> int:
        """Tell again about cases that nobody has taken."""
        return cases_due.work_off(conn, self.clock.now())

    def alarms(self, conn: Connection) -> int:
        """See to alarms that reached nobody."""
        return alarms_lost.work_off(conn, self.clock.now())

    def hard(self, conn: Connection) -> int:
        """Ask about hard weeks that nobody has seen."""
        return hard_unseen.work_off(conn, self.clock.now())

    def rollcalls(self, conn: Connection) -> int:
        """Ask, ask again, and list the silent of roll-calls."""
        return rollcalls_due.work_off(conn, self.clock.now(), self.settings.service.url)

    def sessions(self, conn: Connection) -> int:
        """Invite, ask again and remind for sessions."""
        return sessions_due.work_off(conn, self.clock.now(), self.programmes)

    def talks(self, conn: Connection) -> int:
        """Remind of talks, and ask what is asked after a stay."""
        return self.after_stays.work_off(conn, self.clock.now(), plans=self.settings.reports.follow_ups)

    def reminders(self, conn: Connection) -> int:
        """Remind of deadlines and of papers."""
        now, days = self.clock.now(), self.settings.opportunities.days
        planned = self.stay_days.work_off(conn, now, self.programmes)
        return planned + reminders_due.work_off(conn, now, self.programmes, days)

    def obligations(self, conn: Connection) -> int:
        """Tell members of branches what is due."""
        return obligations_due.work_off(conn, self.clock.now(), self.programmes, self.settings.branches)

    def digests(self, conn: Connection) -> int:
        """Write digests, and plan those of new readers."""
        return digests_due.work_off(conn, self.clock.now(), self._frame(conn))

    def _frame(self, conn: Connection) -> digests_due.Frame:
        return digests_due.Frame(
            rhythm_of(self.settings),
            self.settings.service.url,
            self.clock.real(),
            live_of(self.settings),
            self.programmes.if_any(conn),
        )

    def prompts(self, conn: Connection) -> int:
        """Open, remind and give up prompts."""
        began = monotonic()
        done = prompts_due.work_off(conn, self.clock.now(), self.programmes, self._prompts_at_once.size)
        self._prompts_at_once.took(done, monotonic() - began)
        return done

    def planned(self, conn: Connection, after: int) -> int | None:
        """Plan the next students after an id; return the last id, or None when there are no more."""
        began, most = monotonic(), self._planned_at_once.size
        last = plan_everyone.plan_everyone(conn, self.programmes, self.clock.now(), after, most)
        self._planned_at_once.took(most, monotonic() - began)
        return last

    def moves(self, conn: Connection) -> int:
        """End the visits elsewhere that are over."""
        return moves_ended.work_off(conn, self.clock.now(), self.programmes)

    def stand_ins(self, conn: Connection) -> int:
        """Give back to counsellors whose stand-ins are over."""
        return stand_ins_over.work_off(conn, self.clock.now())
