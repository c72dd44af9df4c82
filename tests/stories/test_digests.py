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


def test_everybody_reads_on_friday_at_two_on_the_own_wall(world: World) -> None:
    counsellor = world.staff("C1", "counsellor")
    office = world.staff("O1", "office", zone="Europe/London")
    coordinator = world.staff("K1", "coordinator", scope="country:US", zone="America/New_York")
    supervisor = world.staff("P1", "supervisor", zone="Asia/Tokyo")
    secretary = world.staff("S1", "secretary", zone="Australia/Sydney")
    world.student("A", linked=False)
    world.student("B", "Tokyo", "JP", linked=False, supervisor="P1", returns="2026-12-02")
    at = {
        "Sydney": (secretary, "03:00", ["What concerns your branch stands on its page:"]),
        "Tokyo": (supervisor, "05:00", ["Of the students you supervise 1 is abroad.", "Coming home within a week:"]),
        "Beijing": (counsellor, "06:00", ["2 abroad: 2 not reached (that is not silence)"]),
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
    world.fast_forward(hours=20)  # no second channel, no alarm
    assert mei.unheard == office.unheard == []
    world.forgets()
    presses(world, counsellor, "We have spoken", taken)
    assert world.cases("A") == [("missed", "resolved")]
    world.forgets()
