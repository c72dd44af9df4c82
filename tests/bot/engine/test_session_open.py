"""Sessions outside any branch: who is in the audience is invited, and whoever leaves it is not any more."""

import pytest
from sqlalchemy import Connection

from bot.engine import sessions as engine
from bot.engine.people_moves import leave as leave_service
from bot.people.store import people, units
from bot.sessions import store
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Rsvp, Session
from tests.support.school import School, utc
from tests.support.sessions import START, branch, create, move, plan, reply, told

BERLIN, TOKYO = "Europe/Berlin", "Asia/Tokyo"


@pytest.fixture
def students(school: School) -> dict[str, int]:
    """Return three students: two of the school of law, one of them in Berlin, and one of another in Tokyo."""
    school.until(utc("2026-10-20 04:00"))
    made = {
        "berlin": school.student("S1", zone=BERLIN, country="DE"),
        "tokyo": school.student("S2", zone=TOKYO, country="JP"),
        "back": school.student("S3", zone=TOKYO, country="JP", returns="2026-10-22"),
    }

    def place(conn: Connection) -> None:
        for path, names in (("大学/法学院", ("berlin", "back")), ("大学/法学院附中", ("tokyo",))):
            values = {"path": path, "name": path.rpartition("/")[2]}
            unit = conn.execute(units.insert().values(values).returning(units.c.id)).scalar_one()
            for name in names:
                conn.execute(people.update().where(people.c.id == made[name]).values(unit_id=unit))

    school.do(place)
    return made


def invited(school: School, made: Session) -> set[int]:
    found = school.db.read(lambda conn: store.invitations_of(conn, made.id))
    return {one.person_id for one in found if one.left_at is None}


@pytest.mark.parametrize(
    ("audience", "names"),
    [
        ("all", {"berlin", "tokyo", "back"}),
        ("unit:大学/法学院", {"berlin", "back"}),
        ("country:JP", {"tokyo"}),  # who is back by then is not there
        ("country:日本", {"tokyo"}),
        ("country:FR", set()),
    ],
)
def test_whoever_is_in_the_audience_is_invited_and_nobody_else(
    school: School, students: dict[str, int], audience: str, names: set[str]
) -> None:
    made = create(school, f"open:{audience}")
    assert invited(school, made) == {students[name] for name in names}
    assert (made.branch_id, made.audience is None) == (None, False)


@pytest.mark.parametrize("audience", ["", "unit:没有", "country:Atlantis", "branch:B1", "everybody"])
def test_an_audience_that_is_none_is_named(school: School, students: dict[str, int], audience: str) -> None:
    assert students
    quiet = school.db.read(school.programmes.current).quiet
    with pytest.raises(SessionRefused) as refused:
        school.do(lambda conn: engine.create(conn, f"open:{audience}", plan(), None, school.now, quiet))
    assert refused.value.fault is Fault.AUDIENCE


def test_it_is_replied_to_moved_and_left_as_any_other(school: School, students: dict[str, int]) -> None:
    mei = students["berlin"]
    made = create(school, "open:unit:大学/法学院")
    assert [name for name, _ in told(school, mei)] == []  # it is six in the morning there
    school.until(utc("2026-10-20 12:00"))
    assert [name for name, _ in told(school, mei)] == ["question"]
    assert reply(school, made, mei, Rsvp.YES).value == "recorded"
    move(school, made, hours=1)
    assert [name for name, _ in told(school, mei)] == ["question", "moved"]
    new = school.student("S4", zone=BERLIN, country="DE")
    unit = school.db.read(lambda conn: conn.execute(people.select().where(people.c.id == mei)).one()).unit_id
    school.do(lambda conn: conn.execute(people.update().where(people.c.id == new).values(unit_id=unit)))
    school.do(lambda conn: leave_service(conn, mei, school.now, school.programmes))
    school.work_off()
    assert invited(school, made) == {students["back"], new}
    school.until(START)
    assert "soon" not in [name for name, _ in told(school, mei)]


def test_what_a_branch_holds_stays_its_own(school: School, students: dict[str, int]) -> None:
    branch(school, [students["berlin"]])
    mine = create(school)
    create(school, "open:all")
    assert invited(school, mine) == {students["berlin"]}
