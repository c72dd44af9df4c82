"""What is said on the command line: an instant with its zone, a speed above nothing; anything else is one sentence."""

from datetime import UTC, datetime

import pytest

from bot.errors import UsageError
from bot.rehearsal.order import read_speed, read_start


@pytest.mark.parametrize(("text", "speed"), [(None, 1.0), ("10000", 10000.0), ("0.5", 0.5), ("1e6", 1e6)])
def test_a_speed(text: str | None, speed: float) -> None:
    assert read_speed(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "fast", "", "nan", "inf", "1e9", "10x"])
def test_no_speed(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--speed .*a number from 0\.01 to 1000000\.$"):
        read_speed(text)


@pytest.mark.parametrize(
    "text", ["2026-11-24T18:30+08:00", "2026-11-24T10:30Z", "2026-11-24 10:30:00+00:00", "20261124T103000Z"]
)
def test_a_start(text: str) -> None:
    start = read_start(text)
    assert start == datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    assert start.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-11-24T18:30", "in which zone"),
        ("2026-11-24", "in which zone"),
        ("tomorrow", "no instant"),
        ("", "no instant"),
        ("2026-13-01T00:00Z", "no instant"),
        ("9999-12-31T23:59Z", "between the years"),
        ("0001-01-01T00:00+08:00", "between the years"),
    ],
)
def test_no_start(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as refused:
        read_start(text)
    assert "\n" not in str(refused.value)
