"""Which address carries a message and how people can be reached, as the database sees it for many at once."""

from sqlalchemy import Connection, select

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.engine.reaching import address_for, reach_for
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
