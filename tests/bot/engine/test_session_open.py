"""Sessions outside any branch: who is in the audience is invited, and whoever leaves it is not any more."""

import pytest
from sqlalchemy import Connection, select

from bot.engine import sessions as engine
from bot.engine.people_moves import leave as leave_service
from bot.engine.session_leading import TEMPLATE, choose
from bot.engine.session_series import create_all, not_asked_yet
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.people.model import RoleKind
from bot.people.store import people, units
from bot.sessions import store
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Rsvp, Session
from bot.sessions.series import Every, Repeat
from tests.support.school import School, utc
from tests.support.sessions import START, branch, cancel, create, move, plan, reply, told

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


def test_the_later_dates_of_a_series_stand_in_the_calendar_of_whoever_is_in_the_audience(
    school: School, students: dict[str, int]
) -> None:
    quiet = school.db.read(school.programmes.current).quiet
    repeat = Repeat(Every.WEEK, 3)
    series: list[Session] = school.do(
        lambda conn: create_all(conn, "open:country:JP", plan(), repeat, None, school.now, quiet)
    )
    school.work_off()

    def later(name: str) -> dict[int, str]:
        found = school.db.read(lambda conn: not_asked_yet(conn, students[name], school.now))
        return {one.id: her.uid for one, her in found}

    known = later("tokyo")
    assert list(known) == [one.id for one in series[1:]]
    assert (later("berlin"), later("back")) == ({}, {})
    school.until(utc("2026-10-26 00:00"))
    (asked,) = school.db.read(lambda conn: store.invitations_of(conn, series[1].id))
    assert (asked.uid, list(later("tokyo"))) == (known[series[1].id], [series[2].id])


def test_whoever_runs_it_hears_once_by_day_what_is_true_by_then(school: School, students: dict[str, int]) -> None:
    assert students
    school.until(utc("2026-10-20 18:00"))  # two at night in Beijing
    wang = school.person("T9", RoleKind.COUNSELLOR)
    school.link(wang)
    made = create(school, "open:all")
    school.do(lambda conn: choose(conn, made, ["T9", "S1", "nobody"], None, school.now))
    move(school, made, hours=1)
    assert sent(school, wang) == []
    school.until(utc("2026-10-21 00:30"))
    assert sent(school, wang) == [("yours", "2026-10-24T11:00:00+00:00")]
    cancel(school, made)
    assert [what for what, _ in sent(school, wang)] == ["yours", "off"]


def sent(school: School, person_id: int) -> list[tuple[str, str]]:
    query = select(outbox.c.data).where(outbox.c.person_id == person_id, outbox.c.template == TEMPLATE)
    query = query.where(outbox.c.state == OutboxState.ACCEPTED.value).order_by(outbox.c.id)
    found = school.db.read(lambda conn: list(conn.execute(query).scalars()))
    return [(row["what"], row["starts_at"]) for row in found]
