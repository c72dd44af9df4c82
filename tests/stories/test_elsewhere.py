"""She is somewhere else for a while: three weeks that she tells us of, and a weekend that needs nothing from her."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.telegram_phone import Phone
from tests.stories.world import World, instant, world_at

QUESTION = "How has your week been?"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, "2026-09-07 12:00") as made:
        yield made


@pytest.fixture
def staff(world: World) -> tuple[Phone, Phone]:
    return world.staff("C1", "counsellor"), world.staff("O1", "office")


@pytest.fixture
def mei(world: World, staff: tuple[Phone, Phone]) -> Phone:
    assert staff
    return world.student("S1")


def answers(world: World, mei: Phone, on: str, wall: str) -> None:
    """Let time pass to the instant at which she must be asked, and answer."""
    world.fast_forward(instant(on))
    assert world.wall("S1") == wall
    question = mei.hears(QUESTION)
    mei.presses("Fine", question)
    world.settle()
    mei.hears("thank you for telling us")


def test_three_weeks_in_osaka_and_home_again(world: World, mei: Phone, staff: tuple[Phone, Phone]) -> None:
    answers(world, mei, "2026-09-08 22:30", "Tue 2026-09-08 18:30")
    world.fast_forward(instant("2026-09-10 14:00"))
    mei.says("Where I am")
    world.settle()
    mei.hears("We think you are in New York", "A weekend away needs nothing from you.")
    mei.says("Osaka")
    world.settle()
    mei.presses("Three weeks", mei.hears("Osaka, where it is 23:00 now."))
    world.settle()
    mei.hears("until Thu 1 Oct we go by the clock in Osaka", "We will ask again on Tue 15 Sep, 18:30")
    answers(world, mei, "2026-09-15 09:30", "Tue 2026-09-15 18:30")
    answers(world, mei, "2026-09-22 09:30", "Tue 2026-09-22 18:30")
    answers(world, mei, "2026-09-29 09:30", "Tue 2026-09-29 18:30")
    world.fast_forward(instant("2026-10-01 14:59"))
    assert world.wall("S1") == "Thu 2026-10-01 23:59"
    world.fast_forward(minutes=1)  # her last day there is over; nobody has to say so
    assert world.wall("S1") == "Thu 2026-10-01 11:00"
    answers(world, mei, "2026-10-13 22:30", "Tue 2026-10-13 18:30")
    assert all("1 abroad: 1 well" in text for one in staff for text in world.reads_digests(one))


def test_a_weekend_elsewhere_needs_nothing(world: World, mei: Phone, staff: tuple[Phone, Phone]) -> None:
    world.fast_forward(instant("2026-09-08 22:30"))
    mei.presses("Fine", mei.hears(QUESTION))
    world.settle()
    mei.hears("thank you for telling us")
    world.fast_forward(instant("2026-09-14 12:00"))  # she was in Chicago from Friday to Sunday, and nobody asked
    answers(world, mei, "2026-09-15 22:30", "Tue 2026-09-15 18:30")
    assert all("1 abroad: 1 well" in text for one in staff for text in world.reads_digests(one))
