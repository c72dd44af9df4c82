"""What is said where she cried stays there: as always she is told on her own address as well."""

import pytest
from sqlalchemy import Connection, select

from bot.addresses import store as addresses
from bot.addresses.model import Address, AddressState
from bot.engine.rerouting import elsewhere, reroute
from bot.engine.where_cried import tell_there_too
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Message, Priority
from tests.support.school import School

KEY = "case:1:taken"


def cries(school: School, her: int) -> Address:
    """Cry from an address that nobody has agreed to yet."""

    def raised(conn: Connection) -> Address:
        there = addresses.put(conn, her, "telegram", "bot", "whose", AddressState.PENDING, school.now)
        said = outbox.row(
            "in:1:0",
            Kind.REPLY,
            her,
            "sos/raised",
            data={},
            priority=Priority.ALARM,
            now=school.now,
            address_id=there.id,
            channel="telegram",
            account="bot",
        )
        outbox.put(conn, [said])
        return there

    found: Address = school.do(raised)
    return found


def told(school: School, her: int) -> list[Message]:
    """Say that somebody has taken it, and return the messages."""

    def say(conn: Connection) -> list[Message]:
        tell_there_too(
            conn, her, "student/case_taken", key=KEY, priority=Priority.REPLY, now=school.now, since=school.now, data={}
        )
        rows = conn.execute(select(outbox.outbox).where(outbox.outbox.c.key.startswith(KEY)))
        return [outbox.from_row(row) for row in rows.all()]

    found: list[Message] = school.do(say)
    return found


@pytest.mark.parametrize("how", ["its address fails", "its channel is switched off"])
def test_what_cannot_be_said_there_is_not_said_twice_on_her_own_address(school: School, how: str) -> None:
    her = school.student("S1", channels=("wecom",))
    there = cries(school, her)
    [hers, second] = told(school, her)
    assert (hers.channel, second.address_id) == ("wecom", there.id)

    def fails(conn: Connection) -> bool:
        if how == "its address fails":
            addresses.failed(conn, there.id, AddressState.GONE, "blocked", school.now)
            return reroute(conn, second, school.now)
        return elsewhere(conn, second, "switched_off", school.now)

    assert not school.do(fails)
    query = select(outbox.outbox.c.channel).where(outbox.outbox.c.key.startswith(KEY))
    assert sorted(school.do(lambda conn: conn.execute(query).scalars().all())) == ["telegram", "wecom"]
