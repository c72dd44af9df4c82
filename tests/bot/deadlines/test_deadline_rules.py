"""When somebody is reminded of a day: thirty, seven and two days before, in her evening; what was missed is made up."""

from datetime import UTC, date, datetime, time

import pytest

from bot.deadlines.model import About
from bot.deadlines.rules import Telling, closes, day_in, next_telling, runs_out
from bot.local_time import Quiet

DUE = closes(date(2026, 12, 20), time(17))  # 09:00 UTC; 04:00 in New York, where it is the twentieth too
NEW_YORK = "America/New_York"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(now: str, *, was_told: bool = False, about: About = About.DEADLINE) -> Telling | None:
    due = DUE if about is About.DEADLINE else runs_out(date(2026, 12, 20))
    return next_telling(about, due, NEW_YORK, Quiet(), at(now), was_told=was_told)


def test_thirty_seven_and_two_days_before_in_her_evening() -> None:
    assert following("2026-11-01 12:00") == Telling(30, at("2026-11-20 23:30"))
    assert following("2026-11-20 23:30", was_told=True) == Telling(7, at("2026-12-13 23:30"))
    assert following("2026-12-13 23:30", was_told=True) == Telling(2, at("2026-12-18 23:30"))
    assert following("2026-12-18 23:30", was_told=True) is None


def test_what_was_entered_late_is_told_at_once_but_not_at_night() -> None:
    assert following("2026-11-25 15:00") == Telling(0, at("2026-11-25 15:00"))
    assert following("2026-11-25 06:00") == Telling(0, at("2026-11-25 12:00"))  # seven in New York
    assert following("2026-12-13 10:00") == Telling(7, at("2026-12-13 23:30"))  # so soon it need not be said twice
    assert following("2026-12-19 15:00") == Telling(0, at("2026-12-19 15:00"))


def test_what_is_over_is_told_nobody() -> None:
    assert following("2026-12-20 09:00") is None
    assert following("2026-12-20 08:00") is None  # her night does not end before it


def test_papers_have_longer() -> None:
    assert following("2026-09-01 12:00", about=About.VISA) == Telling(90, at("2026-09-21 22:30"))


def test_without_an_hour_a_deadline_is_the_end_of_its_day_in_beijing() -> None:
    assert closes(date(2026, 12, 20), None) == at("2026-12-20 15:59")


@pytest.mark.parametrize("text", ["2031-05-20", "2031/5/20", " 2031.5.20 ", "2031年5月20日"])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert day_in(text) == date(2031, 5, 20)


@pytest.mark.parametrize("text", ["", "tomorrow", "2031-13-01", "20-05", "2031-05-20-1", "２０３１-05-20", "0-1-1"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_in(text) is None
