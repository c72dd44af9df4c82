"""Roles, sign-ins and the journal in the console; and that taking a list out asks for a reason."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.journal.store import journal
from bot.views.audit import ACTIONS, KINDS
from bot.views.history import SHOWN
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town


@pytest.fixture
def her(town: Town) -> int:
    """Counsellors C1 (of S1) and C2 (of S2), a coordinator of Europe, an office and a supervisor."""
    first = town.ground.staff("C1", "counsellor", language="en", name="Teacher One")
    second = town.ground.staff("C2", "counsellor", language="en", name="Teacher Two")
    town.ground.staff("K1", "coordinator", ("region", "EU"), ("country", "JP"), language="en")
    town.ground.staff("O1", "office", language="en", name="Office One")
    town.ground.staff("V1", "supervisor", language="en")
    student = town.ground.student("S1", counsellor=first, name="Mei One")
    other = town.ground.student("S2", counsellor=second, name="=Lan Two")
    for one in (student, other):
        town.ground.trip(one)
        town.ground.answered(one, "fine")
    town.ground.put(journal, at=NOW - timedelta(days=2), action="person.paused", person_id=other, actor_id=other)
    return student


def csrf(visitor: Visitor) -> str:
    return visitor.get("/console/me").forms[0].fields["csrf"]


@pytest.mark.usefixtures("her")
def test_roles_and_what_they_see_are_listed_for_the_office(town: Town) -> None:
    office = town.signed_in("O1")
    seen = office.get("/console/staff").words
    assert "Teacher One C1 Counsellor the students named in the roster" in seen
    assert "K1 Coordinator: Europe, Japan" in seen
    assert "V1 Supervisor nothing of how students are" in seen
    assert "O1 Programme office everybody" in seen
    assert "5 people" in seen
    assert "1 person" in office.get("/console/staff?q=teacher one&page=7").words
    for number in ("C1", "K1", "V1"):
        assert town.signed_in(number).get("/console/staff").status == 404


@pytest.mark.usefixtures("her")
def test_everybody_ends_the_own_sign_ins_and_the_office_all(town: Town) -> None:
    phone, desk, office = town.signed_in("C1"), town.signed_in("C1"), town.signed_in("O1")
    seen = desk.get("/console/me").words
    assert seen.count("since ") == 2
    assert "this device" in seen
    assert desk.press("End this sign-in").status == 303
    assert phone.get("/console/").status == 401
    assert desk.get("/console/").status == 200
    office.get("/console/staff?q=Teacher One")
    assert office.press("End this sign-in").status == 303
    assert desk.get("/console/").status == 401
    assert office.get("/console/audit?kind=signins").words.count("ended a sign-in") == 2


@pytest.mark.usefixtures("her")
def test_nobody_else_learns_of_a_sign_in(town: Town) -> None:
    town.signed_in("C1")
    other = town.signed_in("C2")
    token = csrf(other)
    for number in (1, 77, 2**70):
        assert other.post(f"/console/me/sessions/{number}/end", {"csrf": token}).status == 404
    assert other.post("/console/me/sessions/2/end", {"csrf": "forged"}).status == 403


def test_the_journal_names_people_within_the_scope(town: Town, her: int) -> None:
    teacher, office = town.signed_in("C1"), town.signed_in("O1")
    case = town.ground.case(her, "missed")
    assert teacher.post(f"/console/cases/{case}/acknowledge", {"csrf": csrf(teacher)}).status == 303
    assert teacher.post("/console/people/S1/words", {"csrf": csrf(teacher)}).status == 200
    seen = teacher.get("/console/audit").words
    assert "Teacher One looked at what the student wrote Mei One S1" in seen
    assert "Teacher One took the case Mei One S1 case" in seen
    assert "Lan Two" not in seen
    assert "Office One" not in seen
    whole = office.get("/console/audit").words
    assert "=Lan Two asked for a pause" in whole
    assert "Office One signed in" in whole
    assert "=Lan Two" not in office.get("/console/audit?person=S1").words
    assert (
        "signed in" not in office.get("/console/audit?actor=C1&kind=looks").words.split("Newest")[0].split("Filter")[1]
    )
    assert "pause" not in office.get("/console/audit?since=2026-11-18").words.split("Filter")[1]
    assert "pause" in office.get("/console/audit?since=2026-11-16&until=2026-11-16").words.split("Filter")[1]
    assert "Nothing here" in office.get("/console/audit?until=0001-01-01&since=nonsense&before=x").words
    assert town.signed_in("V1").get("/console/audit").status == 404


@pytest.mark.usefixtures("her")
def test_the_journal_is_paged(town: Town) -> None:
    for minute in range(70):
        town.ground.put(
            journal, at=NOW + timedelta(minutes=minute), action="programme.loaded", detail={"version": minute}
        )
    office = town.signed_in("O1")
    first = office.get("/console/audit?kind=service")
    assert first.words.count("loaded a programme") == 50
    older = first.text.split("Older")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert 20 <= office.get(older).words.count("loaded a programme") <= 21


def test_a_hard_week_is_not_in_the_journal_of_others(town: Town, her: int) -> None:
    case = town.ground.case(her, "hard", share_with="counsellor")
    town.ground.put(journal, at=NOW, action="case.opened", person_id=her, case_id=case)
    assert "case opened" in town.signed_in("C1").get("/console/audit").words
    assert "case opened" not in town.signed_in("O1").get("/console/audit").words
    assert not {one for one in ACTIONS if one.startswith(("hard.", "note.", "branch", "buddy.", "person.counsellor"))}


def test_what_a_students_page_tells_the_journal_tells_too() -> None:
    assert ACTIONS >= SHOWN
    assert sum(len(several) for several in KINDS.values()) == len(ACTIONS)


@pytest.mark.usefixtures("her")
def test_a_list_is_taken_out_for_a_reason_and_without_formulas(town: Town) -> None:
    office = town.signed_in("O1")
    form = {"csrf": csrf(office), "since": ""}
    assert office.post("/console/responses.csv", form).status == 400
    assert office.post("/console/responses.csv", form | {"reason": "curiosity"}).status == 400
    taken = office.post("/console/responses.csv", form | {"reason": "report"})
    assert taken.status == 200
    rows = list(csv.DictReader(io.StringIO(taken.text.removeprefix("\ufeff"))))
    assert {row["name"] for row in rows} == {"Mei One", "'=Lan Two"}
    assert not {"phone", "email", "text", "latitude"} & set(rows[0])
    kept = town.app.database.read(
        lambda conn: (
            conn.execute(select(journal.c.detail).where(journal.c.action == "console.exported")).scalars().all()
        )
    )
    assert kept == [{"reason": "report"}] * 2
    assert "Office One took out a list (for a report)" in office.get("/console/audit").words
