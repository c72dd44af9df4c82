"""Silence: reminded, asked on the second channel, then somebody looks after her. Three silences stay three things."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.cases import store as cases_store
from bot.cases.model import Case, Reason
from bot.engine import deeds, escalating
from bot.engine.answering import answer
from bot.engine.casework import open_case
from bot.engine.life import sign_of_life
from bot.engine.telling import tell
from bot.local_time import to_wall
from bot.prompts.model import Choice, ShareWith, State
from scheduler import cases_due, hard_unseen
from tests.support.school import School, utc

OCCASION = "2026-09-08"  # the first Tuesday of the stay
ASKED = utc("2026-09-08 22:30")


def test_silent_to_the_end(any_school: School) -> None:
    school = any_school
    student = school.student("S1", channels=("telegram", "web"))
    school.until(utc("2026-09-10 21:59"))
    assert school.prompt(student, OCCASION).state is State.LATE
    assert school.cases(student) == []
    school.until(utc("2026-09-10 22:00"))
    prompt = school.prompt(student, OCCASION)
    assert prompt.state is State.MISSED
    assert prompt.next_at is None
    said = [
        (what, to_wall(at, prompt.zone).strftime("%a %H:%M"), channel) for what, at, channel in school.sent(student)
    ]
    assert said[-3:] == [
        ("checkin/question", "Tue 18:30", "telegram"),
        ("checkin/reminder", "Wed 12:30", "telegram"),
        ("checkin/second_channel", "Thu 12:30", "web"),
    ]
    assert school.cases(student) == [("missed", "open")]


def test_staff_hear_in_their_morning_and_again_until_one_acknowledges(any_school: School) -> None:
    school = any_school
    student = school.student("S1", zone="Europe/London", returns="2026-12-31")
    school.until(utc("2026-09-10 17:00"))  # Thursday 18:00 in London, Friday 01:00 in Beijing
    assert school.cases(student) == [("missed", "open")]
    assert "staff/case_missed" not in [what for what, _, _ in school.sent(school.counsellor)]
    school.until(utc("2026-09-11 12:00"))
    told = [to_wall(at, "Asia/Shanghai").strftime("%a %H:%M") for what, at, _ in school.sent(school.counsellor)]
    assert told == ["Fri 07:00"]
    assert school.sent(school.office) == [], "her counsellor has a day"
    school.until(utc("2026-09-13 12:00"))
    told = [to_wall(at, "Asia/Shanghai").strftime("%a %H:%M") for what, at, _ in school.sent(school.office)]
    assert told == ["Sat 07:00", "Sun 07:00"], "nobody is on duty, so the office is told in its place, and then as such"
    case = school.db.read(lambda conn: cases_store.unresolved_of(conn, [student]))[student][0]
    taken = school.do(lambda conn: deeds.acknowledge(conn, case.id, school.counsellor, school.now))
    assert taken.done
    second = school.do(lambda conn: deeds.acknowledge(conn, case.id, school.office, school.now))
    assert (second.done, second.why) == (False, "taken")
    assert second.case.acknowledged_by == school.counsellor
    school.do(lambda conn: deeds.contacted(conn, case.id, school.counsellor, "called", school.now))
    school.until(utc("2026-09-15 00:00"))
    assert [what for what, _, _ in school.sent(school.office)] == ["staff/case_missed"] * 2 + ["staff/case_taken"]
    assert [what for what, _, _ in school.sent(school.counsellor)] == ["staff/case_missed"]


def test_a_late_answer_gives_the_all_clear_to_whoever_was_alarmed(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-11 12:00"))
    prompt = school.prompt(student, OCCASION)
    school.do(lambda conn: answer(conn, prompt.id, student, Choice.FINE, "telegram", school.now, school.programmes))
    school.until(school.now + timedelta(days=1))
    assert school.prompt(student, OCCASION).state is State.ANSWERED
    assert school.cases(student) == [("missed", "resolved")]
    assert [what for what, _, _ in school.sent(school.counsellor)] == ["staff/case_missed", "staff/all_clear"]
    assert school.sent(school.office) == [], "who was not alarmed hears no all-clear"


def test_any_word_after_the_question_is_a_sign_of_life(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-09 01:00"))
    assert school.do(lambda conn: sign_of_life(conn, student, school.now)) >= 1
    assert school.prompt(student, OCCASION).state is State.ALIVE
    school.until(utc("2026-09-12 00:00"))
    assert school.cases(student) == []
    assert "checkin/reminder" not in [what for what, _, _ in school.sent(student)]
    prompt = school.prompt(student, OCCASION)
    done = school.do(
        lambda conn: answer(conn, prompt.id, student, Choice.FINE, "telegram", school.now, school.programmes)
    )
    assert done.prompt.state is State.ANSWERED  # it stayed answerable


def test_a_word_before_the_question_says_nothing_about_it(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-08 12:00"))
    school.do(lambda conn: sign_of_life(conn, student, school.now))
    school.until(utc("2026-09-08 23:00"))
    assert school.prompt(student, OCCASION).state is State.OPEN


def test_without_an_address_she_could_not_be_reached(any_school: School) -> None:
    school = any_school
    student = school.student("S1", channels=())
    school.until(utc("2026-09-10 22:00"))
    assert school.prompt(student, OCCASION).state is State.UNREACHED
    assert ("unreached", "open") in school.cases(student)
    assert school.sent(student) == []


def test_a_page_that_nobody_opened_has_not_reached_her(any_school: School) -> None:
    school = any_school
    student = school.student("S1", channels=("web",))
    school.until(utc("2026-09-10 22:00"))
    prompt = school.prompt(student, OCCASION)
    assert prompt.asked_at is None
    assert prompt.state is State.UNREACHED


def test_a_question_that_stays_with_us_was_not_asked(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.works = set()  # the platform is down
    school.until(utc("2026-09-10 22:00"))
    assert school.prompt(student, OCCASION).state is State.NOT_ASKED
    assert [reason for reason, _ in school.cases(student)] == ["not_asked"]


def test_no_all_clear_for_an_alarm_that_never_went_out(any_school: School) -> None:
    school = any_school
    student = school.student("S1", zone="Europe/London", returns="2026-12-31")
    school.until(utc("2026-09-10 17:00"))  # missed at one at night in Beijing: the helpers sleep
    prompt = school.prompt(student, OCCASION)
    school.do(lambda conn: answer(conn, prompt.id, student, Choice.FINE, "telegram", school.now, school.programmes))
    school.until(utc("2026-09-12 00:00"))
    assert school.cases(student) == [("missed", "resolved")]
    assert school.sent(school.counsellor) == school.sent(school.office) == []


def test_her_word_does_not_undo_that_we_never_asked(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.works = set()
    school.until(utc("2026-09-10 22:00"))
    school.do(lambda conn: sign_of_life(conn, student, school.now))
    assert school.prompt(student, OCCASION).state is State.NOT_ASKED
    assert school.cases(student) == [("not_asked", "resolved")]  # nobody need look for her all the same


def test_one_case_that_cannot_be_told_does_not_hold_up_the_others(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = school.student("S1"), school.student("S2")
    school.until(utc("2026-09-10 22:00"))
    told = len(school.sent(school.office))
    real = escalating.go_on

    def breaks_for_one(conn: Connection, case: Case, *rest: Any) -> None:
        if case.person_id == one:
            raise ValueError("unreadable")
        real(conn, case, *rest)

    monkeypatch.setattr(cases_due, "go_on", breaks_for_one)
    school.until(utc("2026-09-12 12:00"))
    assert school.cases(one) == school.cases(other) == [("missed", "open")]
    assert len(school.sent(school.office)) > told


def test_one_hard_week_that_cannot_be_asked_about_does_not_hold_up_the_others(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = school.student("S1"), school.student("S2")
    for student in (one, other):
        school.do(lambda conn, her=student: open_case(conn, her, Reason.HARD, None, school.now, ShareWith.COUNSELLOR))
    real = tell

    def breaks_for_one(conn: Connection, person_id: int, *rest: Any, **more: Any) -> bool:
        if person_id == one:
            raise ValueError("unreadable")
        return real(conn, person_id, *rest, **more)

    monkeypatch.setattr(hard_unseen, "tell", breaks_for_one)
    school.until(school.now + timedelta(days=2))
    assert "student/hard_unseen" in [what for what, _, _ in school.sent(other)]
    assert "student/hard_unseen" not in [what for what, _, _ in school.sent(one)]
