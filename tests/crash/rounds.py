"""One crash test: a service that is killed again and again at random moments while people use it, then left in peace.

What the platform and the people know survives in this process; everything else must survive in the database.
"""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, func, make_url, select, text

from bot.clock import SystemClock, monotonic
from bot.inbox.store import inbox
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from bot.settings import Settings
from bot.storage.opening import open_database
from bot.storage.state import free_leases
from tests.crash.count import ON_ITS_WAY, Tally, count
from tests.crash.evidence import cut_short, gather
from tests.crash.ground import prepare
from tests.crash.load import COUNSELLORS, OFFICE, Load
from tests.crash.phones import CrashTelegram, Crowd
from tests.crash.process import Service, as_toml, errors_in, free_port, holder_in

T = TypeVar("T")
LONGEST_LIFE = 4.0
"""Seconds after which the service is killed even when the moment that was chosen did not come."""
REST_SECONDS = 90.0
"""How long the service may take to get anything done of what is left when nobody kills it any more."""
LONGEST_REST = 600.0
"""After how long at the latest everything must be done, however busy the machine."""
LOOK_AGAIN = 0.01
LOOK_AT_DATABASE = 0.3
MODES = ("polling", "webhook")


@dataclass(frozen=True)
class Plan:
    """How often the service is killed, and how much is asked meanwhile."""

    kills: int
    seed: int
    minutes: int = 0
    students: int = 180
    waits_for_leases: bool = False  # after the last kill, as long as a real successor would
    processes: int = 1  # that share the work on PostgreSQL; one of them is killed, the others live on


def crash(folder: Path, database_url: str, plan: Plan) -> Tally:
    """Run one crash test in an empty folder and on an empty database, and count."""
    with CrashTelegram() as telegram:
        return _Test(folder, database_url, plan, telegram).run()


class _Test:
    def __init__(self, folder: Path, database_url: str, plan: Plan, telegram: CrashTelegram) -> None:
        self._folder, self._plan, self._telegram = folder, plan, telegram
        self._rng = random.Random(plan.seed)
        self._load = Load(SystemClock().now(), students=plan.students, minutes=plan.minutes, seed=plan.seed)
        self._chats = {
            number: telegram.phone(number, started=number in {*COUNSELLORS, *OFFICE, *self._load.linked}).chat_id
            for number in (*COUNSELLORS, *OFFICE, *self._load.numbers)
        }
        self._in_flight: list[int] = []
        self._services: dict[int, Service] = {}
        self._rounds = 0
        self._mode = MODES[0]
        self._settings = self._write_settings(database_url)
        self._database = open_database(self._settings, migrating=True)
        self._tokens = prepare(self._database, self._settings, self._load, self._chats, SystemClock().now())

    def run(self) -> Tally:
        phones = {number: self._telegram.phones[chat_id] for number, chat_id in self._chats.items()}
        linked = [phones[number] for number in self._load.linked]
        newcomers = {token: phones[number] for number, token in self._tokens.items()}
        try:
            with Crowd(self._telegram, linked, newcomers, self._plan.seed) as crowd:
                for _ in range(self._plan.kills):
                    self._live_and_die()
                self._rest(crowd)
                logs = [self._log(slot) for slot in self._slots]
                facts = self._read(
                    lambda conn: gather(conn, self._load, self._telegram, crowd, self._chats, self._in_flight)
                )
                return count(replace(facts, errors=[line for log in logs for line in errors_in(log)]))
        finally:
            for service in self._services.values():
                service.abandon()
            self._database.close()

    @property
    def _slots(self) -> range:
        return range(self._plan.processes)

    def _live_and_die(self) -> None:
        """Let all live until a moment, then kill one; all of them when the mode changes, in which they must agree."""
        mode = self._rng.choices((self._mode, self._rng.choice(MODES)), (self._plan.processes - 1, 1))[0]
        if mode != self._mode:
            for slot in list(self._services):
                self._kill(slot)
        self._mode = mode
        self._start_all()
        victim = self._rng.choice(self._slots)
        self._wait_for_the_moment(self._services[victim])
        self._rounds += 1
        self._kill(victim)

    def _start_all(self) -> None:
        for slot in self._slots:
            if slot not in self._services:
                self._services[slot] = Service(self._config(self._mode, slot), self._log(slot))

    def _kill(self, slot: int) -> None:
        service = self._services.pop(slot)
        try:
            service.kill()
        finally:
            service.abandon()
        self._wait_for_its_sessions(slot)
        self._in_flight.append(self._read(cut_short))
        if not self._plan.waits_for_leases or self._rounds < self._plan.kills:
            holder, now = holder_in(self._log(slot)), SystemClock().now()
            self._database.write(lambda conn: free_leases(conn, now, holder))  # as if they had run out

    def _wait_for_the_moment(self, service: Service) -> None:
        """Wait for a moment that the seed has chosen: in the middle of starting, of sending, of receiving, or any."""
        kind = self._rng.choices(("start", "any", "send", "receive"), (15, 35, 30, 20))[0]
        if kind == "start":
            service.waits_until_ready(self._rng.uniform(0.3, 2.0))
            return
        assert service.waits_until_ready(), "the service did not get ready"
        if kind == "any":
            self._wait(lambda: False, self._rng.uniform(0.05, 1.8))
            return
        happened = self._sends if kind == "send" else self._receptions
        wanted = happened() + self._rng.randint(1, 30 if kind == "send" else 6)
        self._wait(lambda: happened() >= wanted, LONGEST_LIFE)

    def _sends(self) -> int:
        return len(self._telegram.arrivals)

    def _receptions(self) -> int:
        """Count what brings updates to the service or confirms them."""
        polls = self._telegram.polls
        return polls + len(self._telegram.webhook_answers)

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is true; False when the time is over. It looks after each call and often besides."""
        deadline = monotonic() + seconds
        with self._telegram.lock:
            while not condition():
                left = deadline - monotonic()
                if left <= 0:
                    return False
                self._telegram.lock.wait(min(left, LOOK_AGAIN))
        return True

    def _rest(self, crowd: Crowd) -> None:
        """Let it run until all that was planned has been asked and nothing waits any more, then stop it in order."""
        fresh = set(self._slots) - set(self._services)
        self._start_all()
        for slot in fresh:
            assert self._services[slot].waits_until_ready(), "the service did not get ready"
        self._wait(lambda: False, (self._load.ends - SystemClock().now()).total_seconds() + 1)
        crowd.only_reacts()
        self._wait_for_rest(crowd)
        crowd.calms_down()
        self._wait_for_rest(crowd)
        for service in self._services.values():
            assert service.stop() == 0, "the service did not stop in order"

    def _wait_for_rest(self, crowd: Crowd) -> None:
        began = moved_at = monotonic()
        before = None
        while (left := self._read(self._left)) or not crowd.has_reacted():
            now, seen = monotonic(), (left, len(crowd.acts), len(self._telegram.arrivals))
            if seen != before:  # a busy machine may need longer, but goes on
                moved_at, before = now, seen
            is_stuck = now - moved_at > REST_SECONDS or now - began > LONGEST_REST
            assert not is_stuck, f"the service did not come to rest: {left}, {self._telegram.fresh.qsize()} not seen"
            self._wait(lambda: False, LOOK_AT_DATABASE)

    def _left(self, conn: Connection) -> dict[str, int]:
        """Count what the service still has to do now."""
        now = SystemClock().now()
        waiting = {
            "updates": len(self._telegram.updates),
            "inbox": _count(conn, select(func.count()).where(inbox.c.state == "new")),
            "outbox": _count(conn, select(func.count()).where(outbox.c.state.in_(ON_ITS_WAY))),
            "prompts": _count(conn, select(func.count()).where(prompts.c.next_at <= now)),
        }
        why = select(outbox.c.template, outbox.c.reason).where(outbox.c.state.in_(ON_ITS_WAY)).limit(3)
        seen = {f"{row.template} {row.reason}": 1 for row in conn.execute(why)} if waiting["outbox"] else {}
        return {name: number for name, number in (waiting | seen).items() if number}

    def _read(self, work: Callable[[Connection], T]) -> T:
        return self._database.read(work)

    def _wait_for_its_sessions(self, slot: int) -> None:
        """Wait until PostgreSQL has noticed that a process is gone: what it had in hand ends then."""
        if self._database.is_sqlite:
            return
        query = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND application_name = :its"
        ).bindparams(its=f"service-{slot}")
        assert self._wait(lambda: not self._read(lambda conn: _count(conn, query)), 10), "its sessions did not end"

    def _config(self, mode: str, slot: int) -> Path:
        return self._folder / f"{mode}-{slot}.toml"

    def _log(self, slot: int) -> Path:
        return self._folder / f"service-{slot}.log"

    def _write_settings(self, database_url: str) -> Settings:
        """Write a settings file per mode and process; return the settings with which this process looks on."""
        (self._folder / "programme.toml").write_text(self._load.programme(), encoding="utf-8")
        ports = [free_port() for _ in self._slots]
        self._telegram.doors = ports
        values: dict[str, Any] = {}
        for slot, mode in itertools.product(self._slots, MODES):
            telegram = self._telegram.section(mode=mode).model_dump()
            url = _named(database_url, f"service-{slot}")
            values = self._load.settings(self._folder, url, telegram, ports[slot])
            self._config(mode, slot).write_text(as_toml(values), encoding="utf-8")
        values["database"] = {"url": _named(database_url, "crash-test")}
        return Settings.model_validate(values)


def _named(database_url: str, name: str) -> str:
    """Return the URL under which PostgreSQL shows by its name whose session it is."""
    url = make_url(database_url)
    if url.drivername != "sqlite":
        url = url.update_query_dict({"application_name": name})
    return url.render_as_string(hide_password=False)


def _count(conn: Connection, query: Any) -> int:
    return int(conn.execute(query).scalar_one())
