"""Staff remind of one item of the pipeline or put it off: once a day, in her morning, never once it is done."""

from datetime import datetime

import pytest
from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.engine import item_deeds
from bot.engine.flight import given
from bot.people import store as people
from bot.prompts.model import Prompt, State
from bot.selections.model import Came, Deed
from bot.trips.store import of_person
from tests.support.school import School, utc

ASKED = utc("2026-09-02 10:30")
"""18:30 at home."""


def row(school: School, student: int, item: str) -> Prompt:
    (found,) = school.prompts(student, item)
    return found


def press(school: School, student: int, item: str, deed: Deed = Deed.REMIND) -> Came:
    """Press for one student, when it was counted before what would come of it; return what came."""
    prompt = row(school, student, item)
    would = school.db.read(lambda conn: item_deeds.would(conn, deed, [prompt], school.now, school.programmes))
    came = school.do(lambda conn: item_deeds.act(conn, deed, [prompt.id], school.office, school.now, school.programmes))
    assert came == would
    school.work_off()
    return Came(came[student])


def reminders(school: School, student: int, item: str) -> list[datetime]:
    return [at for template, at, _ in school.sent(student) if template == f"{item}/reminder"]


@pytest.mark.parametrize(
    ("item", "departs"), [("checklist", "2026-10-25"), ("channels", "2026-09-14"), ("flight", "2026-09-05")]
)
def test_she_is_reminded_once_a_day_in_her_morning(school: School, item: str, departs: str) -> None:
    student = school.student("S1", departs=departs)
    school.until(utc("2026-09-02 12:00"))
    assert row(school, student, item).asked_at is not None
    assert press(school, student, item) is Came.ALREADY  # it was asked today
    school.until(utc("2026-09-02 16:30"))  # half past midnight
    assert press(school, student, item) is Came.DONE
    assert press(school, student, item) is Came.ALREADY
    school.until(utc("2026-09-03 02:00"))
    assert press(school, student, item) is Came.ALREADY
    assert reminders(school, student, item) == [utc("2026-09-02 23:00")]


def test_nobody_is_reminded_of_what_is_done_or_was_not_asked(school: School) -> None:
    student = school.student("S1", departs="2026-09-05")
    later = school.student("S2", departs="2026-12-20")
    school.until(utc("2026-09-03 02:00"))
    assert press(school, later, "checklist") is Came.NOTHING

    def tell(conn: Connection) -> None:
        person, (trip,) = people.by_id(conn, student), of_person(conn, student)
        assert person is not None
        given(conn, person, trip, utc("2026-09-05 14:00"), school.now, school.programmes)

    school.do(tell)
    assert press(school, student, "flight") is Came.NOTHING


def test_nobody_with_two_proven_channels_is_reminded_of_them(school: School) -> None:
    student = school.student("S1", departs="2026-09-14")
    school.until(utc("2026-09-04 02:00"))
    proven = [school.link(student, channel).id for channel in ("telegram", "web")]
    school.do(lambda conn: addresses.worked(conn, proven, school.now))
    for one in proven:
        school.do(lambda conn, one=one: addresses.heard(conn, one, school.now))
    assert press(school, student, "channels") is Came.NOTHING


def test_the_ladders_own_reminder_of_that_day_comes_a_day_later(any_school: School) -> None:
    student = any_school.student("S1", departs="2026-09-14")
    any_school.until(utc("2026-09-06 02:00"))  # on the evening of this day the ladder reminds of two channels
    assert press(any_school, student, "channels") is Came.DONE
    any_school.until(utc("2026-09-07 02:00"))
    assert reminders(any_school, student, "channels") == [utc("2026-09-06 02:00")]


def test_two_more_days_move_what_comes_next(any_school: School) -> None:
    student = any_school.student("S1", departs="2026-10-25")
    any_school.until(utc("2026-09-03 02:00"))
    before = row(any_school, student, "checklist").next_at
    assert before is not None
    assert press(any_school, student, "checklist", Deed.EXTEND) is Came.DONE
    after = row(any_school, student, "checklist").next_at
    assert after is not None
    assert (after - before).days == 2
    assert press(any_school, student, "checklist", Deed.EXTEND) is Came.ALREADY


def test_nothing_is_put_off_beyond_the_departure(school: School) -> None:
    student = school.student("S1", departs="2026-09-05")
    school.until(utc("2026-09-03 02:00"))
    for item in ("checklist", "flight"):
        assert press(school, student, item, Deed.EXTEND) is Came.NOTHING


def test_a_list_that_was_given_up_is_open_again_until_she_goes(school: School) -> None:
    student = school.student("S1", departs="2026-09-20")
    school.until(utc("2026-09-18 02:00"))
    assert row(school, student, "checklist").state is State.MISSED
    assert press(school, student, "checklist") is Came.DONE
    assert row(school, student, "checklist").state is State.LATE
    assert reminders(school, student, "checklist")[-1] == utc("2026-09-18 02:00")
    school.until(utc("2026-09-21 02:00"))
    assert row(school, student, "checklist").state is State.EXCUSED
    told = [template for template, _, _ in school.sent(school.counsellor) if template == "staff/not_ready"]
    assert len(told) == 1


def test_a_check_in_is_reminded_of_by_hand_once(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-09 20:00"))  # asked on Tuesday evening, reminded on Wednesday at noon
    prompt = next(one for one in school.prompts(student, "checkin") if one.state is State.LATE)

    def act() -> Came:
        pressed = (Deed.REMIND, [prompt.id], school.office, school.now, school.programmes)
        return Came(school.do(lambda conn: item_deeds.act(conn, *pressed))[student])

    assert act() is Came.ALREADY
    school.until(utc("2026-09-10 14:00"))
    assert act() is Came.DONE
    assert act() is Came.ALREADY


def test_a_report_keeps_the_rules_of_chasing(school: School) -> None:
    student = school.student("S1", departs="2026-07-01", returns="2026-08-27")
    school.until(utc("2026-09-03 12:00"))
    assert press(school, student, "return_report") is Came.ALREADY
    school.until(utc("2026-09-04 12:00"))
    assert press(school, student, "return_report") is Came.DONE
    assert press(school, student, "return_report") is Came.ALREADY
    assert [template for template, _, _ in school.sent(student)].count("report/chased") == 1
    assert row(school, student, "return_report").reminded_at == school.now  # the pipeline says that she was reminded
    assert press(school, student, "return_report", Deed.EXTEND) is Came.NOTHING


def test_whoever_cannot_be_reached_is_counted_as_that(school: School) -> None:
    student = school.student("S1", departs="2026-09-05")
    school.until(utc("2026-09-03 02:00"))
    (way,) = school.db.read(lambda conn: addresses.working_of(conn, [student]))[student]
    school.do(lambda conn: addresses.set_state(conn, way.id, AddressState.GONE))
    assert press(school, student, "flight") is Came.UNREACHED
