"""What is asked before a departure keeps its days before it, however late it was asked: the departure does not wait."""

from datetime import datetime

import pytest

from bot.engine.asked import asked
from bot.programmes import store
from bot.programmes.versions import default_text
from bot.prompts.model import State
from scheduler.plan_everyone import plan_everyone
from tests.support.school import School, utc

TOLD = "staff/not_ready"
APPROVAL = '[[step]]\nkey = "approval"\ntitle = { zh = "审批号", en = "Approval" }\nproof = "approval"\n'


def lists(school: School, student: int) -> list[tuple[str, datetime]]:
    return [(template, at) for template, at, _ in school.sent(student) if template.startswith("checklist/")]


def told(school: School) -> list[datetime]:
    return [at for template, at, _ in school.sent(school.counsellor) if template == TOLD]


def test_who_comes_onto_the_roster_late_has_the_days_that_are_left(school: School) -> None:
    student = school.student("S1", departs="2026-09-20")  # in eighteen days
    school.until(utc("2026-09-30 00:00"))
    assert lists(school, student) == [
        ("checklist/question", utc("2026-09-02 00:00")),
        ("checklist/reminder", utc("2026-09-05 10:30")),  # fifteen days before, 18:30 at home
        ("checklist/reminder", utc("2026-09-13 10:30")),
    ]
    assert told(school) == [utc("2026-09-17 01:00")]  # three days before, in the morning


def test_nobody_is_reminded_within_a_day_of_the_question(school: School) -> None:
    student = school.student("S1", departs="2026-09-09")  # the week before is today
    school.until(utc("2026-09-30 00:00"))
    assert lists(school, student) == [("checklist/question", utc("2026-09-02 00:00"))]
    assert told(school) == [utc("2026-09-06 01:00")]


def test_a_reminder_that_a_stop_of_ours_held_up_moves_nothing(school: School) -> None:
    student = school.student("S1", departs="2026-09-20")
    school.until(utc("2026-09-05 10:00"))
    school.stop_until(utc("2026-09-12 02:00"))
    school.until(utc("2026-09-30 00:00"))
    assert [at for _, at in lists(school, student)][1:] == [utc("2026-09-12 02:00"), utc("2026-09-13 10:30")]
    assert told(school) == [utc("2026-09-17 01:00")]


def test_two_who_come_at_once_and_leave_on_other_days_are_kept_apart(any_school: School) -> None:
    any_school.works.clear()
    students = [any_school.student(f"S{day}", departs=f"2026-09-{day}") for day in (20, 28)]
    any_school.until(utc("2026-09-02 01:00"))
    rows = [any_school.prompts(student, "checklist")[0] for student in students]
    any_school.do(lambda conn: asked(conn, [row.id for row in rows], any_school.now, any_school.programmes))
    found = [any_school.prompts(student, "checklist")[0].next_at for student in students]
    assert found == [utc("2026-09-05 10:30"), utc("2026-09-13 10:30")]


@pytest.mark.parametrize("item", ["checklist", "flight"])
def test_a_departure_that_is_over_asks_for_nothing(school: School, item: str) -> None:
    begun = school.student("S1", departs="2026-09-02")
    past = school.student("S2", departs="2026-08-01", returns="2026-08-30")
    brief = school.student("S3", departs="2026-09-20", returns="2026-09-29")
    off = school.student("S4", departs="2026-09-20", cancelled_at=school.now)
    school.until(utc("2026-09-19 00:00"))
    heard = [template for who in (begun, past, brief, off) for template, _, _ in school.sent(who)]
    assert [template for template in heard if template.startswith(f"{item}/")] == []


def test_a_page_that_is_looked_at_too_late_brings_no_second_word_to_her_counsellor(school: School) -> None:
    student = school.student("S1", departs="2026-09-20", channels=("web",))
    school.until(utc("2026-09-18 00:00"))
    assert len(told(school)) == 1
    (row,) = school.prompts(student, "checklist")
    assert row.state is State.UNREACHED
    school.do(lambda conn: asked(conn, [row.id], school.now, school.programmes))
    school.until(utc("2026-09-22 00:00"))
    assert len(told(school)) == 1
    assert school.prompts(student, "checklist")[0].next_at is None


def test_a_list_that_an_import_completes_is_over_by_the_night_and_she_hears_it(school: School) -> None:
    text = default_text().partition("# Each [[step]]")[0] + APPROVAL
    school.do(lambda conn: store.add(conn, text, "1" * 64, school.now))
    early = school.student("S1", departs="2026-09-20")
    late = school.student("S2", departs="2026-11-03", approval="HY-2")
    school.until(utc("2026-09-03 00:00"))
    school.change_trip(early, approval="HY-1")
    for _ in range(2):
        school.do(lambda conn: plan_everyone(conn, school.programmes, school.now))
    school.until(utc("2026-09-05 00:00"))
    assert [template for template, _ in lists(school, early)] == ["checklist/question", "checklist/ready"]
    assert lists(school, late) == []  # nothing was left to ask for
    assert [school.prompts(one, "checklist")[0].state for one in (early, late)] == [State.ANSWERED] * 2
    assert told(school) == []
