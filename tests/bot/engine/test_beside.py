"""What else goes on with somebody who answers is seen with the question, and never missed."""

from datetime import timedelta

import pytest

from bot.cases.model import Reason
from bot.engine import beside
from bot.engine.answering import answer
from bot.engine.beside import Beside
from bot.engine.casework import open_case
from bot.prompts.model import Choice, Prompt, State
from bot.rollcalls.model import Area
from tests.support.rollcalls import start
from tests.support.school import School, utc

OCCASION = "2026-09-08"
NOTHING = Beside(in_rollcall=False, has_case=False, is_asked_more=False)


def _asked(school: School) -> tuple[int, Prompt]:
    student = school.student("S1")
    school.until(utc("2026-09-08 22:30"))
    prompt = school.prompt(student, OCCASION)
    assert prompt.state is State.OPEN
    return student, prompt


def _look(school: School, prompt: Prompt) -> tuple[Prompt | None, Beside]:
    found: tuple[Prompt | None, Beside] = school.do(lambda conn: beside.look(conn, prompt.id, school.now))
    return found


def test_nothing_else(school: School) -> None:
    _, prompt = _asked(school)
    assert _look(school, prompt) == (prompt, NOTHING)


def test_no_such_question(any_school: School) -> None:
    assert any_school.do(lambda conn: beside.look(conn, 4711, any_school.now)) == (None, Beside())


def test_a_case_until_it_is_over(school: School) -> None:
    student, prompt = _asked(school)
    other = school.student("S2")
    school.do(lambda conn: open_case(conn, other, Reason.MISSED, None, school.now))
    assert _look(school, prompt)[1] == NOTHING
    school.do(lambda conn: open_case(conn, student, Reason.MISSED, None, school.now))
    assert _look(school, prompt)[1] == Beside(in_rollcall=False, has_case=True, is_asked_more=False)
    school.do(lambda conn: answer(conn, prompt.id, student, Choice.FINE, "telegram", school.now, school.programmes))
    assert school.cases(student) == [("missed", "resolved")]
    assert _look(school, prompt)[1] == NOTHING


def test_a_rollcall_that_is_open_and_its_question(school: School) -> None:
    student, prompt = _asked(school)
    start(school, Area(countries=("US",)))
    assert _look(school, prompt)[1] == Beside(in_rollcall=True, has_case=False, is_asked_more=True)
    assert school.prompts(student, "rollcall")[0].state is State.OPEN


def test_an_earlier_question_that_still_runs(school: School) -> None:
    student, prompt = _asked(school)
    later = school.do(lambda conn: beside.look(conn, school.scheduled(student).id, school.now))
    assert later[1] == Beside(in_rollcall=False, has_case=False, is_asked_more=True)
    school.until(school.now + timedelta(minutes=1))
    assert _look(school, prompt)[1] == NOTHING  # what is only planned waits for nobody


@pytest.mark.postgres
def test_where_two_write_at_once_each_thing_is_looked_for_in_its_turn(any_school: School) -> None:
    _, prompt = _asked(any_school)
    expected = NOTHING if any_school.db.is_sqlite else Beside()
    assert _look(any_school, prompt) == (prompt, expected)
