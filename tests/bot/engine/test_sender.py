"""One look tells who wrote, all that she is, and whether anything waits for her words."""

from bot.addresses import store as addresses
from bot.dialogues import store as dialogues
from bot.engine import sender
from bot.people import store as people
from bot.people.model import RoleKind
from bot.people.store import role_scopes, roles
from tests.support.school import School


def test_a_stranger(any_school: School) -> None:
    any_school.student("S1")
    assert any_school.do(lambda conn: sender.known(conn, "telegram", "1", "nobody")) is None


def test_the_same_as_one_look_for_each(any_school: School) -> None:
    school = any_school
    her = school.student("S1", channels=("telegram", "web"))
    school.student("S2")
    address = school.do(lambda conn: addresses.all_of(conn, [her]))[her][0]

    def known() -> sender.Sender:
        sent_by = (address.channel, address.account, address.external_id)
        found: sender.Sender | None = school.do(lambda conn: sender.known(conn, *sent_by))
        assert found is not None
        assert found.address == address
        assert found.person == school.do(lambda conn: people.by_id(conn, her))
        return found

    assert known().is_idle
    school.do(lambda conn: dialogues.put(conn, her, "note", school.now))
    assert not known().is_idle
    school.do(lambda conn: dialogues.clear(conn, her))
    role = school.do(
        lambda conn: conn.execute(
            roles.insert().values(person_id=her, kind=RoleKind.SECRETARY.value).returning(roles.c.id)
        ).scalar_one()
    )
    for value in ("1", "2"):
        values = {"role_id": role, "kind": "unit", "value": value}
        school.do(lambda conn, values=values: conn.execute(role_scopes.insert().values(values)))
    assert [len(one.scope) for one in known().person.roles] == [0, 2]
