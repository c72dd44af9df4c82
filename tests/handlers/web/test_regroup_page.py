"""The office proposes branches before departure, changes that and accepts it; whoever wants to leaves at no cost."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.branches.regroupings import open_one
from bot.branches.store import branch_members, branches, party_statuses
from bot.engine import regrouping
from bot.outbox.store import outbox
from bot.people.store import people
from handlers.roster.stored import load_stored
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town
from tests.handlers.web.test_study_pages import page


@pytest.fixture
def office(town: Town) -> Visitor:
    """Return the office of a school from which six members leave for Europe in December, and one for Japan."""
    ground = town.ground
    ground.staff("O1", "office")
    ground.staff("B1", "secretary", name="李书记")
    for number in range(1, 8):
        person = ground.student(f"S{number}", name=f"学生{number}")
        departs = date(2026, 12, 1) + timedelta(days=number)
        place = {"country": "DE", "city": "柏林", "zone": "Europe/Berlin"}
        if number == 7:
            place = {"country": "JP", "city": "东京", "zone": "Asia/Tokyo"}
        ground.trip(person, **place, key=f"T{number}", departs=departs)
        ground.put(party_statuses, person_id=person, status="party")
    return town.signed_in("O1")


def rows(town: Town) -> list[tuple[str, str, int | None, int]]:
    query = select(branches.c.key, branches.c.place, branches.c.secretary_id, branches.c.id)
    found = town.app.database.read(lambda conn: conn.execute(query.order_by(branches.c.id)).all())

    def count(branch: int) -> int:
        members = select(branch_members.c.id).where(branch_members.c.branch_id == branch)
        return len(town.app.database.read(lambda conn: conn.execute(members).all()))

    return [(row.key, row.place, row.secretary_id, count(row.id)) for row in found]


def ids(town: Town) -> dict[str, int]:
    query = select(people.c.number, people.c.id)
    return {row.number: row.id for row in town.app.database.read(lambda conn: conn.execute(query).all())}


def proposal(town: Town) -> Any:
    return town.app.database.read(open_one)


def test_the_office_sees_changes_and_accepts_and_members_hear_of_it(town: Town, office: Visitor) -> None:
    office.get("/console/regroup")
    office.press("编一个方案")
    shown = office.get("/console/regroup").words
    assert "欧洲临时党支部2026-12" in shown
    assert "不足三人" in shown  # Tokyo alone
    assert rows(town) == []
    known, one = ids(town), proposal(town)
    europe = next(place for place, group in enumerate(one.groups) if len(group.members) == 6)
    change = {f"key.{europe}": "欧洲小组", f"secretary.{europe}": str(known["B1"])}
    change |= {f"to.{known['S7']}": "none", f"to.{known['S6']}": "none"}
    office.press("先存着", **change)
    assert sorted(proposal(town).left_out) == sorted([known["S6"], known["S7"]])
    office.get("/console/regroup")
    office.press("通过")
    assert rows(town) == [("欧洲小组", "temporary", known["B1"], 5)]
    told = select(outbox.c.template).where(outbox.c.person_id == known["S1"])
    assert "branch/joined" in town.app.database.read(lambda conn: list(conn.execute(told).scalars()))
    assert proposal(town) is None
    office.get("/console/regroup")
    office.press("编一个方案")  # those who are in one are not proposed again
    assert {person for group in proposal(town).groups for person in group.members} == {known["S6"], known["S7"]}


def test_a_name_that_is_taken_is_said_and_what_was_typed_stays(town: Town, office: Visitor) -> None:
    town.ground.put(branches, key="旧支部", kind="party")
    office.get("/console/regroup")
    office.press("编一个方案")
    office.get("/console/regroup")
    shown = office.press("通过", **{"key.0": "旧支部"})
    assert shown.status == 422
    assert "“旧支部”不能作名称" in shown.words
    assert proposal(town).groups[0].key == "旧支部"
    assert [row[0] for row in rows(town)] == ["旧支部"]


def test_it_is_for_the_office_alone_and_off_per_country(town: Town, office: Visitor) -> None:
    assert office.get("/console/regroup").status == 200
    town.ground.staff("C1", "counsellor")
    town.ground.staff("O2", "office", ("country", "DE"))
    for number in ("B1", "C1", "O2"):
        assert town.signed_in(number).get("/console/regroup").status == 404
    found = town.app.database.read(lambda conn: regrouping.leavers(conn, NOW, ("DE",)))
    assert [one.region for one in found] == ["AS"]


def test_leaving_costs_a_press_and_no_roster_puts_her_back(town: Town, office: Visitor) -> None:
    office.get("/console/regroup")
    office.press("编一个方案")
    office.get("/console/regroup")
    office.press("通过")
    number = ids(town)["S1"]
    path, mei = page(town, number), town.visitor()
    mei.get(path)
    assert mei.press("退出这个小组").status == 303
    left = next(row for row in rows(town) if row[0].startswith("欧洲"))
    assert left[3] == 5
    assert "退出这个小组" not in mei.get(path).words
    stored = town.app.database.read(load_stored)
    assert stored.get("branch_members", (left[0], "S1")) is not None  # a roster that lists her adds nobody
    proposed = town.app.database.read(lambda conn: regrouping.leavers(conn, NOW, ()))
    assert number not in {one.person_id for one in proposed}
