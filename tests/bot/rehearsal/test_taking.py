"""Which database may be rehearsed on, from when, and which may be run for real."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.errors import UsageError
from bot.journal import store as journal
from bot.rehearsal import standing
from bot.rehearsal.standing import LEASE, Standing, StandingClock
from bot.rehearsal.taking import take, where_to_start
from bot.storage import state
from bot.storage.database import Database
from bot.storage.marks import mark_copy, mark_demo, may_rehearse, take_for_real
from tests.fakes.ground import Ground, open_ground

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = open_ground(tmp_path)
    yield made
    made.close()


@pytest.fixture
def ground(database: Database) -> Ground:
    return Ground(database)


def start(database: Database, start_at: datetime | None = None) -> datetime:
    return database.read(lambda conn: where_to_start(conn, start_at, NOW))


def lived_until(database: Database, at: datetime) -> None:
    database.write(lambda conn: journal.write(conn, [journal.line(at, "trip.changed", person_id=None)]))


def test_an_empty_database_starts_now_or_when_told(database: Database) -> None:
    assert start(database) == NOW
    assert start(database, NOW - 1000 * HOUR) == NOW - 1000 * HOUR


def test_a_roster_that_nobody_was_written_about_may_be_tried(database: Database, ground: Ground) -> None:
    ground.student("S1", reachable=False)
    assert start(database) == NOW


def test_a_database_that_lived_for_real_is_refused_and_the_way_out_is_told(database: Database, ground: Ground) -> None:
    ground.student("S1", reachable=False)
    database.write(take_for_real)
    with pytest.raises(UsageError, match="--copy FILE"):
        start(database)
    database.write(mark_copy)
    assert start(database) == NOW


def test_the_demo_may_be_rehearsed_though_it_ran_until_somebody_real_comes(database: Database, ground: Ground) -> None:
    ground.student("S1")
    database.write(mark_demo)
    database.write(take_for_real)
    assert database.read(may_rehearse)
    ground.student("S2")
    assert not database.read(may_rehearse)


def test_the_past_is_refused(database: Database) -> None:
    lived_until(database, NOW + HOUR)
    assert start(database) == NOW + HOUR
    assert start(database, NOW + HOUR) == NOW + HOUR
    with pytest.raises(UsageError, match=r"lived until 2026-11-20T10:00:00Z"):
        start(database, NOW)


def test_a_rehearsal_goes_on_jumps_ahead_and_never_goes_back(database: Database) -> None:
    database.write(lambda conn: take(conn, NOW + 5 * HOUR, 100.0, NOW))
    assert start(database) == NOW + 5 * HOUR
    assert start(database, NOW + 9 * HOUR) == NOW + 9 * HOUR
    with pytest.raises(UsageError, match="past"):
        start(database, NOW + 4 * HOUR)


@pytest.mark.parametrize("mark", [mark_copy, lambda conn: take(conn, NOW, 1.0, NOW)])
def test_what_was_rehearsed_on_is_never_real_again(database: Database, mark: object) -> None:
    database.write(mark)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="belongs to a rehearsal"):
        database.write(take_for_real)


def test_a_second_rehearsal_at_once_is_refused(database: Database) -> None:
    def hold(conn: Connection) -> None:
        state.take_lease(conn, LEASE, "one", NOW, HOUR)

    database.write(hold)
    with pytest.raises(UsageError, match="Another rehearsal"):
        database.write(lambda conn: take(conn, NOW, 1.0, NOW))
    database.write(lambda conn: take(conn, NOW, 1.0, NOW + 2 * HOUR))


def test_where_it_stands_is_what_time_it_is() -> None:
    flows = Standing(NOW, NOW + 5 * HOUR, NOW, 3600.0, 3600.0)
    assert flows.now(NOW - HOUR) == NOW
    assert flows.now(NOW + timedelta(seconds=2)) == NOW + 2 * HOUR
    assert flows.now(NOW + 10**6 * HOUR) == NOW + 5 * HOUR
    left = Standing(NOW, NOW, NOW, 3600.0, 0.0)
    assert StandingClock(left).now() == NOW
    assert StandingClock(left).real() > NOW - 10**6 * HOUR


def test_it_survives_being_written(database: Database) -> None:
    one = Standing(NOW, NOW + HOUR, NOW - HOUR, 2.5, 1.0)
    assert database.read(standing.read) is None
    database.write(lambda conn: standing.write(conn, one))
    assert database.read(standing.read) == one
