"""The dates of a series: the same hour on the wall across clock changes, and what cannot be."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.local_time import to_instant, to_wall
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.rules import Plan
from bot.sessions.series import Every, Repeat, plans_of, repeat_in

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


def planned(wall: str, zone: str = BERLIN, rsvp_by: datetime | None = None) -> Plan:
    at = datetime.fromisoformat(wall)
    return Plan("学习", to_instant(at.date(), at.time(), zone), zone, 60, rsvp_by=rsvp_by)


def walls(plan: Plan, every: Every, times: int) -> list[str]:
    found = plans_of(plan, Repeat(every, times), NOW)
    return [f"{to_wall(one.starts_at, one.zone):%m-%d %H:%M}" for one in found]


def test_each_week_has_the_same_hour_on_the_wall_across_a_clock_change() -> None:
    plans = plans_of(planned("2026-10-18 20:00"), Repeat(Every.WEEK, 3), NOW)
    assert [f"{one.starts_at:%m-%d %H:%M}" for one in plans] == ["10-18 18:00", "10-25 19:00", "11-01 19:00"]
    assert {to_wall(one.starts_at, BERLIN).hour for one in plans} == {20}


def test_each_month_has_the_same_day() -> None:
    assert walls(planned("2026-10-28 20:00"), Every.MONTH, 4) == [f"{m}-28 20:00" for m in ("10", "11", "12", "01")]
    assert walls(planned("2026-12-31 20:00"), Every.MONTH, 2) == ["12-31 20:00", "01-31 20:00"]


def test_an_hour_that_the_clocks_leave_out_is_held_at_the_next_one_that_day_only() -> None:
    found = walls(planned("2027-03-21 02:30"), Every.WEEK, 3)
    assert found == ["03-21 02:30", "03-28 03:30", "04-04 02:30"]


def test_replies_are_wanted_as_long_before_each() -> None:
    at = planned("2026-10-18 20:00").starts_at
    plans = plans_of(planned("2026-10-18 20:00", rsvp_by=at - timedelta(hours=5)), Repeat(Every.WEEK, 2), NOW)
    assert {one.starts_at - (one.rsvp_by or one.starts_at) for one in plans} == {timedelta(hours=5)}


@pytest.mark.parametrize(
    ("every", "times", "fault"),
    [
        ("week", "0", Fault.TIMES),
        ("week", "500", Fault.TIMES),
        ("week", "53", Fault.TIMES),
        ("week", "-3", Fault.TIMES),
        ("week", "two", Fault.TIMES),
        ("week", "²", Fault.TIMES),
        ("week", "", Fault.TIMES),
        ("week", "1" * 400, Fault.TIMES),
        ("day", "3", Fault.EVERY),
        ("", "3", Fault.EVERY),
    ],
)
def test_nonsense_is_named(every: str, times: str, fault: Fault) -> None:
    with pytest.raises(SessionRefused) as refused:
        repeat_in(every, times)
    assert refused.value.fault is fault
    assert "{" not in str(refused.value)


def test_once_is_no_series() -> None:
    assert repeat_in(None, None) is None
    assert repeat_in(" ", "") is None


@pytest.mark.parametrize(
    ("first", "every", "times", "fault", "said"),
    [
        ("2026-10-31 20:00", Every.MONTH, 3, Fault.MONTH_DAY, "There is no 2026-11-31"),
        ("2027-01-30 20:00", Every.MONTH, 2, Fault.MONTH_DAY, "There is no 2027-02-30"),
        ("2026-10-28 20:00", Every.MONTH, 14, Fault.SERIES_FAR, "2027-11-28"),
        ("2026-10-28 20:00", Every.WEEK, 52, Fault.SERIES_FAR, "2027-10-20"),
    ],
)
def test_dates_that_cannot_be_are_named(first: str, every: Every, times: int, fault: Fault, said: str) -> None:
    with pytest.raises(SessionRefused, match=said) as refused:
        plans_of(planned(first), Repeat(every, times), NOW)
    assert refused.value.fault is fault
