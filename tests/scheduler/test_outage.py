"""When tries that come to nothing mean that a channel is down."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.outbox.model import Result, ResultKind
from scheduler.outage import DOWN, KNOWN_FOR, LEAST_FAILURES, LEAST_TIME, Outage

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
FAILED = Result(ResultKind.RETRY_AT, reason="not_connected")


class At:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def failing(at: At, *, times: int, over: timedelta) -> Outage:
    outage = Outage(at)
    for number in range(times):
        at.now = START + over * number / max(1, times - 1)
        outage.note(FAILED)
    return outage


def test_several_failures_over_minutes_are_an_outage() -> None:
    assert failing(At(), times=LEAST_FAILURES, over=LEAST_TIME).troubles() == {DOWN: LEAST_FAILURES}


@pytest.mark.parametrize(
    ("times", "over"), [(LEAST_FAILURES - 1, LEAST_TIME), (50, LEAST_TIME - timedelta(seconds=1)), (0, LEAST_TIME)]
)
def test_few_failures_or_many_at_once_are_none(times: int, over: timedelta) -> None:
    assert failing(At(), times=times, over=over).troubles() == {}


@pytest.mark.parametrize("kind", [ResultKind.ACCEPTED, ResultKind.PERSON_GONE, ResultKind.ADDRESS_WRONG])
def test_a_platform_that_answers_works(kind: ResultKind) -> None:
    at = At()
    outage = failing(at, times=9, over=LEAST_TIME)
    outage.note(Result(kind))
    assert outage.troubles() == {}
    at.now += LEAST_TIME
    outage.note(FAILED)
    assert outage.troubles() == {}


def test_a_closed_window_says_nothing_of_the_platform() -> None:
    at = At()
    outage = failing(at, times=9, over=LEAST_TIME)
    outage.note(Result(ResultKind.NOT_NOW))
    assert outage.troubles() == {DOWN: 9}


def test_with_nothing_more_to_send_it_is_forgotten() -> None:
    at = At()
    outage = failing(at, times=9, over=LEAST_TIME)
    at.now += KNOWN_FOR
    assert outage.troubles() == {DOWN: 9}
    at.now += timedelta(seconds=1)
    assert outage.troubles() == {}
