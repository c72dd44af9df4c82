"""One crash test: a service that is killed again and again at random moments while people use it, then left in peace.

What the platform and the people know survives in this process; everything else must survive in the database.
"""

import random
import socket
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
from tests.crash.process import Service, as_toml, errors_in

T = TypeVar("T")
LONGEST_LIFE = 4.0
"""Seconds after which the service is killed even when the moment that was chosen did not come."""
REST_SECONDS = 90.0
LOOK_AGAIN = 0.01
LOOK_AT_DATABASE = 0.3
OURS = "crash-test"
MODES = ("polling", "webhook")


@dataclass(frozen=True)
class Plan:
    """How often the service is killed, and how much is asked meanwhile."""

    kills: int
    seed: int
    minutes: int = 0
    students: int = 180
    waits_for_leases: bool = False  # after the last kill, as long as a real successor would


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
        self._log = folder / "service.log"
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
                facts = self._read(
                    lambda conn: gather(conn, self._load, self._telegram, crowd, self._chats, self._in_flight)
                )
                return count(replace(facts, errors=errors_in(self._log)))
        finally:
            self._database.close()

    def _live_and_die(self) -> None:
        service = Service(self._config(self._rng.choice(MODES)), self._log)
        try:
            self._wait_for_the_moment(service)
            service.kill()
        finally:
            service.abandon()
        self._wait_for_its_sessions()
        self._in_flight.append(self._read(cut_short))
        if not self._plan.waits_for_leases or len(self._in_flight) < self._plan.kills:
            self._database.write(lambda conn: free_leases(conn, SystemClock().now()))  # as if they had run out

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
        service = Service(self._config(self._rng.choice(MODES)), self._log)
        try:
            assert service.waits_until_ready(), "the service did not get ready"
            self._wait(lambda: False, (self._load.ends - SystemClock().now()).total_seconds() + 1)
            crowd.only_reacts()
            self._wait_for_rest(crowd)
            crowd.calms_down()
            self._wait_for_rest(crowd)
            assert service.stop() == 0, "the service did not stop in order"
        finally:
            service.abandon()

    def _wait_for_rest(self, crowd: Crowd) -> None:
        deadline = monotonic() + REST_SECONDS
        while (left := self._read(self._left)) or not crowd.has_reacted():
            assert monotonic() < deadline, f"the service did not come to rest: {left}"
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

    def _wait_for_its_sessions(self) -> None:
        """Wait until PostgreSQL has noticed that the process is gone: what it had in hand ends then."""
        if self._database.is_sqlite:
            return
        query = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND application_name <> :ours"
        ).bindparams(ours=OURS)
        assert self._wait(lambda: not self._read(lambda conn: _count(conn, query)), 10), "its sessions did not end"

    def _config(self, mode: str) -> Path:
        return self._folder / f"{mode}.toml"

    def _write_settings(self, database_url: str) -> Settings:
        """Write a settings file per mode and the programme; return the settings with which this process looks on."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        (self._folder / "programme.toml").write_text(self._load.programme(), encoding="utf-8")
        values: dict[str, Any] = {}
        for mode in MODES:
            telegram = self._telegram.section(mode=mode).model_dump()
            values = self._load.settings(self._folder, database_url, telegram, port)
            self._config(mode).write_text(as_toml(values), encoding="utf-8")
        url = make_url(database_url)
        if url.drivername != "sqlite":
            url = url.update_query_dict({"application_name": OURS})
        values["database"] = {"url": url.render_as_string(hide_password=False)}
        return Settings.model_validate(values)


def _count(conn: Connection, query: Any) -> int:
    return int(conn.execute(query).scalar_one())
