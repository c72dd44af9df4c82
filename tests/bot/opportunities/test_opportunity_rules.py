"""When somebody hears of an opportunity: in her day, news once a week, and before its last day."""

from datetime import UTC, date, datetime, time

import pytest

from bot.local_time import Quiet
from bot.opportunities.rules import Reminder, closes, good_hour, news_at, next_reminder

NEW_YORK = "America/New_York"
DAYS = (30, 7)
DUE = closes(date(2026, 12, 31), time(17))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "good"),
    [
        ("2026-11-25 15:00", "2026-11-25 15:00"),  # ten in New York
        ("2026-11-25 06:00", "2026-11-25 14:00"),  # one in the night there: at nine
        ("2026-11-25 13:59", "2026-11-25 14:00"),
        ("2026-11-26 01:30", "2026-11-26 14:00"),  # half past eight in the evening: tomorrow
    ],
)
def test_a_good_hour_is_in_her_day(now: str, good: str) -> None:
    assert good_hour(at(now), NEW_YORK, Quiet()) == at(good)


def test_quiet_hours_of_the_programme_hold_too() -> None:
    assert good_hour(at("2026-11-25 06:00"), NEW_YORK, Quiet(time(22), time(10))) == at("2026-11-25 15:00")


def test_the_first_news_come_at_once_and_the_next_a_week_later() -> None:
    now = at("2026-11-25 15:00")
    assert news_at(now, NEW_YORK, Quiet(), None, DUE, DAYS) == now
    assert news_at(now, NEW_YORK, Quiet(), at("2026-11-23 15:00"), DUE, DAYS) == at("2026-11-30 15:00")
    assert news_at(now, NEW_YORK, Quiet(), at("2026-11-18 15:00"), DUE, DAYS) == now


def test_what_closes_soon_does_not_wait_for_a_week() -> None:
    now, told = at("2026-11-25 15:00"), at("2026-11-24 15:00")
    assert news_at(now, NEW_YORK, Quiet(), told, at("2026-12-08 15:00"), DAYS) == at("2026-12-01 15:00")
    assert news_at(now, NEW_YORK, Quiet(), told, at("2026-12-08 14:00"), DAYS) == now
    assert news_at(now, NEW_YORK, Quiet(), told, at("2026-12-08 14:00"), ()) == at("2026-12-01 15:00")


def test_thirty_and_seven_days_before_in_her_evening() -> None:
    assert next_reminder(DUE, DAYS, NEW_YORK, at("2026-11-01 12:00"), None) == Reminder(30, at("2026-12-01 23:30"))
    assert next_reminder(DUE, DAYS, NEW_YORK, at("2026-12-01 23:30"), None) == Reminder(7, at("2026-12-24 23:30"))
    assert next_reminder(DUE, DAYS, NEW_YORK, at("2026-12-24 23:30"), None) is None
    assert next_reminder(DUE, (), NEW_YORK, at("2026-11-01 12:00"), None) is None


def test_whoever_has_just_heard_of_it_is_not_reminded_the_same_day() -> None:
    heard = at("2026-12-01 15:00")
    assert next_reminder(DUE, DAYS, NEW_YORK, heard, heard) == Reminder(7, at("2026-12-24 23:30"))


def test_without_an_hour_it_closes_with_its_day_in_beijing() -> None:
    assert closes(date(2026, 12, 31), None) == at("2026-12-31 15:59")
