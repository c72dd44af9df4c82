"""Passing students on for a while, in the console: counted and seen first, pressed once, taken back with one press."""

import pytest
from sqlalchemy import select

from bot.journal.store import journal
from bot.people.store import by_number, people
from bot.stand_ins.store import stand_ins
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

PAGE = "/console/people"
LAST = "2026-12-03"


@pytest.fixture
def wang(town: Town) -> Visitor:
    """Looks after three students; Zhao's are another's."""
    ground = town.ground
    her = ground.staff("C1", "counsellor", language="en", name="Wang")
    for one in (her, ground.staff("C2", "counsellor", language="en", name="Li")):
        ground.address(one)
    other = ground.staff("C3", "counsellor", language="en", name="Zhao")
    ground.staff("X1", "supervisor", language="en", name="Sun")
    ground.staff("O1", "office", language="en", name="Han")
    for number, counsellor in (("S1", her), ("S2", her), ("S3", her), ("S4", other)):
        ground.trip(ground.student(number, counsellor=counsellor, language="en"))
    return town.signed_in("C1")


def pick(visitor: Visitor, *numbers: str) -> str:
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    body = "&".join([f"csrf={token}", "deed=pass_on", *(f"person={number}" for number in numbers)])
    visitor.send("/console/people-selected", body.encode(), content_type="application/x-www-form-urlencoded")
    return visitor.follow().words if visitor.shown and visitor.shown.status == 303 else ""


def passed(town: Town) -> list[str]:
    query = select(people.c.number).where(people.c.stand_in_id.is_not(None)).order_by(people.c.number)
    return town.app.database.read(lambda conn: list(conn.execute(query).scalars()))


def passes(visitor: Visitor, *numbers: str, to: str = "C2", until: str = LAST) -> None:
    pick(visitor, *numbers)
    visitor.press("See it before it is done", to=to, until=until)
    visitor.follow()
    visitor.press(f"Pass on {len(numbers)} p")
    visitor.follow()


def test_it_is_counted_and_seen_then_done_once_and_both_see_it(town: Town, wang: Visitor) -> None:
    seen = pick(wang, "S1", "S2", "S4")
    assert "2 people" in seen, "another's student is not there"
    assert "To whom, and until when?" in seen
    assert "Pass on 2 people" not in seen
    assert "Sun" not in seen, "no supervisor is offered"
    assert "Zhao" not in seen, "nor who cannot be reached"
    wang.press("See it before it is done", to="C2", until=LAST)
    assert "Until Thu 3 Dec, Li looks after them" in wang.follow().words
    assert passed(town) == []
    shown, path = wang.shown, wang.path
    wang.press("Pass on 2 people")
    assert "2 passed on" in wang.follow().words
    wang.shown, wang.path = shown, path
    wang.press("Pass on 2 people")
    assert passed(town) == ["S1", "S2"]
    li = town.signed_in("C2")
    for visitor, page in ((wang, PAGE), (wang, "/console/"), (li, PAGE), (li, "/console/")):
        assert "Wang → Li until Thu 3 Dec · 2 students" in visitor.get(page).words
    assert "Counsellor: Wang → Li until Thu 3 Dec" in li.get(f"{PAGE}/S1").words
    assert "Wang passed the student on to a colleague for a while." in li.get(f"{PAGE}/S1").words
    assert li.get(f"{PAGE}/S3").status == 404
    actions = town.app.database.read(lambda conn: list(conn.execute(select(journal.c.action)).scalars()))
    assert actions.count("person.passed_on") == 2
    assert "selection.done" in actions


def test_one_press_brings_them_back_by_the_counsellor_or_the_office_and_by_nobody_else(
    town: Town, wang: Visitor
) -> None:
    passes(wang, "S1", "S2")
    form = next(one for one in wang.get(PAGE).forms if one.action == "/console/stand-ins/end")
    li = town.signed_in("C2")
    assert "Back to Wang now" not in li.get(PAGE).words
    token = li.get("/console/me").forms[0].fields["csrf"]
    assert li.post("/console/stand-ins/end", form.fields | {"csrf": token}).status == 404
    assert passed(town) == ["S1", "S2"]
    wang.get(PAGE)
    wang.press("Back to Wang now")
    assert "They are back with their counsellor." in wang.follow().words
    assert passed(town) == []
    assert li.get(f"{PAGE}/S1").status == 404
    office = town.signed_in("O1")
    passes(office, "S1", "S2", "S4")
    assert passed(town) == ["S1", "S2", "S4"]
    hows = town.app.database.read(lambda conn: list(conn.execute(select(stand_ins.c.how)).scalars()))
    assert sorted(hows, key=str) == [None, None, None, "early", "early"]
    office.get(PAGE)
    office.press("Back to Wang now")
    assert passed(town) == ["S4"]


@pytest.mark.parametrize(
    ("to", "until", "said"),
    [
        ("C2", "2026-11-01", "That day is over. Choose today or a later one."),
        ("C2", "2028-01-01", "That is more than half a year ahead."),
        ("C2", "soon", "Choose the last day."),
        ("C1", LAST, "Choose a colleague who is a counsellor here."),
        ("C9", LAST, "Choose a colleague who is a counsellor here."),
        ("X1", LAST, "A supervisor never hears how students are."),
        ("C3", LAST, "No channel reaches that colleague"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    town: Town, wang: Visitor, to: str, until: str, said: str
) -> None:
    pick(wang, "S1")
    assert wang.press("See it before it is done", to=to, until=until).status == 400
    assert wang.shown is not None
    assert said in wang.shown.words
    assert f'value="{until}"' in wang.shown.text
    assert "Pass on 1 person" not in wang.shown.words
    assert passed(town) == []


def test_a_colleague_who_leaves_between_look_and_press_gets_nobody(town: Town, wang: Visitor) -> None:
    pick(wang, "S1")
    wang.press("See it before it is done", to="C2", until=LAST)
    wang.follow()
    town.app.database.write(
        lambda conn: conn.execute(people.update().where(people.c.number == "C2").values(absent_at=NOW))
    )
    wang.press("Pass on 1 person")
    assert "That colleague is not with the service any more." in wang.follow().words
    assert passed(town) == []


def test_who_has_left_her_counsellor_out_is_not_passed_on(town: Town, wang: Visitor) -> None:
    def leaves_out(conn: object) -> None:
        conn.execute(people.update().where(people.c.number == "S1").values(skips_counsellor=True))  # type: ignore[attr-defined]

    town.app.database.write(leaves_out)
    assert "1 people" in pick(wang, "S1", "S2") or "1 person" in wang.shown.words  # type: ignore[union-attr]
    passes(town.signed_in("O1"), "S1")
    assert passed(town) == []
    found = town.app.database.read(lambda conn: by_number(conn, "S1"))
    assert found is not None
    assert found.stand_in_id is None
