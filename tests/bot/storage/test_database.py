"""A query that takes long keeps neither replies nor small queries waiting, and only one such runs at a time."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection, text

from bot.storage.database import READERS, Database
from tests.fakes.ground import open_ground


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_ground(tmp_path)
    yield opened
    opened.close()


def answer(conn: Connection) -> int:
    return int(conn.execute(text("SELECT 42")).scalar_one())


def test_long_queries_wait_for_each_other_and_nobody_waits_for_them(database: Database) -> None:
    asyncio.run(_many_at_once(database))


async def _many_at_once(database: Database) -> None:
    begun, go_on, order = Event(), Event(), list[str]()

    def long(_conn: Connection) -> None:
        begun.set()
        go_on.wait(30)
        order.append("first")

    def next_one(_conn: Connection) -> None:
        order.append("second")

    first = asyncio.create_task(database.aread_long(long))
    others = [asyncio.create_task(database.aread_long(next_one)) for _ in range(READERS)]
    await asyncio.to_thread(begun.wait, 30)
    assert await asyncio.gather(*(database.aread(answer) for _ in range(READERS))) == [42] * READERS
    assert await database.awrite(answer) == 42
    assert not order
    go_on.set()
    await asyncio.gather(first, *others)
    assert order == ["first", *["second"] * READERS]
