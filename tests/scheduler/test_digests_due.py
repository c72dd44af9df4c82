"""Digests whose time has come: once, after a stop too; what breaks is set aside alone; who is gone gets none."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from bot.digests import store
from bot.digests.model import Every, Rhythm
from bot.digests.store import digests
from bot.engine.digest_planning import plan, plan_all
from bot.outbox.store import outbox
from bot.people.store import people
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from scheduler import digests_due
from scheduler.digests_due import Frame, work_off
from scheduler.next_due import next_due
from scheduler.watchdog import look
from tests.fakes.ground import NOW, Ground, open_ground

RHYTHM = Rhythm(spread=timedelta(0))
FRAME = Frame(RHYTHM, "https://yanxin.example.edu", NOW)
FRIDAY = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    database = open_ground(tmp_path)
    yield Ground(database)
    database.close()


@pytest.fixture
def server(fresh_pg_url: str) -> Iterator[Ground]:
    """The same on a real PostgreSQL."""
    database = Database(parse_url(fresh_pg_url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    yield Ground(database)
    database.close()


@pytest.fixture
def her(ground: Ground) -> int:
    """A counsellor who can be reached, with one student abroad."""
    made = ground.staff("C1", "counsellor")
    ground.address(made)
    ground.trip(ground.student("s", counsellor=made))
    return made


def run(ground: Ground, at: datetime) -> int:
    def work(conn: Connection) -> int:
        total = 0
        while done := work_off(conn, at, FRAME):
            total += done
        return total

    return ground.database.write(work)


def letters(ground: Ground) -> list[str]:
    query = select(outbox.c.key).where(outbox.c.kind == "digest").order_by(outbox.c.id)
    return list(ground.database.read(lambda conn: conn.execute(query).scalars().all()))


def states(ground: Ground, person: int) -> list[str]:
    query = select(digests.c.state).where(digests.c.person_id == person).order_by(digests.c.due_at)
    return list(ground.database.read(lambda conn: conn.execute(query).scalars().all()))


def test_it_is_planned_seen_ahead_and_written_once(ground: Ground, her: int) -> None:
    assert run(ground, NOW) == 1
    assert ground.database.read(lambda conn: next_due(conn, NOW)) == FRIDAY
    assert run(ground, FRIDAY - timedelta(seconds=1)) == 0
    run(ground, FRIDAY)
    run(ground, FRIDAY)
    assert len(letters(ground)) == 1
    assert states(ground, her) == ["sent", "planned"]


def test_a_stop_of_three_days_sends_one(ground: Ground, her: int) -> None:
    run(ground, NOW)
    ground.database.write(lambda conn: store.choose(conn, her, Every.DAILY, NOW))
    ground.database.write(lambda conn: plan(conn, [her], RHYTHM, NOW))
    run(ground, datetime(2026, 11, 24, 1, 0, tzinfo=UTC))  # planned for Thursday; it is Tuesday, nine in the morning
    assert len(letters(ground)) == 0  # today's is near
    run(ground, datetime(2026, 11, 24, 6, 0, tzinfo=UTC))
    assert len(letters(ground)) == 1


def test_it_waits_for_the_morning_after_a_stop(ground: Ground, her: int) -> None:
    assert her
    run(ground, NOW)
    night = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # two in Beijing
    run(ground, night)
    assert letters(ground) == []
    assert ground.database.read(lambda conn: next_due(conn, night)) == datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    run(ground, datetime(2026, 11, 20, 23, 0, tzinfo=UTC))
    assert len(letters(ground)) == 1


def test_a_reader_who_moves_gets_it_by_the_new_clock(ground: Ground, her: int) -> None:
    run(ground, NOW)
    ground.database.write(
        lambda conn: conn.execute(people.update().where(people.c.id == her).values(zone="America/New_York"))
    )
    run(ground, FRIDAY)
    assert letters(ground) == []
    run(ground, datetime(2026, 11, 20, 19, 0, tzinfo=UTC))
    assert len(letters(ground)) == 1


def test_one_that_breaks_is_set_aside_shown_and_stops_nobody(
    ground: Ground, her: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ground.staff("C2", "counsellor")
    ground.address(other)
    ground.trip(ground.student("t", counsellor=other))
    run(ground, NOW)
    real = digests_due.content

    def broken(conn: Connection, person: object, now: datetime, live: object = None, plan: object = None) -> object:
        if getattr(person, "id", 0) == her:
            raise ValueError("poisoned")
        return real(conn, person, now, live, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(digests_due, "content", broken)
    run(ground, FRIDAY)
    assert len(letters(ground)) == 1
    assert states(ground, her) == ["failed", "planned"]
    found = {problem.code: problem.count for problem in ground.database.read(lambda conn: look(conn, FRIDAY))}
    assert found["digests_failed"] == 1


def test_whoever_has_left_or_wants_none_gets_none(ground: Ground, her: int) -> None:
    run(ground, NOW)
    gone = ground.staff("C2", "counsellor")
    run(ground, NOW)
    ground.database.write(lambda conn: conn.execute(people.update().where(people.c.id == gone).values(absent_at=NOW)))
    ground.database.write(lambda conn: store.choose(conn, her, Every.OFF, NOW))
    ground.database.write(lambda conn: plan(conn, [her], RHYTHM, NOW))
    run(ground, FRIDAY)
    assert letters(ground) == states(ground, her) == states(ground, gone) == []


def test_planning_is_idempotent(ground: Ground, her: int) -> None:
    assert her
    run(ground, NOW)
    assert ground.database.write(lambda conn: plan_all(conn, RHYTHM, NOW)) == 0


def test_mail_gets_it_too_with_a_link_that_ends_it(ground: Ground, her: int) -> None:
    ground.address(her, channel="mail", account="mail")
    run(ground, NOW)
    run(ground, FRIDAY)
    query = select(outbox.c.channel, outbox.c.data).where(outbox.c.kind == "digest").order_by(outbox.c.channel.desc())
    chat, mail = ground.database.read(lambda conn: conn.execute(query).all())
    assert (chat.channel, "unsubscribe" in chat.data) == ("web", False)
    assert mail.channel == "mail"
    assert mail.data["unsubscribe"].startswith("https://yanxin.example.edu/digest/off/")


@pytest.mark.postgres
def test_postgresql_plans_writes_and_sets_aside_the_same(server: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (server.staff(f"C{one}", "counsellor") for one in range(3))
    for who in (first, second, third):
        server.address(who)
        student = server.student(f"s{who}", counsellor=who)
        server.trip(student)
        server.prompt(student, "late", next_at=NOW + timedelta(days=9))
    server.database.write(lambda conn: store.choose(conn, third, Every.OFF, NOW))
    assert run(server, NOW) == 2
    assert server.database.write(lambda conn: plan_all(conn, RHYTHM, NOW)) == 0
    real = digests_due.content

    def broken(conn: Connection, person: object, now: datetime, live: object = None, plan: object = None) -> object:
        if getattr(person, "id", 0) == first:
            conn.execute(text("SELECT 1 / 0"))
        return real(conn, person, now, live, plan)  # type: ignore[arg-type]

    monkeypatch.setattr(digests_due, "content", broken)
    run(server, FRIDAY)
    run(server, FRIDAY)
    assert len(letters(server)) == 1
    assert states(server, first) == ["failed", "planned"]
    assert states(server, second) == ["sent", "planned"]
    assert states(server, third) == []
    figures = select(digests.c.figures).where(digests.c.state == "sent")
    assert server.database.read(lambda conn: conn.execute(figures).scalar_one()) == {
        "total": 1,
        "silent": 1,
        "cases": 0,
    }
    server.database.write(lambda conn: store.looked(conn, second, FRIDAY + timedelta(days=1)))
    assert server.database.read(lambda conn: store.readers_of(conn, [second]))[second].looked_at > FRIDAY
