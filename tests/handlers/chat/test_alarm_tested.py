"""A test alarm in the chat: a press confirms it, for the one whom it was sent to, and another one is a press away."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.duty.store import alarm_tests
from bot.engine.alarm_tests import start_test
from bot.people.store import by_id
from tests.support.talk import Talk


def start(talk: Talk) -> int:
    person = talk.db.read(lambda conn: by_id(conn, talk.counsellor))
    assert person is not None
    started = talk.do(lambda conn: start_test(conn, person, talk.office, talk.now))
    talk.work_off()
    return int(started.id)


def confirmed(talk: Talk) -> list[str | None]:
    return talk.db.read(lambda conn: list(conn.execute(select(alarm_tests.c.confirmed_by)).scalars()))


def test_the_button_confirms_it(talk: Talk) -> None:
    number = start(talk)
    assert [template for template, _, _ in talk.sent(talk.counsellor)] == ["alarm/test"]
    for _ in range(2):
        (reply,) = talk.presses(talk.counsellor, f"alarm:{number}")
        assert reply.text == "谢谢，紧急提醒能送到你这里。"
    assert confirmed(talk) == ["chat"]


def test_nobody_confirms_for_somebody_else(talk: Talk) -> None:
    number = start(talk)
    talk.presses(talk.office, f"alarm:{number}")
    talk.presses(talk.student("S1"), f"alarm:{number}")
    assert confirmed(talk) == [None]


@pytest.mark.parametrize("value", ["", "x", "-1", "9" * 30, "999"])
def test_a_button_that_means_nothing_confirms_nothing(talk: Talk, value: str) -> None:
    start(talk)
    talk.presses(talk.counsellor, f"alarm:{value}")
    assert confirmed(talk) == [None]


def test_an_old_one_says_so_and_offers_a_new_one(talk: Talk) -> None:
    number = start(talk)
    talk.now += timedelta(days=8)
    (reply,) = talk.presses(talk.counsellor, f"alarm:{number}")
    assert "过了一段时间" in reply.text
    talk.press(talk.counsellor, "试响")
    assert confirmed(talk) == [None, None]
    assert talk.sent(talk.counsellor)[-1][0] == "alarm/test"


def test_a_student_has_no_test_alarms(talk: Talk) -> None:
    talk.presses(talk.student("S1"), "alarm:new")
    assert confirmed(talk) == []
