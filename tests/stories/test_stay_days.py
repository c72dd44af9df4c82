"""What a stay itself reminds of: the embassy a week after landing, and the last days of other forms of her report."""

from datetime import date
from pathlib import Path

from sqlalchemy import update

from bot.deadlines.store import reminders
from bot.trips.store import trips
from tests.fakes.telegram_phone import Message, Phone
from tests.stories.test_reports import read
from tests.stories.world import World, instant, world_at

PAGE = "https://embassy.example.org/register"
LINKS = {"contacts": {"registration": {"DE": PAGE}}}


def presses(world: World, phone: Phone, button: str) -> Message:
    phone.presses(button)
    world.settle()
    return phone.hears()


def says(world: World, phone: Phone, words: str) -> Message:
    phone.says(words)
    world.settle()
    return phone.hears()


def writes(world: World, **values: object) -> None:
    world.app.database.write(lambda conn: conn.execute(update(trips).values(**values)))


def heard(phone: Phone, piece: str) -> list[Message]:
    """Return what arrived with some words in it, and let the rest be."""
    found = [phone.hears() for _ in range(len(phone.unheard))]
    return [one for one in found if piece in one.text]


def test_a_week_after_landing_she_hears_of_the_embassy_once_and_may_put_it_off(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-09-03 10:00", digests=False, more=LINKS) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", "Berlin", "DE", departs="2026-09-01", returns="2027-06-30")
        world.fast_forward(hours=1)  # planned by the day after her departure
        writes(world, landing_at=instant("2026-09-03 08:00"))
        world.fast_forward(to=instant("2026-09-10 16:29"))
        world.forgets()
        world.fast_forward(to=instant("2026-09-10 16:30"))
        asked = mei.hears("You have been there for a week", PAGE)
        assert asked.labels == ["Done ✓", "In a week", "Not for me"]
        assert "in a week" in presses(world, mei, "In a week").text
        world.fast_forward(to=instant("2026-09-17 16:30"))
        assert len(heard(mei, PAGE)) == 1
        assert "that is done ✓ No more reminders: Registering with the embassy." in presses(world, mei, "Done ✓").text
        assert len(read(world, lambda conn: conn.execute(reminders.select()).all())) == 1
        assert PAGE not in says(world, mei, "/list").text
        world.cares = False


def test_the_last_days_of_a_form_move_with_the_stay_and_end_when_it_is_handed_in(tmp_path: Path) -> None:
    with world_at(tmp_path, "2027-02-20 12:00", digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", "Berlin", "DE", departs="2026-09-01", returns="2027-08-01")
        li = world.student("S2", "Berlin", "DE", departs="2026-09-01", returns="2027-08-01")
        writes(world, funding="国家公派 CSC")
        world.forgets()
        world.fast_forward(hours=1)  # thirty days before is past, so it is made up for
        (told,) = heard(mei, "Progress report to the scholarship council 1/2")
        assert len(heard(li, "Progress report to the scholarship council 1/2")) == 1
        assert "Mon 1 Mar, 16:59 (Mon 1 Mar, 23:59 in Beijing)" in told.text
        assert told.labels == ["Handed in ✓", "Not for me"]
        mei.presses("Handed in ✓", told)
        world.settle()
        mei.hears("“Progress report to the scholarship council 1/2”")
        writes(world, departs=date(2026, 8, 29))  # its day moves to the end of February
        world.fast_forward(hours=1)
        world.fast_forward(to=instant("2027-02-26 17:30"))
        assert heard(mei, "Progress report") == []
        moved, *before = heard(li, "Progress report")
        assert "has a new last day: Sun 28 Feb" in moved.text
        assert len(before) == 2  # seven and two days before
        world.cares = False
