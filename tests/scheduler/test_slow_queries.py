"""Slow pages on every reader thread, with their transactions open: a reply is read, written and done all the same."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.figures.tables import Choice
from bot.inbox import store as inbox
from bot.inbox.model import InboxState
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import READERS, Database
from bot.storage.engine import parse_url
from bot.views.board import Filter, board
from bot.views.responses import responses
from bot.views.scope import Scope
from bot.views.statistics import statistics
from scheduler.inbox_waiting import Reading, work_off
from tests.fakes.ground import NOW, Ground

LIMIT = 30
ALL = Scope.everything()
SLOW: dict[str, Callable[[Connection], Any]] = {
    "board": lambda conn: board(conn, ALL, NOW, Filter()).total,
    "statistics": lambda conn: statistics(conn, ALL, Choice(), NOW),
    "export": lambda conn: len(list(responses(conn, ALL, NOW.date(), NOW))),
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/y.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    opened = Database(parse_url(url), Keyring([Keyring.new_key()]))
    metadata.create_all(opened.engine)
    yield opened
    opened.close()


def set_aside(_conn: Connection, _inbox_id: int, error: BaseException, _now: Any) -> None:
    raise error


@pytest.mark.parametrize("what", SLOW)
def test_a_reply_does_not_wait_for_pages_that_take_long(database: Database, what: str) -> None:
    ground = Ground(database)
    student = ground.student("S1")
    ground.trip(student)
    prompt = ground.prompt(student, "open")
    asyncio.run(_reply_beside(database, SLOW[what], prompt))


async def _reply_beside(database: Database, query: Callable[[Connection], Any], prompt: int) -> None:
    all_at_it, go_on = Barrier(READERS + 2), Event()

    def slow(conn: Connection) -> None:
        query(conn)  # its transaction is open, and stays so until the reply is done
        all_at_it.wait(LIMIT)
        assert go_on.wait(LIMIT)
        query(conn)

    pages = [asyncio.create_task(database.aread(slow)) for _ in range(READERS)]
    pages.append(asyncio.create_task(database.aread_long(slow)))
    await asyncio.to_thread(all_at_it.wait, LIMIT)
    waiting = asyncio.create_task(database.aread(query))
    try:
        async with asyncio.timeout(LIMIT):
            assert await _reply(database, prompt) == 1
        assert not waiting.done()  # another page does wait
    finally:
        go_on.set()
        await asyncio.gather(*pages, waiting)
    state = select(inbox.inbox.c.state)
    assert database.read(lambda conn: conn.execute(state).scalars().all()) == ["done"]


async def _reply(database: Database, prompt: int) -> int:
    """Store a message, then answer the question with it, as the service does."""

    def store(conn: Connection) -> None:
        inbox.add(conn, "web", "web", "1", sender="s", raw={"text": "fine"}, urgent=False, now=NOW)

    def process(conn: Connection, inbox_id: int) -> bool:
        values = {"state": "answered", "choice": "fine", "answered_at": NOW}
        conn.execute(
            metadata.tables["prompts"].update().where(metadata.tables["prompts"].c.id == prompt).values(values)
        )
        inbox.finish(conn, inbox_id, InboxState.DONE, NOW)
        return True

    await database.awrite(store)
    return await work_off(database, Reading(process, set_aside), NOW)
