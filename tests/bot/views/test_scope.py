"""Who sees which students, and whose hard week."""

from datetime import date

import pytest
from sqlalchemy import Connection, select

from bot.people.store import by_id, people
from bot.prompts.store import prompts
from bot.views.scope import Scope, scope_of
from tests.fakes.ground import NOW, Ground


def scope(ground: Ground, person: int) -> Scope | None:
    def work(conn: Connection) -> Scope | None:
        found = by_id(conn, person)
        assert found is not None
        return scope_of(conn, found)

    return ground.database.read(work)


def seen(ground: Ground, who: Scope | None) -> set[str]:
    assert who is not None
    query = select(people.c.number).where(who.students(NOW.date()))
    return set(ground.database.read(lambda conn: conn.execute(query).scalars().all()))


def test_a_counsellor_sees_her_own_students_and_those_of_her_units(ground: Ground) -> None:
    her = ground.staff("C1", "counsellor", ("unit", "大学/物理"))
    other = ground.staff("C2", "counsellor")
    ground.student("own", counsellor=her, unit="大学/历史")
    ground.student("below", counsellor=other, unit="大学/物理/凝聚态")
    ground.student("exact", counsellor=other, unit="大学/物理")
    ground.student("sibling", counsellor=other, unit="大学/物理学史")
    assert seen(ground, scope(ground, her)) == {"own", "below", "exact"}
    assert seen(ground, scope(ground, other)) == {"below", "exact", "sibling"}


def test_a_coordinator_sees_region_and_country(ground: Ground) -> None:
    europe = ground.staff("K1", "coordinator", ("region", "EU"))
    japan = ground.staff("K2", "coordinator", ("country", "JP"))
    for number, country in (("in-fr", "FR"), ("in-jp", "JP"), ("in-us", "US")):
        ground.trip(ground.student(number), country)
    assert seen(ground, scope(ground, europe)) == {"in-fr"}
    assert seen(ground, scope(ground, japan)) == {"in-jp"}


def test_a_stay_of_years_ago_or_one_called_off_gives_no_view(ground: Ground) -> None:
    europe = ground.staff("K1", "coordinator", ("region", "EU"))
    ground.trip(ground.student("long-ago"), "FR", departs=date(2024, 1, 1), returns=date(2024, 6, 1))
    ground.trip(ground.student("called-off"), "FR", cancelled_at=NOW)
    ground.trip(ground.student("to-come"), "FR", departs=date(2027, 1, 1))
    assert seen(ground, scope(ground, europe)) == {"to-come"}


def test_a_coordinator_without_a_scope_sees_nobody(ground: Ground) -> None:
    ground.student("s")
    assert seen(ground, scope(ground, ground.staff("K", "coordinator"))) == set()


def test_the_office_sees_the_whole_or_its_scope(ground: Ground) -> None:
    whole = ground.staff("O1", "office")
    part = ground.staff("O2", "office", ("unit", "大学/医学"))
    ground.student("a", unit="大学/医学")
    ground.student("b", unit="大学/法学")
    assert seen(ground, scope(ground, whole)) == {"a", "b"}
    assert seen(ground, scope(ground, part)) == {"a"}


@pytest.mark.parametrize("role", ["supervisor", "secretary", "student"])
def test_supervisors_and_secretaries_have_no_scope(ground: Ground, role: str) -> None:
    assert scope(ground, ground.staff("X", role)) is None


@pytest.mark.parametrize("gone", ["left_at", "absent_at"])
def test_who_left_sees_nothing(ground: Ground, gone: str) -> None:
    assert scope(ground, ground.staff("X", "office", **{gone: NOW})) is None


def test_support_sees_who_chose_it_and_nobody_else(ground: Ground) -> None:
    support = ground.staff("P", "office", ("matter", "support"))
    chose = ground.student("chose")
    ground.answered(chose, "hard", "support")
    ground.answered(ground.student("told-office"), "hard", "office")
    ground.student("other")
    assert seen(ground, scope(ground, support)) == {"chose"}


def test_staff_are_nobody_s_students(ground: Ground) -> None:
    ground.staff("C", "counsellor")
    ground.student("s")
    assert seen(ground, Scope.everything()) == {"s"}


@pytest.mark.parametrize(
    ("share_with", "counsellor", "office", "support", "operator"),
    [
        ("counsellor", True, False, False, False),
        ("office", False, True, False, True),
        ("support", False, False, True, False),
        ("nobody", False, False, False, False),
        (None, False, False, False, False),
    ],
)
def test_a_hard_week_is_seen_only_by_whom_she_chose(
    share_with: str | None, counsellor: bool, office: bool, support: bool, operator: bool
) -> None:
    her_own, another = Scope(7, own=True), Scope(8, own=True, units=("大学",))
    assert her_own.sees_hard(share_with, 7) is counsellor
    assert not another.sees_hard(share_with, 7)
    assert Scope(9, whole=True, office=True).sees_hard(share_with, 7) is office
    assert Scope(9, support=True).sees_hard(share_with, 7) is support
    assert Scope.everything().sees_hard(share_with, None) is operator


def test_the_condition_in_a_query_agrees_with_the_plain_rule(ground: Ground) -> None:
    her = ground.staff("C", "counsellor")
    for choice in ("counsellor", "office", "support", "nobody", None):
        ground.answered(ground.student(str(choice), counsellor=her), "hard", choice)
    readers = [Scope(her, own=True), Scope(99, own=True), Scope(99, office=True), Scope(99, support=True)]
    for reader in [*readers, Scope.everything()]:
        query = (
            select(prompts.c.share_with)
            .join(people, people.c.id == prompts.c.person_id)
            .where(reader.hard_is_visible(prompts.c.share_with))
        )
        with ground.database.engine.connect() as conn:
            found = set(conn.execute(query).scalars().all())
        every = ("counsellor", "office", "support", "nobody", None)
        assert found == {choice for choice in every if reader.sees_hard(choice, her)}
