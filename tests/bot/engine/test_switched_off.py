"""A channel is switched off while questions wait there: at the start they go to the next address."""

from sqlalchemy import select

from bot.addresses.store import addresses
from bot.engine.pushing import look_again
from bot.engine.switched_off import leave
from bot.journal.store import journal
from bot.outbox.store import outbox
from scheduler import prompts_due
from tests.support.school import School, utc


def test_what_waits_on_a_channel_that_is_off_goes_to_the_next_address(any_school: School) -> None:
    school = any_school
    both = school.student("S1", channels=("telegram", "web"))
    only = school.student("S2", channels=("telegram",))
    school.stop_until(utc("2026-09-08 22:30"))
    school.do(lambda conn: prompts_due.work_off(conn, school.now, school.programmes))
    query = select(addresses.c.channel, addresses.c.account).distinct()
    accounts = {tuple(row) for row in school.do(lambda conn: conn.execute(query).all())}
    telegram = {one for one in accounts if one[0] == "telegram"}
    waits = select(outbox.c.person_id, outbox.c.channel, outbox.c.reason).where(outbox.c.state == "waiting")

    def waiting() -> set[tuple[object, ...]]:
        return {tuple(row) for row in school.do(lambda conn: conn.execute(waits).all())}

    assert waiting() == {(both, "telegram", None), (only, "telegram", None)}
    assert school.do(lambda conn: leave(conn, accounts - telegram, school.now)) == 1
    assert waiting() == {(both, "web", "switched_off"), (only, "telegram", None)}
    lines = select(journal.c.action).where(journal.c.action == "message.rerouted")
    assert school.do(lambda conn: len(conn.execute(lines).all())) == 1
    shut = select(addresses.c.shut).where(addresses.c.channel == "telegram").distinct()
    assert school.do(lambda conn: conn.execute(shut).scalars().all()) == ["switched_off"]
    school.do(lambda conn: look_again(conn, school.now))  # it is on again
    assert school.do(lambda conn: leave(conn, accounts, school.now)) == 0
    assert school.do(lambda conn: conn.execute(shut).scalars().all()) == [None]
