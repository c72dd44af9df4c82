"""Five minutes on Friday: what a counsellor, a coordinator, a secretary, a supervisor and the office read, and do."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.telegram_phone import Message, Phone
from tests.stories.world import World, instant, world_at

MONDAY = "2026-11-23 00:00"
FRIDAY = "2026-11-27"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, MONDAY, more={"digest": {"spread_minutes": 0}}) as made:
        yield made


def presses(world: World, phone: Phone, label: str, message: Message | None = None) -> None:
    phone.presses(label, message)
    world.settle()


def drop(phone: Phone) -> None:
    while phone.unheard:
        phone.hears()


def test_everybody_reads_on_friday_at_two_on_the_own_wall(world: World) -> None:
    counsellor = world.staff("C1", "counsellor")
    office = world.staff("O1", "office", zone="Europe/London")
    coordinator = world.staff("K1", "coordinator", scope="country:US", zone="America/New_York")
    supervisor = world.staff("P1", "supervisor", zone="Asia/Tokyo")
    secretary = world.staff("S1", "secretary", zone="Australia/Sydney")
    world.student("A", linked=False)
    world.student("B", "Tokyo", "JP", linked=False, supervisor="P1", returns="2026-12-02")
    at = {
        "Sydney": (secretary, "03:00", ["There is a page for you this week:"]),
        "Tokyo": (supervisor, "05:00", ["Of the students you supervise 1 is abroad.", "Coming home within a week:"]),
        "Beijing": (
            counsellor,
            "06:00",
            [
                "2 abroad: 2 not reached (that is not silence)",
                "Nothing reaches 2 students now:",
                "Student A · New York: no channel yet",
            ],
        ),
        "London": (office, "14:00", ["2 abroad: 2 not reached (that is not silence)"]),
        "New York": (coordinator, "19:00", ["1 abroad: 1 not reached"]),
    }
    for phone, time, words in at.values():
        world.fast_forward(instant(f"{FRIDAY} {time}") - timedelta(minutes=1))
        world.forgets()
        world.fast_forward(instant(f"{FRIDAY} {time}"))
        assert phone.unheard, f"nothing came at {time}"
        letter = phone.hears(*words)
        assert "Student A" not in letter.text or phone is not supervisor
        for other, _, _ in at.values():
            assert other is phone or not other.unheard
    world.forgets()


def test_of_a_silent_student_everybody_sees_who_calls_and_the_reminders_end(world: World) -> None:
    counsellor, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
    mei = world.student("A", "Kyoto", "JP")
    world.fast_forward(instant("2026-11-24 09:30"))
    mei.hears("How has your week been?")
    counsellor.says("/digest daily")
    world.settle()
    counsellor.hears("every day from Monday to Friday", "Wed 25 Nov, 14:00")
    world.fast_forward(instant("2026-11-25 06:00"))
    mei.hears()
    letter = counsellor.hears("1 abroad: 1 silent")
    assert "Student A · Kyoto: asked on Tue 24 Nov, 17:30 and reminded, no answer yet" in letter.text
    presses(world, counsellor, "Student A", letter)
    card = counsellor.hears("Student A · Kyoto")
    assert card.labels == ["I will call", "We have spoken", "Two more days", "Remind now", "Pass on"]
    presses(world, counsellor, "I will call", card)
    taken = counsellor.hears("Thank you for taking this on.")
    assert world.cases("A") == [("missed", "acknowledged")]
    assert world.responses("A")[-1]["state"] == "late"  # her time is not up
    world.fast_forward(hours=20)  # no second channel, no alarm
    assert mei.unheard == office.unheard == []
    world.forgets()
    presses(world, counsellor, "We have spoken", taken)
    counsellor.hears("Noted")
    drop(mei)
    world.fast_forward(instant("2026-11-26 06:00"))
    letter = counsellor.hears("1 abroad: 1 silent")  # she has not answered; whoever spoke with her is not sent again
    assert "somebody:" not in letter.text
    world.fast_forward(instant("2026-11-26 12:00"))  # her time is up, and nobody is alarmed of it
    assert world.responses("A")[-1]["state"] == "missed"
    assert world.cases("A") == [("missed", "resolved")]
    assert mei.unheard == counsellor.unheard == office.unheard == []


def test_whoever_answers_after_a_call_was_promised_has_not_missed_it(world: World) -> None:
    counsellor = world.staff("C1", "counsellor")
    mei = world.student("A", "Kyoto", "JP")
    counsellor.says("/digest daily")
    world.fast_forward(instant("2026-11-25 06:00"))
    question = mei.hears("How has your week been?")
    world.forgets()
    presses(world, counsellor, "Student A")
    presses(world, counsellor, "I will call", counsellor.hears())
    counsellor.hears("Thank you for taking this on.")
    presses(world, mei, "Fine", question)
    counsellor.hears("Student A has been heard from. You can let it rest.")
    world.forgets()
    world.fast_forward(instant("2026-11-26 12:00"))
    assert (world.responses("A")[-1]["state"], world.responses("A")[-1]["answer"]) == ("answered", "fine")
    assert world.cases("A") == [("missed", "resolved")]
    counsellor.hears("1 abroad: 1 well. Nothing for you to do.")


def test_she_is_reminded_by_hand_once_and_everybody_sees_by_whom(world: World) -> None:
    counsellor, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
    mei = world.student("A", "Kyoto", "JP")
    for phone in (counsellor, office):
        phone.says("/digest daily")
    world.fast_forward(instant("2026-11-25 06:00"))
    world.forgets()
    presses(world, counsellor, "Student A")
    presses(world, counsellor, "Remind now", counsellor.hears("Student A · Kyoto"))
    assert "C1 of the staff has reminded" in counsellor.hears("The reminder goes out").text
    mei.hears("You may just be busy")
    presses(world, office, "Student A")
    card = office.hears("C1 of the staff has reminded")
    presses(world, office, "Remind now", card)
    office.hears("A reminder has gone out already.")
    assert mei.unheard == []
    world.forgets()


def test_she_is_passed_on_to_somebody_who_hears_from_whom(world: World) -> None:
    counsellor, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
    mei = world.student("A", "Kyoto", "JP")
    counsellor.says("/digest daily")
    world.fast_forward(instant("2026-11-25 06:00"))
    world.forgets()
    presses(world, counsellor, "Student A")
    presses(world, counsellor, "Pass on", counsellor.hears("Student A · Kyoto"))
    presses(world, counsellor, "O1 of the staff", counsellor.hears("Who shall look after Student A?"))
    counsellor.hears("O1 of the staff looks after Student A now and has been told.")
    office.hears("C1 of the staff hands Student A over to you")
    assert world.cases("A") == [("missed", "acknowledged")]
    world.fast_forward(instant("2026-11-25 12:00"))
    drop(mei)
    assert world.responses("A")[-1]["state"] == "late"
    presses(world, office, "We have spoken")
    world.forgets()


def test_two_more_days_move_the_reminders_and_the_alarm(world: World) -> None:
    counsellor = world.staff("C1", "counsellor")
    mei = world.student("A", "Kyoto", "JP")
    counsellor.says("/digest daily")
    world.fast_forward(instant("2026-11-25 06:00"))
    world.forgets()
    presses(world, counsellor, "Student A")
    presses(world, counsellor, "Two more days", counsellor.hears("Student A · Kyoto"))
    counsellor.hears("C1 of the staff gave time until Sat 28 Nov", "No reminder and no alarm comes before then.")
    world.fast_forward(instant("2026-11-26 05:00"))
    counsellor.says("/digest weekly")
    world.settle()
    world.forgets()
    world.fast_forward(instant("2026-11-28 03:00"))
    assert mei.unheard == []
    assert "gave time until Sat 28 Nov" in counsellor.hears("1 abroad: 1 silent").text
    world.fast_forward(instant("2026-11-28 12:00"))
    assert world.cases("A") == [("missed", "open")]
    world.forgets()


def test_a_month_without_a_look_is_told_to_the_office_and_a_word_in_chat_is_a_look(world: World) -> None:
    away, here, office = (
        world.staff(one, role) for one, role in (("C1", "counsellor"), ("C2", "counsellor"), ("O1", "office"))
    )
    world.student("A", linked=False)
    world.student("B", linked=False, counsellor="C2")
    world.fast_forward(days=20)
    here.says("/status")
    world.fast_forward(instant("2026-12-25 05:59"))
    world.forgets()
    world.fast_forward(instant("2026-12-25 06:00"))
    assert "Has not looked at anything here for a month: C1 of the staff" in office.hears("2 abroad").text.splitlines()
    assert "looked" not in away.hears("1 abroad").text
    world.forgets()
