"""A school that lives through anything, for the property machine on a database: several students, real use-cases.

`Lives` is a `School` with a psychological support, three students and a second stay, whose messages go through the
real delivery (`Post`), and in which a transaction may break in the middle: it leaves no trace and is done again.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, false, func, select

from bot.addresses.store import addresses
from bot.cases import store as cases_store
from bot.cases.model import Case, CaseState, Reason
from bot.cases.store import cases
from bot.engine import deeds
from bot.engine.replanning import replan
from bot.moves.store import moves
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.people.model import SUPPORT, RoleKind, ScopeKind
from bot.people.store import role_scopes, roles
from bot.prompts.model import Answer, Prompt
from bot.prompts.store import answers, answers_of, from_row, prompts
from bot.schema import metadata
from bot.storage.database import Database
from bot.trips.store import trips
from scheduler import cases_due, hard_unseen, moves_ended, plan_everyone, prompts_due
from tests.support.lives_post import Post
from tests.support.lives_programmes import ANSWERED
from tests.support.school import School, utc

SOS_LOOKED_AFTER = timedelta(minutes=25)
"""Somebody takes an SOS within this; it would ring every ten minutes for ever."""


class PowerCutError(Exception):
    """The process ends in the middle of a transaction."""


class Lives(School):
    """A school whose time passes through real deliveries; `breaks` counts the transactions that break first."""

    def __init__(self, database: Database) -> None:
        self.breaks = 0
        super().__init__(database, programme=ANSWERED)
        self.post = Post(database, self.programmes, self.do)
        self.support = self.person("P1", RoleKind.OFFICE)
        self.do(self._only_support)
        self.link(self.support)
        self.students = [
            self.student("S1", channels=("telegram", "web")),
            self.student("S2", "Australia/Sydney", "2026-09-09", "2026-11-20", landing_at=utc("2026-09-09 21:00")),
            self.student("S3", "Asia/Kathmandu", "2026-08-20", "2026-10-10", channels=("web",), country="NP"),
        ]
        self.second_stay(self.students[1])

    def _only_support(self, conn: Connection) -> None:
        role_id = conn.execute(select(roles.c.id).where(roles.c.person_id == self.support)).scalar_one()
        conn.execute(role_scopes.insert().values(role_id=role_id, kind=ScopeKind.MATTER.value, value=SUPPORT))

    def second_stay(self, person_id: int) -> None:
        values = {"host": "H", "city": "C", "country": "US", "type": "exchange", "zone": "America/Sao_Paulo"}
        dates = {"departs": date(2027, 2, 10), "returns": date(2027, 4, 20)}
        self.do(lambda conn: conn.execute(trips.insert().values(key="TS2b", person_id=person_id, **values, **dates)))
        self.replan(person_id)

    def change_trip(self, person_id: int, **values: Any) -> None:
        """Change her first stay."""

        def change(conn: Connection) -> None:
            first = select(func.min(trips.c.id)).where(trips.c.person_id == person_id).scalar_subquery()
            conn.execute(trips.update().where(trips.c.id == first).values(**values))
            replan(conn, [person_id], self.programmes, self.now)

        self.do(change)

    def do(self, work: Callable[[Connection], Any]) -> Any:
        if self.breaks:
            self.breaks -= 1
            before = self.dump()

            def break_off(conn: Connection) -> None:
                work(conn)
                raise PowerCutError

            try:
                self.db.write(break_off)
            except PowerCutError:
                assert self.dump() == before, "a transaction that broke left something behind"
        return super().do(work)

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        def read(conn: Connection) -> dict[str, list[tuple[Any, ...]]]:
            return {t.name: [tuple(row) for row in conn.execute(select(t))] for t in metadata.sorted_tables}

        return self.db.read(read)

    def work_off(self) -> None:
        """Do everything that is due now; somebody speaks with her after an SOS as soon as a person would."""
        for case in self.unresolved():
            late = self.now - case.opened_at >= SOS_LOOKED_AFTER
            if case.reason is Reason.URGENT and case.state is CaseState.OPEN and late:
                self.do(partial(deeds.resolve, case_id=case.id, staff_id=self.office, outcome="spoken", now=self.now))
        for _ in range(2000):
            if not self.do(self._due) + self.post.deliver(self.now):
                return
        raise AssertionError("the school does not come to rest")

    def _due(self, conn: Connection) -> int:
        done = moves_ended.work_off(conn, self.now, self.programmes)
        done += prompts_due.work_off(conn, self.now, self.programmes)
        return done + cases_due.work_off(conn, self.now) + hard_unseen.work_off(conn, self.now)

    def next_instant(self) -> datetime:
        """Return when anything happens next; in a world in which nothing is planned, in a week."""
        coming = self.db.read(self._next_instant)
        return max(coming or self.now + timedelta(days=7), self.now)

    def plan_everyone(self) -> None:
        self.do(lambda conn: plan_everyone.plan_everyone(conn, self.programmes, self.now))

    def unresolved(self) -> list[Case]:
        found = self.db.read(lambda conn: cases_store.unresolved_of(conn, self.students))
        return [case for of_one in found.values() for case in of_one]

    def all_prompts(self, person_id: int | None = None) -> list[Prompt]:
        query = select(prompts).order_by(prompts.c.id)
        if person_id is not None:
            query = query.where(prompts.c.person_id == person_id)
        return self.db.read(lambda conn: [from_row(row) for row in conn.execute(query)])

    def last_answer(self) -> Answer | None:
        """Return the latest answer of anybody that counts and is not undone."""
        query = select(answers.c.prompt_id).where(answers.c.counts, answers.c.undone_at.is_(None))

        def read(conn: Connection) -> Answer | None:
            prompt_id = conn.execute(query.order_by(answers.c.id.desc()).limit(1)).scalar()
            return None if prompt_id is None else answers_of(conn, prompt_id)[0]

        return self.db.read(read)

    def address_ids(self, person_id: int) -> list[int]:
        query = select(addresses.c.id).where(addresses.c.person_id == person_id).order_by(addresses.c.id)
        return self.db.read(lambda conn: list(conn.execute(query).scalars()))

    def _next_instant(self, conn: Connection) -> datetime | None:
        candidates = [
            conn.execute(select(func.min(prompts.c.next_at)).where(prompts.c.error.is_(None))).scalar(),
            conn.execute(select(func.min(cases.c.next_at))).scalar(),
            conn.execute(select(func.min(moves.c.ends_at)).where(moves.c.is_over == false())).scalar(),
            conn.execute(
                select(func.min(outbox.c.next_try_at)).where(outbox.c.state == OutboxState.WAITING.value)
            ).scalar(),
        ]
        instants = [at for at in candidates if at is not None]
        return min(instants) if instants else None
