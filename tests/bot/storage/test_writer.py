"""Pieces of work that share a transaction on SQLite: order, faults, and that nobody hears of what is not committed."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from bot.storage import state
from bot.storage.database import Database
from bot.storage.writer import MOST_TOGETHER, Urgency
from tests.fakes.ground import open_ground


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = open_ground(tmp_path)
    yield found
    found.close()


def puts(key: str) -> Callable[[Connection], str]:
    def work(conn: Connection) -> str:
        state.write(conn, key, "there")
        return key

    return work


def breaks(conn: Connection) -> None:
    state.write(conn, "broken", "there")
    raise KeyError("broken")


def there(database: Database, *keys: str) -> list[bool]:
    return [database.read(lambda conn, key=key: state.read(conn, key)) == "there" for key in keys]  # type: ignore[misc]


def queued_while_busy(database: Database, *works: tuple[Callable[[Connection], Any], Urgency]) -> list[Future[Any]]:
    """Queue works while the writer is held, so that it finds all of them waiting."""
    held, free = threading.Event(), threading.Event()

    def hold(_conn: Connection) -> None:
        held.set()
        free.wait(10)

    first = database._writer.submit(hold, Urgency.BULK)
    held.wait(10)
    futures = [database._writer.submit(work, urgency) for work, urgency in works]
    free.set()
    first.result(10)
    return futures


def commits(database: Database) -> list[int]:
    counted: list[int] = []
    event.listen(database.engine, "commit", lambda _conn: counted.append(1))
    return counted


def test_what_waits_shares_one_commit(database: Database) -> None:
    counted = commits(database)
    futures = queued_while_busy(database, *((puts(str(number)), Urgency.PERSON) for number in range(5)))
    assert [future.result(10) for future in futures] == ["0", "1", "2", "3", "4"]
    assert all(there(database, "0", "1", "2", "3", "4"))
    assert len(counted) == 2  # what held the writer, and the five


def test_one_that_breaks_takes_nothing_of_the_others_with_it(database: Database) -> None:
    futures = queued_while_busy(
        database, (puts("before"), Urgency.PERSON), (breaks, Urgency.PERSON), (puts("after"), Urgency.PERSON)
    )
    assert (futures[0].result(10), futures[2].result(10)) == ("before", "after")
    with pytest.raises(KeyError):
        futures[1].result(10)
    assert there(database, "before", "broken", "after") == [True, False, True]


def test_when_the_first_one_breaks_the_others_get_a_transaction_of_their_own(database: Database) -> None:
    futures = queued_while_busy(database, (breaks, Urgency.PERSON), (puts("after"), Urgency.PERSON))
    with pytest.raises(KeyError):
        futures[0].result(10)
    assert futures[1].result(10) == "after"
    assert there(database, "broken", "after") == [False, True]


def test_nobody_hears_of_work_whose_commit_failed(database: Database) -> None:
    def refuse(_conn: Connection) -> None:
        raise OSError("the disk is full")

    def loses_the_transaction(conn: Connection) -> None:
        event.listen(database.engine, "commit", refuse, once=True)
        conn.execute(text("SELECT 1"))

    futures = queued_while_busy(database, (puts("lost"), Urgency.PERSON), (loses_the_transaction, Urgency.PERSON))
    for future in futures:
        with pytest.raises(OSError, match="full"):
            future.result(10)
    assert there(database, "lost") == [False]
    assert database.write(puts("later")) == "later"


def test_a_cry_goes_first_and_waits_for_nobody_behind_it(database: Database) -> None:
    counted = commits(database)
    order: list[str] = []

    def notes(name: str) -> Callable[[Connection], None]:
        return lambda _conn: order.append(name)

    futures = queued_while_busy(
        database,
        (notes("delivery"), Urgency.DELIVERY),
        (notes("bulk"), Urgency.BULK),
        (notes("person"), Urgency.PERSON),
        (notes("help"), Urgency.HELP),
    )
    for future in futures:
        future.result(10)
    assert order == ["help", "person", "delivery", "bulk"]
    assert len(counted) == 4  # what held the writer; the cry; a person and a delivery together; bulk


def test_what_has_arrived_goes_before_answers_and_shares_their_commit(database: Database) -> None:
    counted = commits(database)
    order: list[str] = []

    def notes(name: str) -> Callable[[Connection], None]:
        return lambda _conn: order.append(f"{name}, {len(counted)} commits before")

    futures = queued_while_busy(
        database,
        (notes("an answer"), Urgency.PERSON),
        (notes("one"), Urgency.ARRIVED),
        (notes("another"), Urgency.ARRIVED),
        (notes("a cry"), Urgency.HELP),
    )
    for future in futures:
        future.result(10)
    assert order == [
        "a cry, 1 commits before",
        "one, 2 commits before",
        "another, 2 commits before",
        "an answer, 2 commits before",
    ]


def test_what_has_arrived_waits_for_a_few_answers_at_most(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, seconds = commits(database), iter(range(100))
    monkeypatch.setattr("bot.storage.writer.monotonic", lambda: next(seconds))  # each piece takes a second: too long
    order: list[str] = []

    def notes(name: str) -> Callable[[Connection], None]:
        return lambda _conn: order.append(f"{name}, {len(counted)} commits before")

    for future in queued_while_busy(database, (notes("answer"), Urgency.PERSON), (notes("kept"), Urgency.ARRIVED)):
        future.result(10)
    assert order == ["kept, 1 commits before", "answer, 2 commits before"]


def test_however_much_arrives_somebody_is_answered_in_between(database: Database) -> None:
    order: list[str] = []

    def notes(name: str) -> Callable[[Connection], None]:
        return lambda _conn: order.append(name)

    arrivals = [(notes("kept"), Urgency.ARRIVED)] * (3 * MOST_TOGETHER)
    answers = [(notes("answered"), Urgency.PERSON)] * 2
    for future in queued_while_busy(database, *answers, *arrivals):
        future.result(10)
    first, second = (at for at, one in enumerate(order) if one == "answered")
    assert 0 < first <= MOST_TOGETHER
    assert first < second <= 2 * MOST_TOGETHER + 1


def test_a_cry_goes_before_whoever_is_answered_in_between(database: Database) -> None:
    order: list[str] = []
    cried: list[Future[None]] = []

    def notes(name: str) -> Callable[[Connection], None]:
        return lambda _conn: order.append(name)

    def cries(_conn: Connection) -> None:
        order.append("kept")
        cried.append(database._writer.submit(notes("a cry"), Urgency.HELP))

    for future in queued_while_busy(database, (notes("answered"), Urgency.PERSON), (cries, Urgency.ARRIVED)):
        future.result(10)
    cried[0].result(10)
    assert order == ["kept", "a cry", "answered"]


def test_nobody_begins_between_the_steps_of_a_cry(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.writer.NEXT_STEP_SECONDS", 10.0)
    order: list[str] = []

    def notes(name: str) -> Callable[[Connection], None]:
        return lambda _conn: order.append(name)

    kept, *others = queued_while_busy(
        database, (notes("kept"), Urgency.HELP), (notes("answered"), Urgency.PERSON), (notes("opened"), Urgency.BULK)
    )
    kept.result(10)  # only now is it known that there is a next step
    database.write(notes("understood"), Urgency.HELP)
    database.write(notes("looked at"), Urgency.ALARM)
    for future in others:
        future.result(10)
    assert order == ["kept", "understood", "looked at", "answered", "opened"]


def test_bulk_waits_a_moment_for_the_next_answer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.writer.NEXT_ANSWER_SECONDS", 10.0)
    order: list[str] = []

    def notes(name: str) -> Callable[[Connection], None]:
        return lambda _conn: order.append(name)

    answered, opened = queued_while_busy(database, (notes("answered"), Urgency.PERSON), (notes("opened"), Urgency.BULK))
    answered.result(10)  # a busy loop hands the next one in only now
    database.write(notes("the next one"), Urgency.PERSON)
    assert order == ["answered", "the next one"]
    monkeypatch.setattr("bot.storage.writer.NEXT_ANSWER_SECONDS", 0.0)
    database.write(notes("sent"), Urgency.DELIVERY)
    opened.result(10)
    assert order == ["answered", "the next one", "sent", "opened"]
