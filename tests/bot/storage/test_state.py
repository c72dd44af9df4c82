"""Facts and leases, when two processes keep the same one at the same moment, on the database that lets them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import state
from bot.storage.database import Database
from bot.storage.engine import parse_url
from tests.fakes.ground import NOW
from tests.support.at_once import Other

pytestmark = pytest.mark.postgres
A_WHILE = timedelta(seconds=15)


@pytest.fixture
def database(fresh_pg_url: str) -> Iterator[Database]:
    database = Database(parse_url(fresh_pg_url), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    yield database
    database.close()


def test_a_fact_that_two_processes_keep_for_the_first_time_is_that_of_the_later(database: Database) -> None:
    def keep() -> None:
        with database.engine.begin() as conn:
            state.write(conn, state.PORT, "8081")

    with database.engine.begin() as conn:
        state.write(conn, state.PORT, "8080")
        other = Other(keep)
        other.waits()
    other.ends()
    assert database.read(lambda conn: state.read(conn, state.PORT)) == "8081"


def test_a_lease_that_two_processes_take_for_the_first_time_is_that_of_the_earlier(database: Database) -> None:
    epochs: list[int | None] = []

    def take() -> None:
        with database.engine.begin() as conn:
            epochs.append(state.take_lease(conn, "poll", "second", NOW, A_WHILE))

    with database.engine.begin() as conn:
        epochs.append(state.take_lease(conn, "poll", "first", NOW, A_WHILE))
        other = Other(take)
        other.waits()
    other.ends()
    assert epochs == [1, None]
