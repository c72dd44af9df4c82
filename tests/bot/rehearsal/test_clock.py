"""The clock of a rehearsal: it stands, flows up to an instant, and never goes back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.clock import RehearsalClock

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Seconds:
    def __init__(self) -> None:
        self.at = 50.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def clock(seconds: Seconds) -> RehearsalClock:
    return RehearsalClock(START.astimezone(timezone(HOUR)), seconds=seconds, real=lambda: START + 1000 * HOUR)


def test_it_stands_until_it_is_told_to_flow(clock: RehearsalClock, seconds: Seconds) -> None:
    seconds.at += 100
    assert clock.now() == START
    assert clock.now().tzinfo is UTC
    assert clock.real() == START + 1000 * HOUR


def test_it_flows_so_many_times_as_fast_and_no_further(clock: RehearsalClock, seconds: Seconds) -> None:
    clock.flow(START + HOUR, 100)
    seconds.at += 9
    assert clock.now() == START + timedelta(seconds=900)
    seconds.at += 1e12
    assert clock.now() == START + HOUR


def test_a_machine_whose_time_jumps_back_does_not_take_it_along(clock: RehearsalClock, seconds: Seconds) -> None:
    clock.flow(START + HOUR, 100)
    seconds.at -= 9
    assert clock.now() == START


def test_it_stops_where_it_is(clock: RehearsalClock, seconds: Seconds) -> None:
    clock.flow(START + HOUR, 1)
    seconds.at += 5
    assert clock.stop() == START + timedelta(seconds=5)
    seconds.at += 5
    assert clock.now() == START + timedelta(seconds=5)


def test_it_jumps_forward_only(clock: RehearsalClock) -> None:
    clock.jump(START + HOUR)
    assert clock.now() == START + HOUR
    with pytest.raises(ValueError, match="go back"):
        clock.jump(START)
    with pytest.raises(ValueError, match="go back"):
        clock.flow(START, 1)


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        RehearsalClock(START.replace(tzinfo=None))


def test_without_more_the_real_time_is_the_machine_s() -> None:
    clock = RehearsalClock(START)
    before = clock.real()
    clock.flow(START + 1000 * HOUR, 1_000_000)
    assert clock.now() >= START
    assert clock.real() >= before
