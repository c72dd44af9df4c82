"""Time in a rehearsal: as fast as asked and no faster, halted where something is due, real where a platform waits."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select
from structlog.testing import capture_logs

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.engine.telling import tell
from bot.outbox.model import Kind, Priority, Result, ResultKind
from bot.outbox.store import attempts, outbox
from bot.people.store import people
from bot.rehearsal.driver import Driver
from bot.rehearsal.driver import wait as machine_wait
from bot.rehearsal.standing import read
from bot.settings import Settings
from bot.storage import state
from bot.storage.opening import open_database
from tests.support.rehearsing import Rehearsing, rehearsing

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {"database": {"url": f"sqlite:///{tmp_path}/y.db"}, "security": {"key_file": f"{tmp_path}/keys.txt"}}
    )


@pytest.fixture
def on(settings: Settings) -> Iterator[Rehearsing]:
    with rehearsing(settings, START) as made:
        yield made


def queue(on: Rehearsing, at: datetime, key: str = "m") -> None:
    """Queue a notice for somebody who has a bot chat, to go out at an instant."""

    def work(conn: Connection) -> None:
        person_id = conn.execute(select(people.c.id).where(people.c.number == "P1")).scalar()
        if person_id is None:
            values = {"number": "P1", "name": "P", "language": "en", "zone": "UTC", "created_at": START}
            person_id = conn.execute(people.insert().values(**values).returning(people.c.id)).scalar_one()
            addresses.put(conn, person_id, "telegram", "1", "chat", AddressState.WORKING, START)
        tell(
            conn,
            person_id,
            Kind.NOTICE,
            "note/off",
            key=key,
            priority=Priority.PROMPT,
            now=on.clock.now(),
            not_before=at,
        )

    on.app.database.write(work)


def tried_at(on: Rehearsing) -> list[datetime]:
    query = select(attempts.c.started_at).order_by(attempts.c.id)
    return on.app.database.read(lambda conn: list(conn.execute(query).scalars()))


def test_it_is_as_fast_as_asked_and_no_faster(on: Rehearsing) -> None:
    on.lives(days=2)
    assert on.clock.now() == START + timedelta(days=2)
    assert on.real.seconds == pytest.approx(2 * 86400 / 10_000)


def test_a_message_goes_out_at_its_very_instant(on: Rehearsing) -> None:
    channel = on.telegram("1")
    due = [START + timedelta(hours=5, microseconds=7), START + timedelta(hours=5, seconds=1), START + timedelta(days=1)]
    for number, at in enumerate(due):
        queue(on, at, f"m{number}")
    on.lives(days=2)
    assert tried_at(on) == due
    assert [text.startswith("[Rehearsal] ") for text in channel.texts] == [True] * 3


def test_what_is_due_at_the_end_is_left(on: Rehearsing) -> None:
    on.telegram("1")
    queue(on, START + timedelta(hours=1))
    on.lives(hours=1)
    assert tried_at(on) == []


@pytest.mark.parametrize("kind", [ResultKind.RETRY_AT, ResultKind.THROTTLED])
def test_a_retry_waits_in_real_time(on: Rehearsing, kind: ResultKind) -> None:
    channel = on.telegram("1")
    channel.then(Result(kind, wait=10.0))
    queue(on, START)
    with capture_logs() as logged:
        on.lives(seconds=100)
    first, second = tried_at(on)
    assert second - first >= timedelta(seconds=10)
    assert on.real.seconds >= 10
    assert on.clock.now() == START + timedelta(seconds=100)
    assert on.real.seconds < 15  # and then it is fast again
    assert [line["event"] for line in logged].count("rehearsal.real_pace") == 1


def test_what_cannot_be_worked_off_halts_the_clock(on: Rehearsing) -> None:
    channel = on.telegram("1")
    queue(on, START + timedelta(minutes=1))
    real = on.real

    def hold(conn: Connection, until: datetime) -> None:
        state.take_lease(conn, "send:telegram:1", "another", real.now(), until - real.now())

    on.app.database.write(lambda conn: hold(conn, real.now() + timedelta(seconds=3)))
    on.lives(minutes=2)
    assert channel.texts
    assert tried_at(on) == [START + timedelta(minutes=1)]
    assert real.seconds >= 3


def test_the_clock_stands_while_somebody_acts(on: Rehearsing) -> None:
    seen: list[datetime] = []

    def act() -> None:
        with on.driver.hold():
            seen.append(on.clock.now())
            on.real.seconds += 60  # a slow page
            seen.append(on.clock.now())
            queue(on, on.clock.now())

    on.telegram("1")
    on.real.happens = act
    on.lives(days=1)
    assert START < seen[0] < START + timedelta(days=1)
    assert seen[0] == seen[1]
    assert tried_at(on) == [seen[0]]


def test_a_step_that_fails_is_tried_again_before_time_goes_on(on: Rehearsing, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[datetime] = []
    real_step = on.app.step

    async def step() -> int:
        steps.append(on.clock.now())
        if len(steps) == 1:
            raise RuntimeError("a bug")
        return await real_step()

    monkeypatch.setattr(on.app, "step", step)
    with capture_logs() as logged:
        on.lives(minutes=1)
    assert steps[:2] == [START, START]
    assert [line["event"] for line in logged] == ["rehearsal.instant_failed"]


def test_nothing_that_anybody_saw_is_later_than_what_is_written(
    on: Rehearsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    on.telegram("1")
    for number in range(20):
        queue(on, START + timedelta(minutes=7 * number), f"m{number}")
    late: list[tuple[datetime, datetime]] = []
    real_step = on.app.step

    async def step() -> int:
        standing = on.app.database.read(read)
        assert standing is not None
        if standing.until < on.clock.now():
            late.append((standing.until, on.clock.now()))
        return await real_step()

    monkeypatch.setattr(on.app, "step", step)
    on.real.happens = lambda: late.extend(_unwritten(on))
    on.lives(hours=3)
    assert late == []
    assert on.app.database.read(lambda conn: conn.execute(select(func.count()).select_from(outbox)).scalar()) == 20


def _unwritten(on: Rehearsing) -> list[tuple[datetime, datetime]]:
    standing = on.app.database.read(read)
    assert standing is not None
    return [] if standing.until >= on.clock.now() else [(standing.until, on.clock.now())]


def test_it_goes_on_where_it_stood(settings: Settings) -> None:
    with rehearsing(settings, START) as on:
        on.lives(hours=30)
        asyncio.run(on.driver.leave())
        standing = on.app.database.read(read)
        assert standing is not None
        assert (standing.until, standing.pace) == (START + timedelta(hours=30), 0)
    with rehearsing(settings, standing.until) as again:
        assert again.clock.now() == START + timedelta(hours=30)


def test_whoever_no_longer_moves_the_clock_writes_nothing(on: Rehearsing) -> None:
    on.lives(hours=1)
    other = Driver(on.app, on.clock, 5.0, on.real.wait)
    asyncio.run(other.run(on.clock.now() + timedelta(hours=1)))
    before = on.app.database.read(read)
    asyncio.run(on.driver.leave())
    assert on.app.database.read(read) == before


def test_the_night_plans_and_the_hour_forgets(on: Rehearsing, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[datetime] = []
    purges: list[datetime] = []
    monkeypatch.setattr(on.app.rounds, "plan", _noting(plans, on))
    monkeypatch.setattr(on.app.rounds, "purge", _noting(purges, on))
    on.lives(hours=49)
    assert plans == [START + timedelta(days=day) for day in range(3)]
    assert purges == [START + timedelta(hours=hour) for hour in range(49)]
    assert on.app.is_planned


def _noting(into: list[datetime], on: Rehearsing) -> Callable[[], Coroutine[None, None, int]]:
    async def note() -> int:
        into.append(on.clock.now())
        return 0

    return note


def test_the_machine_waits_for_an_event_or_for_its_time() -> None:
    async def both() -> tuple[bool, bool]:
        event = asyncio.Event()
        nothing = await machine_wait(event, 0.001)
        event.set()
        return nothing, await machine_wait(event, 60)

    assert asyncio.run(both()) == (False, True)


@pytest.mark.postgres
def test_it_lives_on_a_server_too(fresh_pg_url: str, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"database": {"url": fresh_pg_url}, "security": {"key_file": f"{tmp_path}/keys.txt"}}
    )
    open_database(settings, migrating=True).close()
    with rehearsing(settings, START) as on:
        on.telegram("1")
        queue(on, START + timedelta(hours=5))
        on.lives(days=1)
        assert tried_at(on) == [START + timedelta(hours=5)]
        standing = on.app.database.read(read)
    assert standing is not None
    assert standing.until == START + timedelta(days=1)
