"""Messages are processed one by one, cries first; one that breaks a handler never blocks the next."""

import asyncio
import threading
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, text

from bot.inbox import store as inbox
from bot.inbox.model import InboxState
from bot.storage.database import Database
from scheduler.inbox_waiting import Reading, Taken, work_off
from tests.fakes.ground import NOW, open_ground


def add(database: Database, number: int, *, urgent: bool = False) -> int:
    found = database.write(
        lambda conn: inbox.add(
            conn, "web", "web", str(number), sender="s", raw={"text": "hello"}, urgent=urgent, now=NOW
        )
    )
    assert found is not None
    return found


def states(database: Database) -> dict[int, str]:
    query = select(inbox.inbox.c.id, inbox.inbox.c.state)
    return database.read(lambda conn: {row.id: row.state for row in conn.execute(query)})


def test_cries_overtake_and_a_broken_message_does_not_block(tmp_path: Path) -> None:
    database = open_ground(tmp_path)
    plain, broken, last, cry = add(database, 1), add(database, 2), add(database, 3), add(database, 4, urgent=True)
    order: list[int] = []

    def process(conn: Connection, inbox_id: int) -> bool:
        order.append(inbox_id)
        conn.execute(text("DELETE FROM inbox WHERE id = -1"))
        if inbox_id == broken:
            raise KeyError("what a person wrote")
        inbox.finish(conn, inbox_id, InboxState.DONE, NOW)
        return True

    def set_aside(conn: Connection, inbox_id: int, error: BaseException, now: datetime) -> None:
        inbox.finish(conn, inbox_id, InboxState.FAILED, now, error=type(error).__name__)

    count = asyncio.run(work_off(database, Reading(process, set_aside), NOW))
    assert count == 4
    assert order == [cry, plain, broken, last]
    assert states(database) == {plain: "done", broken: "failed", last: "done", cry: "done"}
    database.close()


def test_a_row_that_no_key_opens_is_kept_and_tried_no_more(tmp_path: Path) -> None:
    database = open_ground(tmp_path)
    unreadable, fine = add(database, 1), add(database, 2)
    database.write(lambda conn: conn.execute(text(f"UPDATE inbox SET raw = 'x' WHERE id = {unreadable}")).close())  # noqa: S608

    def process(conn: Connection, inbox_id: int) -> bool:
        assert inbox.claim(conn, inbox_id) is not None
        inbox.finish(conn, inbox_id, InboxState.DONE, NOW)
        return True

    def set_aside(conn: Connection, inbox_id: int, _error: BaseException, _now: datetime) -> None:
        inbox.claim(conn, inbox_id)

    asyncio.run(work_off(database, Reading(process, set_aside), NOW))
    assert states(database) == {unreadable: "failed", fine: "done"}
    database.close()


def test_two_that_read_side_by_side_take_different_messages_in_their_order(tmp_path: Path) -> None:
    database = open_ground(tmp_path)
    messages = [add(database, number) for number in range(5)]
    order: list[int] = []

    def process(conn: Connection, inbox_id: int) -> bool:
        order.append(inbox_id)
        inbox.finish(conn, inbox_id, InboxState.DONE, NOW)
        return True

    async def read() -> list[int]:
        taken, reading = Taken(), Reading(process, lambda *_given: None)
        found = await asyncio.gather(*(work_off(database, reading, NOW, 2, taken) for _ in range(2)))
        return [*found, len(taken.ids)]

    assert asyncio.run(read()) == [2, 2, 0]
    assert order == messages[:4]
    database.close()


def test_a_cry_is_told_before_the_rest_of_its_batch_is_read(tmp_path: Path) -> None:
    database = open_ground(tmp_path)
    cry, *_others = add(database, 1, urgent=True), add(database, 2), add(database, 3)
    order: list[str] = []
    told = threading.Event()

    def process(conn: Connection, inbox_id: int) -> bool:
        if inbox_id != cry and not told.wait(10):
            order.append("waited in vain")
        order.append("cry" if inbox_id == cry else "other")
        inbox.finish(conn, inbox_id, InboxState.DONE, NOW)
        return True

    def cried() -> None:
        order.append("told")
        told.set()

    asyncio.run(work_off(database, Reading(process, lambda *_given: None), NOW, cried=cried))
    assert order == ["cry", "told", "other", "other"]
    database.close()
