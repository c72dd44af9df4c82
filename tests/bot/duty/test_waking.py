"""What wakes a member of staff carries alarms and nothing else, and does not stand in for another address."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select

from bot.addresses import store as addresses_store
from bot.addresses.model import Address, AddressState
from bot.engine.reaching import ways_of
from bot.engine.rerouting import reroute
from bot.engine.telling import tell, wake
from bot.outbox import store as outbox_store
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.storage.database import Database
from tests.support.rotas import staff

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def put(conn: Connection, person_id: int, channel: str) -> Address:
    external = f"{channel}-{person_id}"
    return addresses_store.put(conn, person_id, channel, channel, external, AddressState.WORKING, NOW)


def ring(conn: Connection, person_id: int) -> bool:
    return wake(conn, person_id, "staff/wake", key="case:1:wake", now=NOW)


@pytest.mark.parametrize("chat", [False, True])
def test_an_ordinary_message_never_goes_there(database: Database, chat: bool) -> None:
    def work(conn: Connection) -> tuple[bool, list[str | None]]:
        teacher = staff(conn, "D1")
        put(conn, teacher, "apprise")
        if chat:
            put(conn, teacher, "telegram")
        told = tell(conn, teacher, Kind.ALARM, "staff/case_missed", key="k", priority=Priority.ALARM, now=NOW)
        assert ways_of(conn, [teacher]).keys() == ({teacher} if chat else set())
        return told, list(conn.execute(select(outbox.c.channel)).scalars())

    assert database.write(work) == ((True, ["telegram"]) if chat else (False, [None]))


def test_an_alarm_that_wakes_goes_there_once(database: Database) -> None:
    def work(conn: Connection) -> list[tuple[str, str, int]]:
        teacher = staff(conn, "D1")
        put(conn, teacher, "telegram")
        put(conn, teacher, "apprise")
        assert ring(conn, teacher)
        assert ring(conn, teacher)
        columns = select(outbox.c.channel, outbox.c.kind, outbox.c.priority)
        return [tuple(row) for row in conn.execute(columns)]

    assert database.write(work) == [("apprise", "alarm", 0)]


def test_whoever_has_nothing_that_wakes_is_not_queued_for_at_all(database: Database) -> None:
    def work(conn: Connection) -> int:
        teacher = staff(conn, "D1")
        put(conn, teacher, "telegram")
        assert not ring(conn, teacher)
        return len(conn.execute(select(outbox.c.id)).all())

    assert database.write(work) == 0


def test_one_that_fails_does_not_go_to_her_chat_which_has_the_alarm_itself(database: Database) -> None:
    def work(conn: Connection) -> tuple[bool, str]:
        teacher = staff(conn, "D1")
        put(conn, teacher, "telegram")
        put(conn, teacher, "apprise")
        ring(conn, teacher)
        message = outbox_store.from_row(conn.execute(select(outbox)).one())
        return reroute(conn, message, NOW), conn.execute(select(outbox.c.state)).scalar_one()

    assert database.write(work) == (False, OutboxState.WAITING.value)
