"""The role of a reader: every page that an office or a coordinator sees, and no press of it."""

import pytest
from sqlalchemy import select

from bot.cases.store import cases
from bot.journal.store import journal
from bot.people.store import roles
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

PAGES = ("/console/", "/console/cases", "/console/duty", "/console/rollcalls", "/console/reach", "/console/messages")


@pytest.fixture
def case(town: Town) -> int:
    """A reader of everything R1, one of a unit R2, and a counsellor who reads in another unit too."""
    her = town.ground.staff("C1", "counsellor", language="en")
    town.ground.staff("O1", "office", language="en")
    town.ground.staff("R1", "reader", language="en")
    town.ground.unit("Physics")
    town.ground.unit("History")
    town.ground.staff("R2", "reader", ("unit", "Physics"), language="en")
    student = town.ground.student("S1", counsellor=her, name="Mei One", unit="Physics")
    town.ground.trip(student)
    other = town.ground.student("S2", counsellor=her, name="Lan Two", unit="History")
    town.ground.trip(other)
    town.ground.answered(other, "hard", "office")
    return town.ground.case(student, "missed")


def press(visitor: Visitor, path: str) -> int:
    """Press a button with the token of one's own page."""
    shown = visitor.get("/console/")
    return visitor.post(path, {"csrf": shown.forms[0].fields["csrf"], "how": "called"}).status


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("path", PAGES)
def test_a_reader_sees_what_the_office_sees(town: Town, path: str) -> None:
    shown = town.signed_in("R1").get(path)
    assert shown.status == 200
    assert "read only" in shown.words


def test_a_reader_sees_own_units_only(town: Town, case: int) -> None:
    reader = town.signed_in("R2")
    seen = reader.get("/console/").words
    assert "Mei One" in seen
    assert "Lan Two" not in seen
    assert reader.get("/console/people/S2").status == 404
    assert reader.get(f"/console/cases/{case}").status == 200


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("path", ["/console/people", "/console/programme", "/console/regroup", "/console/staff"])
def test_a_reader_is_offered_nothing_that_would_be_refused(town: Town, path: str) -> None:
    town.signed_in("O1")
    shown = town.signed_in("R1").get(path)
    assert shown.status == 200
    offered = {one[0] for form in shown.forms for one in form.buttons}
    assert not offered & {"Remind", "Two more days", "See what it would change", "Propose branches"}
    assert len([one for form in shown.forms for one in form.buttons if one[0] == "End this sign-in"]) <= 1


def test_no_press_of_a_reader_does_anything(town: Town, case: int) -> None:
    reader = town.signed_in("R1")
    for path in (
        f"/console/cases/{case}/acknowledge",
        f"/console/cases/{case}/words",
        "/console/people/S1/words",
        "/console/responses.csv",
        "/console/rollcalls/new",
        "/console/duty/override",
    ):
        assert press(reader, path) == 403
        assert reader.shown is not None
        assert "You may look, and change nothing" in reader.shown.words
    state = town.app.database.read(lambda conn: conn.execute(select(cases.c.state)).scalar_one())
    assert state == "open"
    done = town.app.database.read(lambda conn: list(conn.execute(select(journal.c.action)).scalars()))
    assert set(done) <= {"programme.loaded", "console.signed_in", "digest.looked"}


@pytest.mark.usefixtures("case")
def test_a_hard_week_shared_with_the_office_is_not_for_readers(town: Town) -> None:
    assert "A hard week" in town.signed_in("O1").get("/console/people/S2").words.split("Notes")[0]
    assert "hard" not in town.signed_in("R1").get("/console/people/S2").words.lower()


@pytest.mark.usefixtures("case")
def test_a_reader_signs_out(town: Town) -> None:
    assert press(town.signed_in("R1"), "/console/sign-out") == 200


def test_whoever_looks_after_some_and_reads_others_acts_for_the_some_only(town: Town, case: int) -> None:
    both = town.ground.staff("B1", "coordinator", ("country", "JP"), language="en")

    town.ground.put(roles, person_id=both, kind="reader")
    visitor = town.signed_in("B1")
    shown = visitor.get("/console/people/S1")
    assert shown.status == 200
    assert "read only" not in shown.words
    assert press(visitor, "/console/people/S1/words") == 404
    assert press(visitor, f"/console/cases/{case}/acknowledge") == 404
