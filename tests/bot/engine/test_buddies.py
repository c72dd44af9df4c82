"""Which friends are asked: those who agreed, are near, can be reached and are not missing themselves."""

from datetime import date

import pytest

from bot.buddies import store
from bot.buddies.model import PairState
from bot.cases.store import cases
from bot.engine.buddies import buddies_for, end_all
from bot.people import store as people
from bot.people.model import RoleKind
from tests.support.school import START, School, utc

pytestmark = pytest.mark.usefixtures("school")


def befriend(school: School, one: int, other: int, **values: object) -> int:
    """Let two people have agreed."""

    def work(conn: object) -> int:
        pair = store.add(conn, one, other, None, PairState.AGREED, school.now)  # type: ignore[arg-type]
        store.update(conn, pair, agreed_at=school.now, **values)  # type: ignore[arg-type]
        return pair

    return int(school.do(work))


def asked_about(school: School, *students: int) -> list[tuple[int, ...]]:
    found = school.db.read(lambda conn: buddies_for(conn, students, school.now))
    assert set(found) == set(students)
    return [found[student] for student in students]


@pytest.fixture
def lin(school: School) -> int:
    return school.student("S1", city="波士顿")


@pytest.fixture
def mei(school: School) -> int:
    return school.student("S2", city="Boston")


def test_each_is_asked_about_the_other_and_about_nobody_else(school: School, lin: int, mei: int) -> None:
    stranger = school.student("S3", city="Boston")
    befriend(school, lin, mei)
    assert asked_about(school, lin, mei, stranger) == [(mei,), (lin,), ()]


def test_nobody_is_asked_who_has_not_agreed(school: School, lin: int, mei: int) -> None:
    for state in (PairState.ASKED, PairState.DECLINED, PairState.ENDED):
        school.do(lambda conn, state=state: store.add(conn, lin, mei, None, state, school.now))
    assert asked_about(school, lin, mei) == [(), ()]


def test_in_another_city_only_when_both_want_it(school: School, lin: int, mei: int) -> None:
    school.change_trip(mei, city="Chicago", zone="America/Chicago")
    pair = befriend(school, lin, mei, person_anywhere=True)
    assert asked_about(school, lin) == [()]
    school.do(lambda conn: store.update(conn, pair, other_anywhere=True))
    assert asked_about(school, lin) == [(mei,)]


def test_a_namesake_elsewhere_is_another_city(school: School, lin: int, mei: int) -> None:
    school.change_trip(mei, country="GB")
    befriend(school, lin, mei)
    assert asked_about(school, lin) == [()]


def test_a_city_that_we_do_not_know_is_compared_as_it_is_written(school: School) -> None:
    one, other = school.student("S3", city="Nowhere-on-Sea"), school.student("S4", city="nowhere on sea")
    befriend(school, one, other)
    assert asked_about(school, one) == [(other,)]


def test_whoever_is_at_home_again_is_not_near(school: School, lin: int, mei: int) -> None:
    befriend(school, lin, mei)
    school.change_trip(mei, returns=date(2026, 8, 31))
    assert asked_about(school, lin) == [()]


@pytest.mark.parametrize("reason", ["missed", "unreached", "urgent", "rollcall"])
def test_the_missing_one_is_not_asked(school: School, lin: int, mei: int, reason: str) -> None:
    befriend(school, lin, mei)
    values = {"reason": reason, "opened_at": START, "round": 0}
    school.do(lambda conn: conn.execute(cases.insert().values(person_id=mei, state="acknowledged", **values)))
    assert asked_about(school, lin, mei) == [(), (lin,)]
    school.do(lambda conn: conn.execute(cases.update().values(state="resolved")))
    assert asked_about(school, lin) == [(mei,)]


def test_a_hard_week_of_hers_is_nobodys_to_know_of(school: School, lin: int, mei: int) -> None:
    befriend(school, lin, mei)
    values = {"reason": "hard", "opened_at": START, "round": 0, "state": "open", "share_with": "counsellor"}
    school.do(lambda conn: conn.execute(cases.insert().values(person_id=mei, **values)))
    assert asked_about(school, lin) == [(mei,)]


def test_whoever_was_reminded_and_still_silent_is_not_asked(school: School, lin: int, mei: int) -> None:
    befriend(school, lin, mei)
    school.until(utc("2026-09-09 12:00"))  # asked on Tuesday evening, not reminded yet
    assert asked_about(school, lin) == [(mei,)]
    school.until(utc("2026-09-09 17:00"))  # reminded at 12:30 on her wall
    assert asked_about(school, lin) == [()]


def test_whoever_was_missed_is_there_again_once_somebody_has_spoken_with_her(
    school: School, lin: int, mei: int
) -> None:
    befriend(school, lin, mei)
    school.until(utc("2026-09-10 23:00"))
    assert ("missed", "open") in school.cases(mei)
    assert asked_about(school, lin) == [()]
    school.do(lambda conn: conn.execute(cases.update().where(cases.c.person_id == mei).values(state="resolved")))
    assert asked_about(school, lin) == [(mei,)]


def test_who_is_quiet_gone_or_only_on_a_page_is_not_asked(school: School, lin: int, mei: int) -> None:
    befriend(school, lin, mei)
    page = school.student("S3", city="Boston", channels=["web"])
    befriend(school, lin, page)
    nowhere = school.student("S4", city="Boston", channels=[])
    befriend(school, lin, nowhere)
    staff = school.person("T1", RoleKind.COUNSELLOR)
    school.link(staff)
    befriend(school, lin, staff, person_anywhere=True, other_anywhere=True)
    assert asked_about(school, lin) == [(mei,)]
    for values in ({"paused_until": date(2026, 9, 2)}, {"left_at": START}, {"absent_at": START}):
        school.do(lambda conn, values=values: people.update_person(conn, mei, **values))
        assert asked_about(school, lin) == [()]
        school.do(lambda conn, values=values: people.update_person(conn, mei, **dict.fromkeys(values)))
    assert asked_about(school, lin) == [(mei,)]


def test_leaving_ends_it_for_good(school: School, lin: int, mei: int) -> None:
    other = school.student("S3", city="Boston")
    pair = befriend(school, lin, mei)
    open_question = school.do(lambda conn: store.add(conn, other, lin, "S1", PairState.ASKED, school.now))
    school.do(lambda conn: end_all(conn, [lin], school.now))
    found = {one.id: one for one in school.db.read(lambda conn: store.of_person(conn, lin))}
    assert (found[pair].state, found[pair].ended_by) == (PairState.ENDED, lin)
    assert found[open_question].state is PairState.DECLINED  # which looks to the other one as if it waited
    assert asked_about(school, mei) == [()]


def test_many_students_are_looked_up_at_once(school: School, lin: int, mei: int) -> None:
    befriend(school, lin, mei)
    everybody = [*range(1000, 2200), lin]
    found = school.db.read(lambda conn: buddies_for(conn, everybody, school.now))
    assert len(found) == len(everybody)
    assert found[lin] == (mei,)
