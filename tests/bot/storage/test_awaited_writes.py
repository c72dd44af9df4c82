"""Writes that a loop waits for: each hears of its own, all of a commit in one turn, and the work outlives who waits."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Connection

from bot.storage import state
from bot.storage.database import Database
from tests.fakes.ground import open_ground


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_ground(tmp_path)
    yield opened
    opened.close()


class Held:
    """Holds the writer until it is let go, so that what is written meanwhile waits together."""

    def __init__(self) -> None:
        self.holds, self.free = Event(), Event()

    def __call__(self, _conn: Connection) -> None:
        self.holds.set()
        self.free.wait(30)


def puts(key: str) -> Callable[[Connection], str]:
    def work(conn: Connection) -> str:
        state.write(conn, key, "there")
        return key

    return work


def breaks(_conn: Connection) -> None:
    raise KeyError("broken")


def test_all_of_one_commit_hear_of_it_in_one_turn_of_the_loop(database: Database) -> None:
    async def story() -> tuple[list[Any], int]:
        loop, held = asyncio.get_running_loop(), Held()
        holding = asyncio.create_task(database.awrite(held))
        await asyncio.to_thread(held.holds.wait, 30)
        works: list[Callable[[Connection], Any]] = [puts("one"), breaks, puts("two")]
        tasks = [asyncio.create_task(database.awrite(work)) for work in works]
        await asyncio.sleep(0)
        with patch.object(loop, "call_soon_threadsafe", wraps=loop.call_soon_threadsafe) as told:
            held.free.set()
            await holding
            return await asyncio.gather(*tasks, return_exceptions=True), told.call_count

    (one, broken, two), calls = asyncio.run(story())
    assert (one, two) == ("one", "two")
    assert isinstance(broken, KeyError)
    assert calls == 1


def test_work_whose_waiter_is_gone_is_done_all_the_same(database: Database) -> None:
    logged: list[Any] = []

    async def story() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: logged.append(context))
        held = Held()
        holding = asyncio.create_task(database.awrite(held))
        await asyncio.to_thread(held.holds.wait, 30)
        leaves = [asyncio.create_task(database.awrite(work)) for work in (puts("one"), breaks)]
        stays = asyncio.create_task(database.awrite(puts("two")))
        await asyncio.sleep(0)
        for task in leaves:
            task.cancel()
        await asyncio.wait(leaves)
        held.free.set()
        await holding
        assert await stays == "two"
        leaves.clear()
        del task
        await database.awrite(puts("three"))  # the writer holds what it has done until the next
        gc.collect()

    asyncio.run(story())
    assert logged == []  # the text of an error may hold what somebody wrote
    assert database.read(lambda conn: state.read(conn, "one")) == "there"


def test_a_loop_that_has_ended_stops_nobody(database: Database) -> None:
    held = Held()

    async def story() -> None:
        holding = asyncio.create_task(database.awrite(held))
        await asyncio.to_thread(held.holds.wait, 30)
        holding.cancel()

    asyncio.run(story())
    held.free.set()
    assert database.write(puts("one")) == "one"
