"""A small school for tests of the engine: real rules and tables, deliveries by hand, time by argument.

`School(database)` has the default programme, an office and a counsellor. `student(...)` adds a student with one trip,
`link` gives her an address, `until(now)` lets time pass up to an instant: whatever falls due is worked off in order,
and what is queued is accepted at once on the channels in `works`.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, bindparam, false, func, select

from bot.addresses import store as addresses_store
from bot.addresses.model import Address, AddressState
from bot.cases.store import cases
from bot.engine.asked import asked
from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.engine.replanning import replan
from bot.moves.model import Place
from bot.moves.store import moves
from bot.outbox.model import Kind, OutboxState, ResultKind
from bot.outbox.store import attempts, outbox
from bot.people.model import RoleKind
from bot.people.store import people, roles
from bot.programmes import store as programmes_store
from bot.programmes.versions import Programmes, default_text
from bot.prompts import store as prompts_store
from bot.prompts.model import Prompt, State
from bot.prompts.store import prompts
from bot.rollcalls.store import rollcalls
from bot.sessions.store import session_invitations, sessions
from bot.storage.database import Database
from bot.trips.store import trips
from scheduler import alarms_lost, cases_due, hard_unseen, moves_ended, prompts_due, rollcalls_due, sessions_due

START = datetime(2026, 9, 2, tzinfo=UTC)
"""A Wednesday. A student has been away since 24 August unless the test says otherwise: her landing is over."""


def utc(text: str) -> datetime:
    """Read "2026-11-24 18:30" as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class School:
    """Real tables with one counsellor and one office; `now` is where its time stands."""

    def __init__(self, database: Database, now: datetime = START, programme: str | None = None) -> None:
        self.db = database
        self.now = now
        self.programmes = Programmes()
        self.works = {"telegram", "web"}
        text = programme or default_text()
        self.do(lambda conn: programmes_store.add(conn, text, "0" * 64, now))
        self.office = self.person("O1", RoleKind.OFFICE)
        self.counsellor = self.person("C1", RoleKind.COUNSELLOR)
        for staff in (self.office, self.counsellor):
            self.link(staff)

    def do(self, work: Any) -> Any:
        return self.db.write(work)

    def person(self, number: str, kind: RoleKind, **values: Any) -> int:
        def add(conn: Connection) -> int:
            defaults = {"name": number, "language": "zh", "zone": "Asia/Shanghai", "created_at": self.now}
            inserted = conn.execute(people.insert().values(number=number, **defaults | values).returning(people.c.id))
            person_id = int(inserted.scalar_one())
            conn.execute(roles.insert().values(person_id=person_id, kind=kind.value))
            return person_id

        return int(self.do(add))

    def student(
        self,
        number: str,
        zone: str = "America/New_York",
        departs: str = "2026-08-24",
        returns: str = "2027-01-31",
        channels: Iterable[str] = ("telegram",),
        **trip: Any,
    ) -> int:
        person_id = self.person(number, RoleKind.STUDENT, counsellor_id=self.counsellor)
        values = {"key": f"T{number}", "host": "Host", "city": "City", "country": "US", "type": "exchange"} | trip
        self.do(
            lambda conn: conn.execute(
                trips.insert().values(
                    person_id=person_id,
                    zone=zone,
                    departs=date.fromisoformat(departs),
                    returns=date.fromisoformat(returns),
                    **values,
                )
            )
        )
        for channel in channels:
            self.link(person_id, channel)
        self.replan(person_id)
        return person_id

    def link(self, person_id: int, channel: str = "telegram") -> Address:
        def add(conn: Connection) -> Address:
            external = f"{channel}-{person_id}"
            return addresses_store.put(conn, person_id, channel, "bot", external, AddressState.WORKING, self.now)

        found: Address = self.do(add)
        return found

    def change_trip(self, person_id: int, **values: Any) -> None:
        self.do(lambda conn: conn.execute(trips.update().where(trips.c.person_id == person_id).values(**values)))
        self.replan(person_id)

    def replan(self, *person_ids: int) -> None:
        self.do(lambda conn: replan(conn, person_ids, self.programmes, self.now))

    def until(self, to: datetime) -> None:
        """Let time pass; everything that falls due on the way happens at its instant."""
        for _ in range(100_000):
            due = self.db.read(self._next_instant)
            if due is None or due > to:
                break
            self.now = max(self.now, due)
            self.work_off()
        self.now = max(self.now, to)
        self.work_off()

    def stop_until(self, to: datetime) -> None:
        """Let time pass while the service is down."""
        self.now = to

    def work_off(self) -> None:
        for _ in range(1000):
            if not self.do(self._round):  # in one transaction: nobody of this school waits for another
                return
        raise AssertionError("the school does not come to rest")

    def _round(self, conn: Connection) -> int:
        now, programmes = self.now, self.programmes
        done = moves_ended.work_off(conn, now, programmes) + prompts_due.work_off(conn, now, programmes)
        done += cases_due.work_off(conn, now) + alarms_lost.work_off(conn, now) + hard_unseen.work_off(conn, now)
        done += rollcalls_due.work_off(conn, now, "http://yanxin.test")
        return done + sessions_due.work_off(conn, now, programmes) + self._deliver(conn)

    def _deliver(self, conn: Connection) -> int:
        query = select(outbox).where(
            outbox.c.state == OutboxState.WAITING.value,
            outbox.c.next_try_at <= self.now,
            outbox.c.channel.in_(sorted(self.works)),
        )
        rows = conn.execute(query).all()
        for row in rows:
            conn.execute(outbox.update().where(outbox.c.id == row.id).values(state=OutboxState.ACCEPTED.value))
            conn.execute(
                attempts.insert().values(
                    outbox_id=row.id,
                    address_id=row.address_id,
                    body=self.body(conn, row),
                    epoch=1,
                    started_at=self.now,
                    finished_at=self.now,
                    result=ResultKind.ACCEPTED.value,
                )
            )
            if row.prompt_id and row.channel != "web" and row.kind in (Kind.QUESTION.value, Kind.REMINDER.value):
                asked(conn, [row.prompt_id], self.now, self.programmes)
        return len(rows)

    def body(self, _conn: Connection, row: Any) -> dict[str, Any]:
        """Return what is kept of a message that was sent."""
        return {"text": row.template, "buttons": []}

    def prompts(self, person_id: int, item: str = "checkin") -> list[Prompt]:
        query = select(prompts).where(prompts.c.person_id == person_id, prompts.c.item == item)
        return self.db.read(
            lambda conn: [prompts_store.from_row(row) for row in conn.execute(query.order_by(prompts.c.opens_at))]
        )

    def prompt(self, person_id: int, occasion: str, item: str = "checkin") -> Prompt:
        return next(prompt for prompt in self.prompts(person_id, item) if prompt.occasion == occasion)

    def scheduled(self, person_id: int, item: str = "checkin") -> Prompt:
        (found,) = [prompt for prompt in self.prompts(person_id, item) if prompt.state is State.SCHEDULED]
        return found

    def sent(self, person_id: int) -> list[tuple[str, datetime, str]]:
        """Return what was delivered to a person: template, instant, channel."""
        query = (
            select(outbox.c.template, attempts.c.finished_at, outbox.c.channel)
            .join(attempts, attempts.c.outbox_id == outbox.c.id)
            .where(outbox.c.person_id == person_id)
            .order_by(attempts.c.id)
        )
        return self.db.read(lambda conn: [tuple(row) for row in conn.execute(query)])

    def facts(self, person_id: int) -> PersonFacts:
        return self.db.read(lambda conn: load_facts(conn, [person_id]))[person_id]

    def place(self, person_id: int) -> Place:
        """Return where we think that a student is now."""
        return self.facts(person_id).place_now(self.now)

    def cases(self, person_id: int) -> list[tuple[str, str]]:
        """Return the cases of a student as (reason, state)."""
        query = select(cases.c.reason, cases.c.state).where(cases.c.person_id == person_id).order_by(cases.c.id)
        return self.db.read(lambda conn: [tuple(row) for row in conn.execute(query)])

    def _next_instant(self, conn: Connection) -> datetime | None:
        found = conn.execute(_NEXT, {"now": self.now, "works": sorted(self.works)}).one()
        return min((at for at in found if at is not None), default=None)


def _first(column: ColumnElement[datetime], *conditions: ColumnElement[bool]) -> ScalarSelect[datetime]:
    return select(func.min(column)).where(*conditions).scalar_subquery()


_WORKS = outbox.c.channel.in_(bindparam("works", expanding=True))
_NEXT = select(
    _first(prompts.c.next_at, prompts.c.error.is_(None)),
    _first(cases.c.next_at),
    _first(rollcalls.c.next_at),
    _first(session_invitations.c.next_at),
    _first(sessions.c.asked_from, sessions.c.asked_from > bindparam("now")),
    _first(moves.c.ends_at, moves.c.is_over == false()),
    _first(outbox.c.next_try_at, outbox.c.state == OutboxState.WAITING.value, _WORKS),
)
"""Kept, because building it costs many times what running it does."""
