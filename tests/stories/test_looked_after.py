"""A check-in that somebody follows up: from the first reminder over a friend, her counsellor and the duty phone to the
all-clear; the answer that comes after all; nobody on duty; the friend who is missing herself.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.page import Page
from bot.people.store import by_number
from tests.fakes.telegram_phone import Phone
from tests.stories.world import World, instant, world_at

MONDAY = "2026-11-23 14:00"
DUTY: dict[str, Any] = {
    "duty": {
        "rota": [
            {"name": "All", "zone": "Asia/Shanghai", "handover": "Mon 09:00", "since": "2026-09-07", "members": ["D1"]}
        ]
    }
}
QUESTION = "How has your week been?"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, MONDAY, more=DUTY) as made:
        yield made


@pytest.fixture
def counsellor(world: World) -> Phone:
    return world.staff("C1", "counsellor")


@pytest.fixture
def duty(world: World) -> Phone:
    return world.staff("D1", "counsellor")


@pytest.fixture
def office(world: World) -> Phone:
    return world.staff("O1", "office")


@pytest.fixture
def mei(world: World, counsellor: Phone, duty: Phone, office: Phone) -> Phone:
    """Abroad in New York since September; staff are there before her."""
    assert len({counsellor.chat_id, duty.chat_id, office.chat_id}) == 3
    return world.student("S1")


@pytest.fixture
def lin(world: World, mei: Phone) -> Phone:
    """A friend in the same city: the two have agreed to look out for each other."""
    friend = world.student("S2")
    _agree(world, mei, friend)
    return friend


def _agree(world: World, one: Phone, other: Phone) -> None:
    one.says("/buddy")
    world.settle()
    _presses(world, one, "Make a code")
    code = next(word for word in one.last.text.replace("\n", " ").split() if word.startswith("YX-"))
    other.says(f"/buddy {code}")
    world.settle()
    _presses(world, other, "Yes, gladly")
    world.forgets()


def _presses(world: World, phone: Phone, label: str) -> None:
    phone.presses(label)
    world.settle()


def _answers(world: World, phone: Phone) -> None:
    _presses(world, phone, "Fine")
    while phone.unheard:
        phone.hears()


def test_silence_goes_from_a_friend_over_counsellor_and_duty_phone_to_the_all_clear(
    world: World, mei: Phone, lin: Phone, counsellor: Phone, duty: Phone, office: Phone
) -> None:
    world.fast_forward(instant("2026-11-24 23:30"))  # Tuesday 18:30 on her wall
    mei.hears(QUESTION)
    lin.hears(QUESTION)
    _answers(world, lin)
    world.fast_forward(instant("2026-11-25 17:31"))
    mei.hears("You may just be busy")  # Wednesday 12:30
    world.fast_forward(instant("2026-11-26 17:31"))
    mei.hears()  # Thursday 12:30: once more, she has one channel
    assert world.cases("S1") == []
    world.fast_forward(instant("2026-11-26 23:00"))  # Thursday 18:00: missed; 07:00 on Friday in Beijing
    assert world.cases("S1") == [("missed", "open")]
    lin.hears("Can you reach Student S1?")
    assert counsellor.unheard == duty.unheard == office.unheard == [], "a friend first"
    _presses(world, lin, "I cannot right now")
    lin.hears("Others are looking after Student S1 too.")
    alarm = counsellor.hears("Student S1 has not answered.", "S2, a friend, cannot reach them either.")
    assert "Where: New York" in alarm.text
    assert duty.unheard == office.unheard == []
    world.fast_forward(instant("2026-11-27 07:00"))  # Friday, 14:00 in Beijing: who has not looked yet reads it again
    for phone in (counsellor, office):
        letter = phone.hears("2 abroad: 1 well, 1 silent", "1. Student S1 · New York: did not answer, case since Fri")
        assert "is on it" not in letter.text
    assert duty.unheard == [], "of whom nobody is in her care she reads nothing"
    world.fast_forward(instant("2026-11-27 23:00"))  # a day later nobody has moved
    duty.hears("Student S1 has not answered.")
    assert office.unheard == []
    _presses(world, duty, "I will take care of it")
    duty.hears("Thank you for taking this on.")
    counsellor.hears("is looking after Student S1 now.")
    mei.says("对不起，手机掉水里了")
    world.settle()
    while mei.unheard:
        mei.hears()
    for phone in (counsellor, duty):
        phone.hears("Student S1 has been heard from. You can let it rest.")
    lin.hears("We have heard from Student S1. Thank you for looking out!")
    assert office.unheard == [], "who was not alarmed needs no all-clear"
    assert world.cases("S1") == [("missed", "resolved")]
    world.fast_forward(days=3)  # and nobody hears of it again


def test_the_answer_that_comes_on_another_channel_five_minutes_after_the_alarm(
    world: World, mei: Phone, counsellor: Phone, duty: Phone, office: Phone
) -> None:
    person = world.app.database.read(lambda conn: by_number(conn, "S1"))
    assert person is not None
    page = Page(world.app, person.id)
    world._run(page.enrol())
    world.fast_forward(instant("2026-11-26 23:00"))
    counsellor.hears("Student S1 has not answered.")
    world.fast_forward(minutes=5)
    world._run(page.write("我在，只是没看手机"))
    counsellor.hears("Student S1 has been heard from. You can let it rest.")
    assert world.cases("S1") == [("missed", "resolved")]
    assert duty.unheard == office.unheard == []
    while mei.unheard:
        mei.hears()
    world.fast_forward(days=2)
    for phone in (counsellor, office):
        assert phone.hears().text == "1 abroad: 1 well. Nothing for you to do."
    assert duty.unheard == []


def test_where_nobody_is_on_duty_the_office_hears_at_once(tmp_path: Path) -> None:
    with world_at(tmp_path, MONDAY) as world:
        counsellor, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
        mei = world.student("S1")
        mei.says("/sos")
        world.settle()
        mei.hears("We are reaching the teacher on duty.", "911")
        for phone in (counsellor, office):
            phone.hears("Urgent: Student S1 has called for help")
        _presses(world, office, "I will take care of it")
        office.hears("Thank you for taking this on.")
        world.forgets()


def test_a_friend_who_is_missing_herself_is_not_asked(world: World, mei: Phone, lin: Phone, counsellor: Phone) -> None:
    world.fast_forward(instant("2026-11-26 23:00"))  # neither of the two has answered
    assert world.cases("S1") == world.cases("S2") == [("missed", "open")]
    for phone in (mei, lin):
        heard = []
        while phone.unheard:
            heard.append(phone.hears().text)
        assert not any("Can you reach" in text for text in heard)
    counsellor.hears("Student S1 has not answered.")  # at once
    world.forgets()


def test_a_friend_who_knows_that_she_is_well_spares_nobody_the_question(
    world: World, mei: Phone, lin: Phone, counsellor: Phone
) -> None:
    world.fast_forward(instant("2026-11-24 23:30"))
    lin.hears(QUESTION)
    _answers(world, lin)
    world.fast_forward(instant("2026-11-26 23:00"))
    lin.hears("Can you reach Student S1?")
    _presses(world, lin, "We have been in touch")
    lin.hears("We will still wait for a word from Student S1.")
    assert counsellor.unheard == []
    world.fast_forward(hours=2)
    counsellor.hears("Student S1 has not answered.", "a friend, says: all is well there.")
    while mei.unheard:
        mei.hears()
    world.forgets()
