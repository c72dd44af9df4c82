"""What she says: once on any channel, the latest counts, undone for two minutes, a hard week only to whom she chose."""

from datetime import timedelta

from bot.cases.model import CaseState
from bot.engine.answering import Answered, Outcome, answer, share, undo, volunteer
from bot.engine.deeds import resolve
from bot.prompts import store as prompts_store
from bot.prompts.model import Choice, ShareWith, State
from tests.support.school import School, utc

OCCASION = "2026-09-08"


def says(school: School, student: int, choice: Choice, occasion: str = OCCASION) -> Answered:
    prompt = school.prompt(student, occasion)
    given: Answered = school.do(
        lambda conn: answer(conn, prompt.id, student, choice, "telegram", school.now, school.programmes)
    )
    school.work_off()
    return given


def test_fine_names_the_next_date(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-08 23:00"))
    given = says(school, student, Choice.FINE)
    assert given.outcome is Outcome.RECORDED
    assert given.can_undo
    coming = school.db.read(lambda conn: prompts_store.coming(conn, student, school.now))
    assert coming == (utc("2026-09-15 22:30"), "America/New_York")
    assert ("edit/answered", school.now, "telegram") in school.sent(student)
    school.until(utc("2026-09-12 00:00"))
    assert school.cases(student) == []


def test_the_latest_counts_until_the_next_opening(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-08 23:00"))
    says(school, student, Choice.FINE)
    assert says(school, student, Choice.HARD).outcome is Outcome.CHANGED
    assert school.prompt(student, OCCASION).choice is Choice.HARD
    school.until(utc("2026-09-15 23:00"))
    late = says(school, student, Choice.FINE)
    assert late.outcome is Outcome.LATE
    assert late.closed
    assert late.current is not None
    assert late.current.occasion == "2026-09-15"
    assert school.prompt(student, OCCASION).choice is Choice.HARD


def test_undone_within_two_minutes_and_not_after(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-08 23:00"))
    says(school, student, Choice.FINE)
    prompt = school.prompt(student, OCCASION)
    assert school.do(
        lambda conn: undo(conn, prompt.id, student, school.now + timedelta(seconds=119), school.programmes)
    )
    again = school.prompt(student, OCCASION)
    assert again.state is State.OPEN
    assert again.choice is None
    assert again.next_at == utc("2026-09-09 16:30")
    says(school, student, Choice.FINE)
    late = school.now + timedelta(seconds=121)
    assert not school.do(lambda conn: undo(conn, prompt.id, student, late, school.programmes))


def test_urgent_opens_a_case_at_once_and_cannot_be_undone(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-08 23:00"))
    given = says(school, student, Choice.URGENT)
    assert given.case_id is not None
    assert not given.can_undo
    prompt = school.prompt(student, OCCASION)
    assert not school.do(lambda conn: undo(conn, prompt.id, student, school.now, school.programmes))
    for helper in (school.counsellor, school.office):  # seven in the morning or not: urgent wakes people
        assert [(what, at) for what, at, _ in school.sent(helper)] == [("staff/case_urgent", school.now)]
    says(school, student, Choice.URGENT)
    assert school.cases(student) == [("urgent", "open")]
    told = len(school.sent(school.office))
    school.until(school.now + timedelta(minutes=30))
    assert len(school.sent(school.office)) == told + 3
    says(school, student, Choice.FINE)
    assert school.cases(student) == [("urgent", "open")]  # no button ends it
    assert school.do(lambda conn: resolve(conn, given.case_id, school.office, "spoken", school.now))
    assert school.cases(student) == [("urgent", "resolved")]


def test_a_hard_week_goes_to_whom_she_chose_and_to_nobody_else(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-08 23:00"))
    says(school, student, Choice.HARD)
    assert school.cases(student) == []
    prompt = school.prompt(student, OCCASION)
    assert school.do(lambda conn: share(conn, prompt.id, student, ShareWith.COUNSELLOR, school.now))
    school.until(utc("2026-09-09 12:00"))
    assert [what for what, _, _ in school.sent(school.counsellor)] == ["staff/case_hard"]
    assert school.sent(school.office) == []
    school.until(utc("2026-09-10 12:00"))
    assert [what for what, _, _ in school.sent(student)].count("student/hard_unseen") == 1
    school.until(utc("2026-09-15 12:00"))
    assert school.sent(school.office) == []
    assert [what for what, _, _ in school.sent(student)].count("student/hard_unseen") == 1


def test_shared_with_nobody_tells_nobody(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-08 23:00"))
    says(school, student, Choice.HARD)
    prompt = school.prompt(student, OCCASION)
    school.do(lambda conn: share(conn, prompt.id, student, ShareWith.NOBODY, school.now))
    school.until(utc("2026-09-14 12:00"))
    assert school.cases(student) == []
    assert school.sent(school.counsellor) == school.sent(school.office) == []


def test_a_hard_answer_taken_back_ends_its_case(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-08 23:00"))
    says(school, student, Choice.HARD)
    prompt = school.prompt(student, OCCASION)
    school.do(lambda conn: share(conn, prompt.id, student, ShareWith.OFFICE, school.now))
    school.do(lambda conn: undo(conn, prompt.id, student, school.now, school.programmes))
    assert school.cases(student) == [("hard", CaseState.RESOLVED.value)]


def test_unasked_words_are_recorded(any_school: School) -> None:
    school = any_school
    student = school.student("S1")

    def volunteers(choice: Choice) -> Answered:
        given: Answered = school.do(lambda conn: volunteer(conn, student, choice, "web", school.now, school.programmes))
        school.work_off()
        return given

    first = volunteers(Choice.FINE)  # before anything was asked
    assert first.prompt is not None
    assert first.prompt.occasion == "self:2026-09-01"  # still Tuesday evening in New York
    school.until(utc("2026-09-08 15:00"))  # Tuesday morning: today's question comes in the evening
    early = volunteers(Choice.FINE)
    assert early.prompt is not None
    assert early.prompt.occasion == OCCASION
    school.until(utc("2026-09-09 15:00"))
    assert "checkin/question" not in [what for what, _, _ in school.sent(student)]
    assert school.scheduled(student).occasion == "2026-09-15"


def test_nobody_answers_for_somebody_else(school: School) -> None:
    one = school.student("S1")
    other = school.student("S2")
    school.until(utc("2026-09-08 23:00"))
    prompt = school.prompt(one, OCCASION)
    given = school.do(
        lambda conn: answer(conn, prompt.id, other, Choice.FINE, "telegram", school.now, school.programmes)
    )
    assert given.outcome is Outcome.REFUSED
    assert school.prompt(one, OCCASION).state is State.OPEN
