"""When a digest comes, in every zone and over every clock change; and that a stop of ours brings one, not three."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digests.model import Every, Rhythm
from bot.digests.rules import NEAR, QUIET, Act, compared, decide, next_after, spread_of
from bot.local_time import is_quiet, to_wall

ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")
NO_SPREAD = Rhythm(spread=timedelta(0))
instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - see there


@given(st.sampled_from(ZONES), instants)
def test_the_weekly_one_comes_on_friday_at_two_on_the_wall_within_a_week(zone: str, now: datetime) -> None:
    found = next_after(1, Every.WEEKLY, NO_SPREAD, zone, now)
    assert found is not None
    wall = to_wall(found[1], zone)
    assert (wall.weekday(), wall.time()) == (4, time(14))
    assert found[0] == f"weekly:{wall.date().isoformat()}"
    assert now < found[1] <= now + timedelta(days=7, hours=2)


@given(st.integers(1, 10_000), st.sampled_from(ZONES), instants)
def test_the_daily_one_comes_on_every_working_day_once(person: int, zone: str, now: datetime) -> None:
    seen, at = [], now
    for _ in range(10):
        found = next_after(person, Every.DAILY, Rhythm(), zone, at)
        assert found is not None
        assert found[1] > at
        seen.append(found[0])
        at = found[1]
    assert len(set(seen)) == 10
    assert all(datetime.fromisoformat(one.removeprefix("daily:")).weekday() < 5 for one in seen)


def test_whoever_wants_none_gets_none() -> None:
    assert next_after(1, Every.OFF, Rhythm(), "Asia/Shanghai", datetime(2026, 11, 23, tzinfo=UTC)) is None


def test_the_spread_is_everybodys_own_and_even() -> None:
    rhythm = Rhythm(spread=timedelta(minutes=10))
    drawn = [spread_of(person, rhythm).total_seconds() for person in range(2000)]
    assert max(map(abs, drawn)) <= 600
    assert len({int(one // 60) for one in drawn}) >= 20
    assert drawn[7] == spread_of(7, rhythm).total_seconds()


@given(st.sampled_from(ZONES), instants, st.integers(0, 10 * 24 * 60), st.sampled_from([Every.WEEKLY, Every.DAILY]))
def test_after_a_stop_one_comes_by_day_or_the_next_is_near(zone: str, due: datetime, late: int, every: Every) -> None:
    now = due + timedelta(minutes=late)
    following = next_after(1, every, NO_SPREAD, zone, now)
    assert following is not None
    decision = decide(due, following[1], zone, now)
    if decision.act is Act.WRITE and late > 60:
        assert not is_quiet(now, zone, QUIET)
    elif decision.act is Act.WAIT:
        assert decision.until is not None
        assert decision.until > now
        assert not is_quiet(decision.until, zone, QUIET)
        assert decide(due, following[1], zone, decision.until).act is not Act.WAIT
    elif decision.act is Act.SKIP:
        assert following[1] - now <= NEAR + timedelta(hours=9)


@pytest.mark.parametrize(
    ("now", "before", "change"),
    [
        ({"well": 27, "silent": 2}, {"well": 29}, {"well": -2, "silent": 2}),
        ({"well": 3}, {"well": 3}, {}),
        ({"well": 3}, {}, {}),
    ],
)
def test_it_compares_with_the_week_before(now: dict[str, int], before: dict[str, int], change: dict[str, int]) -> None:
    assert compared(now, before) == change
