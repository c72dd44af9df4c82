"""Rare orders of ordinary events, each of which once led to a wrong question, a wrong alarm or a wrong word."""

from datetime import timedelta

from bot.cases.model import CaseState
from bot.cases.store import unresolved_of
from bot.engine.answering import answer, share
from bot.engine.asked import asked
from bot.engine.deeds import acknowledge
from bot.engine.life import sign_of_life
from bot.engine.moving import move
from bot.prompts.model import Choice, ShareWith, State
from handlers.programme_loaded import load_programme
from tests.support.lives_programmes import LONG, TWO_DAYS, Asked, checkin, whole
from tests.support.school import School, utc

WEEKLY = "FREQ=WEEKLY;BYDAY=TU"


def loads(school: School, *items: Asked, quiet: tuple[str, str] = ("22:30", "07:00")) -> None:
    text = whole(quiet, *[checkin(item) for item in items])
    school.do(lambda conn: load_programme(conn, text, school.now, school.programmes))


def test_an_occasion_that_was_called_off_and_comes_back_is_not_closed(school: School) -> None:
    student = school.student("S1")
    loads(school, Asked("checkin", "18:30", "FREQ=WEEKLY;BYDAY=TH", TWO_DAYS))
    assert school.scheduled(student).occasion == "2026-09-03"
    loads(school, Asked("checkin", "18:30", "FREQ=WEEKLY;BYDAY=FR", TWO_DAYS))
    school.change_trip(student, cancelled_at=school.now)  # Friday's row is called off
    loads(school, Asked("checkin", "18:30", "FREQ=DAILY", TWO_DAYS))
    school.change_trip(student, cancelled_at=None)
    assert school.scheduled(student).occasion == "2026-09-02"
    school.until(utc("2026-09-03 23:00"))  # Thursday has opened; Friday is ahead again
    friday = school.scheduled(student)
    assert friday.occasion == "2026-09-04"
    assert friday.closes_at is None
    school.until(utc("2026-09-04 23:00"))
    school.do(lambda conn: sign_of_life(conn, student, school.now))
    assert school.prompt(student, "2026-09-04").state is State.ALIVE


def test_a_word_from_her_ends_the_waiting_for_an_older_question_too(school: School) -> None:
    student = school.student("S1")
    loads(school, Asked("checkin", "18:30", "FREQ=DAILY", LONG))
    school.until(utc("2026-09-05 12:00"))
    older = school.prompt(student, "2026-09-03")
    assert older.state in {State.OPEN, State.LATE}
    assert older.closes_at is not None  # the question of the next day closed it
    assert older.closes_at < school.now
    school.do(lambda conn: sign_of_life(conn, student, school.now))
    assert school.prompt(student, "2026-09-03").state is State.ALIVE


def hard_week(school: School, student: int, occasion: str, whom: ShareWith) -> int:
    prompt = school.prompt(student, occasion)
    school.do(lambda conn: answer(conn, prompt.id, student, Choice.HARD, "web", school.now, school.programmes))
    assert school.do(lambda conn: share(conn, prompt.id, student, whom, school.now))
    school.work_off()
    return prompt.id


def test_a_second_hard_week_goes_to_whom_she_chose_this_time(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-09 02:00"))
    hard_week(school, student, "2026-09-08", ShareWith.COUNSELLOR)
    school.until(utc("2026-09-16 02:00"))
    hard_week(school, student, "2026-09-15", ShareWith.OFFICE)
    assert [what for what, _, _ in school.sent(school.counsellor)] == ["staff/case_hard"]
    assert [what for what, _, _ in school.sent(school.office)] == ["staff/case_hard"]
    assert school.cases(student) == [("hard", "resolved"), ("hard", "open")]


def test_who_chooses_somebody_else_after_it_was_taken_is_heard(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-09 02:00"))
    prompt_id = hard_week(school, student, "2026-09-08", ShareWith.COUNSELLOR)
    (case,) = school.db.read(lambda conn: unresolved_of(conn, [student]))[student]
    school.do(lambda conn: acknowledge(conn, case.id, school.counsellor, school.now))
    assert school.do(lambda conn: share(conn, prompt_id, student, ShareWith.NOBODY, school.now))
    assert school.cases(student) == [("hard", CaseState.ACKNOWLEDGED.value)]  # who looks after her goes on
    assert school.do(lambda conn: share(conn, prompt_id, student, ShareWith.OFFICE, school.now))
    school.work_off()
    assert [what for what, _, _ in school.sent(school.office)] == ["staff/case_hard"]


def test_nobody_hears_the_end_of_what_she_never_heard_of(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-10 22:10"))  # ten past six in Beijing: the alarm waits for the morning
    assert school.cases(student) == [("missed", "open")]
    prompt = school.prompt(student, "2026-09-08")
    school.do(lambda conn: answer(conn, prompt.id, student, Choice.FINE, "web", school.now, school.programmes))
    school.until(utc("2026-09-11 12:00"))
    assert school.cases(student) == [("missed", "resolved")]
    assert school.sent(school.counsellor) == school.sent(school.office) == []


def test_a_question_of_an_opening_that_was_called_off_is_never_sent(any_school: School) -> None:
    school = any_school
    student = school.student("S1", departs="2026-09-01")
    school.works = set()  # the platform is down
    school.until(utc("2026-09-02 15:00"))
    before = school.prompts(student, "landing")[0]
    assert before.state is State.OPEN
    school.change_trip(student, cancelled_at=school.now)
    school.now += timedelta(minutes=20)
    school.change_trip(student, cancelled_at=None)
    school.works = {"telegram"}
    school.work_off()
    assert [what for what, _, _ in school.sent(student)].count("landing/question") == 1


def test_a_late_word_of_a_platform_does_not_make_a_new_opening_an_asked_one(school: School) -> None:
    student = school.student("S1")
    coming = school.scheduled(student)
    school.do(lambda conn: asked(conn, [coming.id], school.now, school.programmes))
    assert school.scheduled(student) == coming


def test_a_question_that_a_move_put_off_obeys_new_quiet_hours(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-08 14:00"))
    school.do(lambda conn: move(conn, student, "Australia/Sydney", school.now, school.programmes))
    assert school.scheduled(student).opens_at == utc("2026-09-08 21:00")
    loads(school, Asked("checkin", "18:30", WEEKLY, TWO_DAYS), quiet=("22:30", "08:00"))
    assert school.scheduled(student).opens_at == utc("2026-09-08 22:00")
    school.replan(student)
    assert school.scheduled(student).opens_at == utc("2026-09-08 22:00")
