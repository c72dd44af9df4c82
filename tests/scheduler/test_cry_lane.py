"""A cry for help and the alarm about it wait for no crowd: not for messages being read, and not for ordinary sending.

The writer is held until the next cry, or its alarm, stands in its queue: that alone decides the order.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.inbox import store as inbox
from bot.inbox.model import InboxState
from bot.outbox.store import outbox
from bot.storage.database import Database
from bot.storage.writer import Urgency
from scheduler.inbox_waiting import Reading, cries, work_off
from tests.fakes.channel import ScriptedChannel
from tests.fakes.ground import NOW, open_ground
from tests.scheduler.test_deliver import Office, until

LONGEST = 10
"""Seconds after which a test fails that waits in vain."""


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr("bot.storage.writer.PATIENCE", {})  # on a busy machine a claim could have waited long enough
    database = open_ground(tmp_path)
    yield database
    database.close()


def announced(database: Database) -> dict[Urgency, threading.Semaphore]:
    """Let a semaphore of each urgency be released whenever such a write has come to stand in the queue."""
    waits, real = {urgency: threading.Semaphore(0) for urgency in Urgency}, database.awrite

    async def awrite(work: Callable[[Connection], Any], urgency: Urgency = Urgency.PERSON) -> Any:
        done = asyncio.ensure_future(real(work, urgency))
        await asyncio.sleep(0)
        waits[urgency].release()
        return await done

    database.awrite = awrite  # type: ignore[method-assign]
    return waits


def message(conn: Connection, number: int, *, urgent: bool = False) -> int:
    found = inbox.add(conn, "web", "web", str(number), sender="s", raw={}, urgent=urgent, now=NOW)
    assert found is not None
    return found


def test_a_cry_overtakes_in_the_middle_of_a_batch(database: Database) -> None:
    crowd = [database.write(lambda conn, number=number: message(conn, number)) for number in range(5)]  # type: ignore[misc]
    waits, order, begun = announced(database), list[int](), threading.Event()

    def process(conn: Connection, inbox_id: int) -> bool:
        order.append(inbox_id)
        begun.set()
        if inbox_id in crowd[:2]:  # first the cry itself waits to be stored, then to be understood
            assert waits[Urgency.HELP].acquire(timeout=LONGEST)
        inbox.finish(conn, inbox_id, InboxState.DONE, NOW)
        return True

    async def work() -> int:
        reading = Reading(process, lambda *_given: None)
        batch = asyncio.ensure_future(work_off(database, reading, NOW))
        assert await asyncio.to_thread(begun.wait, LONGEST)
        cry = await database.awrite(lambda conn: message(conn, 99, urgent=True), Urgency.HELP)
        assert await cries(database, reading, NOW) == 1
        await batch
        return cry

    cry = asyncio.run(work())
    assert cry in order[1:3]  # one of the crowd may have begun before the cry was read
    assert [one for one in order if one != cry] == crowd


def test_an_alarm_is_claimed_while_an_ordinary_claim_waits_for_its_turn(database: Database) -> None:
    office, channel = Office(database), ScriptedChannel()
    office.message(*office.student("1"))
    alarm = office.message(*office.student("2"), kind="alarm", priority=0, state="withdrawn")
    waits, order = announced(database), list[str]()

    def crowd(number: int) -> Callable[[Connection], None]:
        def work(_conn: Connection) -> None:
            order.append(f"person {number}")
            if number < 2:  # first the alarm waits to be stored, then to be claimed
                assert waits[Urgency.HELP].acquire(timeout=LONGEST)

        return work

    async def work() -> None:
        sender = office.sender(channel)
        lease = sender._claims._lease

        def noted(*given: Any) -> Any:
            order.append("claim")
            return lease(*given)

        sender._claims.epoch = 1
        sender._claims._lease = noted  # type: ignore[assignment]
        running = asyncio.ensure_future(sender.run())
        others = [asyncio.ensure_future(database.awrite(crowd(number))) for number in range(5)]
        sender.wake()
        assert await asyncio.to_thread(waits[Urgency.DELIVERY].acquire, timeout=LONGEST)
        await database.awrite(
            lambda conn: conn.execute(outbox.update().where(outbox.c.id == alarm).values(state="waiting")), Urgency.HELP
        )
        sender.wake()
        await until(lambda: len(channel.sent) == 2)
        running.cancel()
        await asyncio.gather(running, *others, return_exceptions=True)
        await sender.stop()

    asyncio.run(work())
    assert "claim" in order[1:3]  # one of the crowd may have begun before the alarm was looked for
    assert [chat for chat, _, _ in channel.sent] == ["telegram-2", "telegram-1"]


def test_the_lane_of_alarms_takes_nothing_back_that_was_claimed_a_moment_ago(database: Database) -> None:
    office, channel = Office(database), ScriptedChannel()
    claimed = office.message(*office.student("1"))

    async def work() -> int:
        sender = office.sender(channel)
        sender._set_off = lambda *_given: None  # type: ignore[method-assign]
        assert await sender._start() == 1
        sender._claims.epoch = 0  # as before the lease changed hands: that claim is committed, and not heard of yet
        office.message(*office.student("2"), kind="alarm", priority=0)
        return await sender._start(sender._claims.take_alarms)

    assert asyncio.run(work()) == 0
    assert office.row(outbox, claimed).state == "sending"
