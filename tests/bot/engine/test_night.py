"""Nothing that can wait is said in the night of where a student is now, whatever it is and wherever her stay is."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import select

from bot.cases.model import Reason
from bot.engine import casework, deeds, pairing
from bot.engine.moving import move
from bot.engine.people_moves import leave
from bot.engine.telling import NIGHT, not_before_her_morning
from bot.local_time import is_quiet
from bot.outbox.model import Kind
from bot.outbox.store import outbox
from bot.people.store import update_person
from bot.prompts.model import ShareWith
from handlers.chat import claimed
from tests.support.school import School, utc

THREE_AT_NIGHT = utc("2026-09-09 18:00")
"""Thursday 03:00 in Osaka; in New York, where her stay is, it is Wednesday afternoon."""
MORNING = utc("2026-09-09 22:00")
LATER_MORNING = utc("2026-09-09 22:30")
"""Friends leave each other half an hour more."""


def _in_osaka(school: School, said: str = "2026-09-08 02:00") -> int:
    student = school.student("S1")
    school.until(utc(said))
    there = partial(move, person_id=student, zone_key="Asia/Tokyo", programmes=school.programmes, now=school.now)
    school.do(there)
    return student


def _hard_week(school: School, student: int) -> int:
    hard = partial(casework.open_case, person_id=student, reason=Reason.HARD, prompt_id=None)
    case = school.do(lambda conn: hard(conn, now=school.now, share_with=ShareWith.COUNSELLOR))
    return int(case.id)


def _unseen_for_a_day(school: School, student: int) -> None:
    school.until(utc("2026-09-08 18:00"))
    _hard_week(school, student)
    school.until(THREE_AT_NIGHT)


def _taken_at_night(school: School, student: int) -> None:
    school.until(utc("2026-09-09 08:00"))
    case_id = _hard_week(school, student)
    school.until(THREE_AT_NIGHT)
    school.do(lambda conn: deeds.acknowledge(conn, case_id, school.counsellor, school.now))


def _claimed_at_night(school: School, student: int) -> None:
    school.until(THREE_AT_NIGHT)
    school.do(lambda conn: claimed.tell(conn, student, "web", "k", school.now))


def _proposed_at_night(school: School, student: int) -> None:
    friend = school.student("S2", zone="Asia/Tokyo", country="JP")
    for one in (student, friend):
        school.do(partial(update_person, person_id=one, consent_at=school.now))
    school.until(THREE_AT_NIGHT)
    school.do(lambda conn: pairing.propose(conn, friend, "S1", school.now))


@pytest.mark.parametrize(
    ("happens", "template", "morning"),
    [
        (_unseen_for_a_day, "student/hard_unseen", MORNING),
        (_taken_at_night, "student/case_taken", MORNING),
        (_claimed_at_night, "enrol/second_claim", MORNING),
        (_proposed_at_night, "buddy/asked", LATER_MORNING),
    ],
)
def test_what_can_wait_is_said_in_the_morning_of_where_she_is(
    school: School, happens: Callable[[School, int], None], template: str, morning: datetime
) -> None:
    student = _in_osaka(school)
    happens(school, student)
    assert template not in [what for what, _, _ in school.sent(student)]
    school.until(morning)
    said = [at for what, at, _ in school.sent(student) if what == template]
    assert len(said) == 1
    assert said[0] == morning


def test_who_takes_her_cry_for_help_is_said_at_once(school: School) -> None:
    student = _in_osaka(school)
    school.until(THREE_AT_NIGHT)
    case = school.do(lambda conn: casework.raise_sos(conn, student, None, school.now))
    school.do(lambda conn: deeds.acknowledge(conn, case.id, school.counsellor, school.now))
    school.work_off()
    assert ("student/case_taken", THREE_AT_NIGHT, "telegram") in school.sent(student)


def test_a_question_that_runs_goes_on_by_the_clock_of_where_she_is(any_school: School) -> None:
    school = any_school
    student = _in_osaka(school, said="2026-09-09 13:00")  # asked in New York on Tuesday evening; now it is 22:00 there
    school.until(utc("2026-09-12 00:00"))
    reminders = [at for what, at, _ in school.sent(student) if what in ("checkin/reminder", "checkin/second_channel")]
    assert reminders[0] == MORNING, "at 12:30 in New York it is half past one at night in Osaka"
    assert not [at for at in reminders if is_quiet(at, "Asia/Tokyo", NIGHT)]
    assert school.cases(student) == [("missed", "open")]


def test_a_question_that_runs_when_her_stay_ends_goes_on_at_home(any_school: School) -> None:
    school = any_school
    student = school.student("S1", returns="2026-09-08")
    school.until(utc("2026-09-12 00:00"))
    sent = [(what, at) for what, at, _ in school.sent(student) if what.startswith("checkin/")]
    assert sent[0] == ("checkin/question", utc("2026-09-08 22:30"))
    assert len(sent) > 1
    assert not [at for _, at in sent[1:] if is_quiet(at, "Asia/Shanghai", NIGHT)]


def test_staff_read_what_can_wait_in_their_own_morning(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-08 18:00"))  # two at night in Shanghai
    school.do(lambda conn: leave(conn, student, school.now, school.programmes))
    school.do(lambda conn: claimed.tell(conn, student, "web", "k", school.now))
    query = select(outbox.c.next_try_at).where(outbox.c.kind == Kind.NOTICE.value, outbox.c.person_id != student)
    found: list[datetime] = school.db.read(lambda conn: list(conn.execute(query).scalars()))
    assert found == [utc("2026-09-08 23:00")] * 2


def test_by_day_nothing_waits(school: School) -> None:
    student = _in_osaka(school)
    now = utc("2026-09-09 03:00")
    assert school.db.read(lambda conn: not_before_her_morning(conn, student, now)) == now
    assert school.db.read(lambda conn: not_before_her_morning(conn, 10**6, THREE_AT_NIGHT)) == THREE_AT_NIGHT
