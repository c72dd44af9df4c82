"""Attendance on both databases: said, with a code, at the end, corrected, made up; and who leaves says nothing more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.engine.session_attendance import Outcome, counting_invitation, enter, say_here, set_code
from bot.engine.session_makeup import Step, answer, step_of
from bot.sessions import marks, minutes, store
from bot.sessions.faults import SessionRefused
from bot.sessions.marks import session_marks
from bot.sessions.model import Mark, Session
from bot.sessions.store import session_invitations
from tests.support.school import School, utc
from tests.support.sessions import START, branch, cancel, create, invitation, leave, row_of, told


@pytest.fixture
def school(any_school: School) -> School:
    return any_school


@pytest.fixture
def members(school: School) -> list[int]:
    school.until(utc("2026-10-23 12:00"))
    found = [school.student(f"S{n}", zone="Europe/Berlin", country="DE") for n in range(1, 4)]
    branch(school, found)
    return found


def here(school: School, made: Session, person: int, code: str | None = None) -> Outcome:
    number = invitation(school, made, person).id
    said: Outcome = school.do(lambda conn: say_here(conn, number, person, "telegram", school.now, code))
    return said


def mark(school: School, person: int) -> str | None:
    found: str | None = row_of(school, session_invitations, person_id=person).mark
    return found


def test_said_closed_corrected_and_made_up(school: School, members: list[int]) -> None:
    made = create(school)
    school.until(START + timedelta(minutes=1))
    assert school.db.read(lambda conn: counting_invitation(conn, members[0], school.now)) is not None
    assert here(school, made, members[0]) is Outcome.NOTED
    assert here(school, made, members[0]) is Outcome.ALREADY
    school.until(made.ends_at + timedelta(hours=2))
    assert [mark(school, one) for one in members] == ["present", "absent", "absent"]
    assert [name for name, _ in told(school, members[1])][-1] == "makeup"
    assert school.do(lambda conn: enter(conn, made.id, members[2], Mark.EXCUSED, school.office, school.now))
    number = invitation(school, made, members[1]).id
    for words, then in (("一", Step.ASKING), ("二", Step.ASKING), ("三", Step.DONE), ("四", Step.DONE)):
        done = school.do(lambda conn, said=words: answer(conn, number, members[1], said, "telegram", school.now))
        assert done is then
    assert [mark(school, one) for one in members] == ["present", "made_up", "excused"]
    kept = school.db.read(lambda conn: marks.answers_of(conn, made.id))
    assert kept == {members[1]: {1: "一", 2: "二", 3: "三"}}
    assert len(school.db.read(lambda conn: conn.execute(select(session_marks)).all())) == 5


def test_a_code_and_its_tries(school: School, members: list[int]) -> None:
    made = create(school)
    school.until(START)
    school.do(lambda conn: set_code(conn, made.id, school.office, school.now, on=True))
    code = str(row_of(school, store.sessions, id=made.id).code)
    wrong = f"{(int(code) + 1) % 10_000:04}"
    assert here(school, made, members[0]) is Outcome.CODE
    assert [here(school, made, members[0], wrong) for _ in range(6)] == [Outcome.WRONG] * 5 + [Outcome.WAIT]
    assert here(school, made, members[0], code) is Outcome.WAIT
    school.until(school.now + timedelta(minutes=1))
    assert here(school, made, members[0], code) is Outcome.NOTED
    school.until(made.ends_at)
    with pytest.raises(SessionRefused):
        school.do(lambda conn: set_code(conn, made.id, None, school.now, on=False))


def test_who_leaves_and_what_is_off_takes_no_word(school: School, members: list[int]) -> None:
    made = create(school)
    gone = members[0]
    school.until(START)
    leave(school, gone)
    assert here(school, made, gone) is Outcome.REFUSED
    school.until(made.ends_at + timedelta(days=1))
    assert mark(school, gone) is None
    number = invitation(school, made, gone).id
    assert school.db.read(lambda conn: step_of(conn, number, gone, school.now)) is Step.REFUSED
    off = create(school, starts_at=school.now + timedelta(days=2))
    cancel(school, off)
    school.until(off.starts_at)
    assert here(school, off, members[1]) is Outcome.REFUSED


def test_minutes_keep_what_is_new(school: School, members: list[int]) -> None:
    made = create(school)
    assert members
    assert school.db.read(lambda conn: minutes.latest(conn, made.id)) == ""
    written = [
        school.do(lambda conn, said=text: minutes.write(conn, made.id, school.office, said, school.now))
        for text in ("一\r\n二", "一\n二 ", "三")
    ]
    assert written == [True, False, True]
    assert school.db.read(lambda conn: minutes.latest(conn, made.id)) == "三"
