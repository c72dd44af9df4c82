"""What she says in two places at the same moment, on the database that lets two transactions run."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Connection, text

from bot.engine.answering import answer
from bot.engine.life import sign_of_life
from bot.prompts.model import Choice, State
from tests.support.school import School, utc


@pytest.mark.parametrize("any_school", ["postgres"], indirect=True)
def test_an_answer_outlasts_a_word_of_the_same_moment(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-09 02:00"))
    prompt = school.prompt(student, "2026-09-08")
    answered, look_again = Event(), Event()

    def press(conn: Connection) -> None:
        answer(conn, prompt.id, student, Choice.FINE, "web", school.now, school.programmes)
        answered.set()
        for _ in range(500):  # until the word waits for this transaction
            if conn.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first() is not None:
                return
            look_again.wait(0.02)

    with ThreadPoolExecutor(2) as pool:
        pressing = pool.submit(school.do, press)
        assert answered.wait(10)
        school.do(lambda conn: sign_of_life(conn, student, school.now))
        pressing.result()
    assert school.prompt(student, "2026-09-08").state is State.ANSWERED
