"""What is planned follows the trip, the zone and the pause, whatever order they change in."""

from datetime import date

import pytest

from bot.engine.moving import move
from bot.engine.people_moves import leave, pause, resume
from bot.local_time import to_wall
from bot.prompts.model import State
from tests.support.school import School, utc


def test_moved_shortened_extended_cancelled(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    assert school.scheduled(student).occasion == "2026-09-08"
    school.change_trip(student, departs=date(2026, 9, 20))
    assert school.scheduled(student).occasion == "2026-09-22"
    assert school.scheduled(student, "landing").opens_at == utc("2026-09-21 14:00")
    school.change_trip(student, departs=date(2026, 9, 7), returns=date(2026, 9, 30))
    assert school.scheduled(student).occasion == "2026-09-08"
    assert school.scheduled(student, "return").occasion == "trip:TS1:return:2026-09-30"
    school.until(utc("2026-09-25 00:00"))
    school.change_trip(student, returns=date(2026, 9, 26))
    assert [prompt for prompt in school.prompts(student) if prompt.state is State.SCHEDULED] == []
    school.change_trip(student, returns=date(2026, 12, 31))
    assert school.scheduled(student).occasion == "2026-09-29"
    school.change_trip(student, cancelled_at=school.now)
    states = [prompt.state for item in ("checkin", "return") for prompt in school.prompts(student, item)]
    assert State.SCHEDULED not in states
    school.change_trip(student, cancelled_at=None)
    assert school.scheduled(student).occasion == "2026-09-29"
    assert school.scheduled(student, "return").occasion == "trip:TS1:return:2026-12-31"


def test_a_stay_under_two_weeks_is_asked_on_landing_and_return_only(school: School) -> None:
    student = school.student("S1", departs="2026-09-10", returns="2026-09-20")
    school.until(utc("2026-09-25 00:00"))
    assert school.prompts(student) == []
    assert len(school.prompts(student, "landing")) == 1
    assert len(school.prompts(student, "return")) == 1
    (back,) = school.prompts(student, "return")
    assert to_wall(back.opens_at, "Asia/Shanghai").strftime("%d %H:%M") == "20 20:00"


def test_a_return_that_was_asked_too_early_is_asked_again(any_school: School) -> None:
    school = any_school
    student = school.student("S1", returns="2026-10-01")
    school.until(utc("2026-10-01 13:00"))
    assert school.prompts(student, "return")[0].state is State.OPEN
    school.change_trip(student, returns=date(2026, 11, 30))
    first, second = school.prompts(student, "return")
    assert first.state is State.WITHDRAWN
    assert second.opens_at == utc("2026-11-30 12:00")


def test_moving_west_on_the_day_she_is_not_asked_twice(any_school: School) -> None:
    school = any_school
    student = school.student("S1", zone="Europe/London")
    school.until(utc("2026-09-08 18:00"))  # asked at 18:30 in London
    school.do(lambda conn: move(conn, student, "America/New_York", school.now, school.programmes))
    assert school.scheduled(student).occasion == "2026-09-15"
    assert school.scheduled(student).opens_at == utc("2026-09-15 22:30")
    school.until(utc("2026-09-09 12:00"))
    assert [what for what, _, _ in school.sent(student)].count("checkin/question") == 1


def test_moving_east_past_the_hour_she_is_asked_all_the_same(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-08 14:00"))  # Tuesday morning in New York is Wednesday 00:00 in Sydney
    school.do(lambda conn: move(conn, student, "Australia/Sydney", school.now, school.programmes))
    moved = school.scheduled(student)
    assert moved.occasion == "2026-09-08"
    assert to_wall(moved.opens_at, "Australia/Sydney").strftime("%a %H:%M") == "Wed 07:00"
    school.replan(student)
    assert school.scheduled(student) == moved
    school.until(utc("2026-09-16 12:00"))
    walls = [
        to_wall(at, "Australia/Sydney").strftime("%a %H:%M")
        for what, at, _ in school.sent(student)
        if what == "checkin/question"
    ]
    assert walls == ["Wed 07:00", "Tue 18:30"]


def test_a_pause_asks_nothing_and_ends_by_itself(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.do(lambda conn: pause(conn, student, date(2026, 9, 30), school.now, school.programmes))
    assert school.scheduled(student).occasion == "2026-10-06"
    school.do(lambda conn: resume(conn, student, school.now, school.programmes))
    assert school.scheduled(student).occasion == "2026-09-08"


@pytest.mark.parametrize("until", [date(2026, 8, 30), date(2026, 10, 3)])
def test_a_pause_is_at_most_thirty_days(school: School, until: date) -> None:
    student = school.student("S1")
    with pytest.raises(ValueError, match="30 days"):
        school.do(lambda conn: pause(conn, student, until, school.now, school.programmes))


def test_who_leaves_is_asked_nothing_more(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-09 00:00"))
    school.do(lambda conn: leave(conn, student, school.now, school.programmes))
    school.until(utc("2026-09-30 00:00"))
    assert {prompt.state for prompt in school.prompts(student)} == {State.WITHDRAWN}
    assert school.cases(student) == []
    assert [what for what, _, _ in school.sent(school.counsellor)] == ["staff/left"]


def test_a_pause_long_after_landing_does_not_ask_about_the_landing_again(any_school: School) -> None:
    school = any_school
    student = school.student("S1", departs="2026-09-07")
    school.until(utc("2027-01-10 00:00"))
    school.do(lambda conn: pause(conn, student, date(2027, 1, 15), school.now, school.programmes))
    assert len(school.prompts(student, "landing")) == 1


def test_who_is_imported_weeks_after_landing_and_pauses_is_not_asked_whether_she_landed(school: School) -> None:
    student = school.student("S1")
    school.do(lambda conn: pause(conn, student, date(2026, 9, 15), school.now, school.programmes))
    assert school.prompts(student, "landing") == []


def test_a_landing_during_a_pause_is_asked_after_it(school: School) -> None:
    student = school.student("S1", departs="2026-09-07")
    school.do(lambda conn: pause(conn, student, date(2026, 9, 15), school.now, school.programmes))
    assert school.scheduled(student, "landing").opens_at == utc("2026-09-16 11:00")
    school.until(utc("2026-09-12 00:00"))
    school.replan(student)  # as every night: it is still meant, though its own hour has gone by
    assert school.scheduled(student, "landing").opens_at == utc("2026-09-16 11:00")


def test_a_pause_calls_off_a_question_that_is_still_on_its_way_out(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.works = set()
    school.until(utc("2026-09-08 23:00"))
    school.do(lambda conn: pause(conn, student, date(2026, 9, 12), school.now, school.programmes))
    assert school.prompt(student, "2026-09-08").state is State.WITHDRAWN
    school.works = {"telegram"}
    school.until(utc("2026-09-14 00:00"))
    assert school.cases(student) == []
