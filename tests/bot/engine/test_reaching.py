"""Which address carries a message and how people can be reached, as the database sees it for many at once."""

from sqlalchemy import Connection, case, select

from bot.addresses.model import AddressState
from bot.addresses.rules import SWITCHED_OFF
from bot.addresses.store import addresses, working_of
from bot.engine.reaching import address_for, reach_for, ways_of
from bot.engine.telling import pick
from bot.people.store import people
from tests.support.school import School


def ways(conn: Connection, person_id: int) -> tuple[str | None, str | None, str]:
    """Return what the first and the second address to try are called, and the reach."""
    named = {row.id: row.external_id for row in conn.execute(select(addresses.c.id, addresses.c.external_id))}
    first, second = address_for(people.c.id), address_for(people.c.id, second=True)
    row = conn.execute(select(first, second, reach_for(people.c.id)).where(people.c.id == person_id)).one()
    return named.get(row[0]), named.get(row[1]), row[2]


def give(school: School, person_id: int, *channels: str, state: AddressState = AddressState.WORKING) -> None:
    rows = [
        {
            "person_id": person_id,
            "channel": channel,
            "account": "a",
            "external_id": f"{channel}{person_id}",
            "state": state.value,
            "position": position,
        }
        for position, channel in enumerate(channels)
    ]
    school.do(lambda conn: conn.execute(addresses.insert(), rows))


def test_what_pushes_comes_before_her_page_and_then_her_order_counts(any_school: School) -> None:
    school = any_school
    several, page, nowhere, lost = (school.student(f"S{number}", channels=()) for number in range(4))
    give(school, several, "web", "apprise", "wecom", "telegram")
    give(school, page, "web")
    give(school, lost, "telegram", state=AddressState.GONE)
    with school.db.engine.connect() as conn:
        assert ways(conn, several) == (f"wecom{several}", f"telegram{several}", "push")
        assert ways(conn, page) == (f"web{page}", f"web{page}", "pull")
        assert ways(conn, nowhere) == (None, None, "none")
        assert ways(conn, lost) == (None, None, "none")


def test_a_channel_that_is_off_is_no_second_way(any_school: School) -> None:
    school = any_school
    both, only, counted, neither = (school.student(f"S{number}", channels=()) for number in range(4))
    give(school, both, "web", "wecom")
    give(school, only, "wecom")
    give(school, counted, "web", "wechat")
    give(school, neither, "wecom", "wechat")
    why = case((addresses.c.channel == "wecom", SWITCHED_OFF), (addresses.c.channel == "wechat", "window"))
    school.do(lambda conn: conn.execute(addresses.update().values(shut=why)))
    expected = {both: (f"web{both}", f"web{both}"), only: (f"wecom{only}", f"wecom{only}")}
    expected[counted] = (f"web{counted}", f"wechat{counted}")  # it waits there until she writes
    expected[neither] = (f"wechat{neither}", f"wechat{neither}")
    with school.db.engine.connect() as conn:
        named = {row.id: row.external_id for row in conn.execute(select(addresses.c.id, addresses.c.external_id))}
        batch, hers = ways_of(conn, expected), working_of(conn, expected)
        for who, names in expected.items():
            assert ways(conn, who)[:2] == names
            assert (named[batch[who].first.address_id], named[batch[who].second.address_id]) == names
            assert tuple(one and one.external_id for one in (pick(hers[who]), pick(hers[who], second=True))) == names


def test_a_batch_sees_the_same_ways_as_a_statement(any_school: School) -> None:
    school = any_school
    sorts = [("web", "apprise", "wecom", "telegram"), ("web",), ("telegram",), ("wecom", "mail"), ("apprise",), ()]
    ids = [school.student(f"S{number}", channels=()) for number in range(len(sorts))]
    for person_id, channels in zip(ids, sorts, strict=True):
        if channels:
            give(school, person_id, *channels)
    shut = addresses.update().where(addresses.c.person_id.in_(ids[2:4]), addresses.c.channel != "mail")
    school.do(lambda conn: conn.execute(shut.values(shut="window")))
    with school.db.engine.connect() as conn:
        named = {row.id: row.external_id for row in conn.execute(select(addresses.c.id, addresses.c.external_id))}
        batch = ways_of(conn, ids)
        assert sorted(batch) == ids[:4]
        for person_id, way in batch.items():
            first, second = named[way.first.address_id], named[way.second.address_id]
            assert (first, second, way.reach.value) == ways(conn, person_id)
            assert first.startswith(way.first.channel)
            assert way.first.account == "a"
