"""Our outage is never her silence."""

from datetime import timedelta

from bot.local_time import to_wall
from bot.prompts.model import State
from tests.support.school import School, utc

OCCASION = "2026-09-08"


def walls(school: School, student: int, *templates: str) -> list[str]:
    zone = "America/New_York"
    return [to_wall(at, zone).strftime("%a %H:%M") for what, at, _ in school.sent(student) if what in templates]


def test_a_week_of_outage_ends_with_not_asked_and_no_did_not_answer(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-14 00:00"))
    before = [prompt.id for prompt in school.prompts(student)]
    school.stop_until(utc("2026-09-29 12:00"))
    school.until(utc("2026-09-29 12:00"))
    states = {prompt.occasion: prompt.state for prompt in school.prompts(student) if prompt.id not in before[:1]}
    assert states["2026-09-15"] is State.NOT_ASKED
    assert states["2026-09-22"] is State.NOT_ASKED
    assert states["2026-10-06"] is State.SCHEDULED
    silent = [prompt for prompt in school.prompts(student) if prompt.state in (State.MISSED, State.UNREACHED)]
    assert [prompt.occasion for prompt in silent] == [OCCASION]  # the one before the outage
    assert ("not_asked", "open") in school.cases(student)


def test_a_question_that_gets_out_late_shifts_its_whole_ladder(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-08 20:00"))
    school.stop_until(utc("2026-09-09 14:30"))  # 16 hours late: Wednesday 10:30 in New York
    school.until(utc("2026-09-11 16:29"))
    assert walls(school, student, "checkin/question") == ["Wed 10:30"]
    # Wednesday 12:30 plus sixteen hours is 04:30 at night, so it waits for seven o'clock.
    assert walls(school, student, "checkin/reminder") == ["Thu 07:00"]
    assert walls(school, student, "checkin/second_channel") == ["Fri 07:00"]
    assert school.prompt(student, OCCASION).state is State.LATE
    school.until(utc("2026-09-11 16:30"))  # five and a half hours after that, as on any other week
    assert school.prompt(student, OCCASION).state is State.MISSED


def test_nobody_is_woken_because_we_are_late(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-08 20:00"))
    school.stop_until(utc("2026-09-09 05:00"))  # 01:00 at night in New York
    school.until(utc("2026-09-09 20:00"))
    assert walls(school, student, "checkin/question") == ["Wed 07:00"]


def test_nobody_is_woken_by_the_second_channel_either(school: School) -> None:
    student = school.student("S1", channels=("telegram", "web"))
    school.works = set()
    school.until(utc("2026-09-10 15:00"))
    school.stop_until(utc("2026-09-10 21:30"))
    school.works = {"telegram"}
    school.until(utc("2026-09-10 21:31"))
    assert walls(school, student, "checkin/question")[:1] == ["Thu 17:30"]


def test_after_a_stop_overdue_reminders_collapse_into_one(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-09 00:00"))
    school.stop_until(utc("2026-09-10 21:00"))  # both reminders went by; missed would be in an hour
    school.until(utc("2026-09-10 22:30"))
    reminders = walls(school, student, "checkin/reminder", "checkin/second_channel")
    assert reminders == ["Thu 17:00"]
    assert school.prompt(student, OCCASION).state is State.LATE
    school.until(utc("2026-09-13 00:00"))
    assert school.prompt(student, OCCASION).state is State.MISSED


def test_words_that_are_still_on_their_way_have_time_to_arrive(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-10 21:00"))
    school.stop_until(utc("2026-09-11 03:00"))
    school.work_off()
    assert school.prompt(student, OCCASION).state is State.LATE
    school.until(utc("2026-09-11 03:00") + timedelta(minutes=31))
    assert school.prompt(student, OCCASION).state is State.MISSED


def test_a_channel_that_comes_back_asks_late(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.works = set()
    school.until(utc("2026-09-09 12:30"))
    school.works = {"telegram"}
    school.until(utc("2026-09-09 12:31"))
    prompt = school.prompt(student, OCCASION)
    assert prompt.asked_at is not None
    assert prompt.late_by_seconds >= 14 * 3600
