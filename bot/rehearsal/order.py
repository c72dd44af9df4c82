"""What somebody asks of a rehearsal on the command line, read from text. Pure; `bot.cli.run` calls it."""

import math
from datetime import UTC, datetime

from bot.errors import UsageError

SLOWEST, FASTEST = 0.01, 1_000_000.0
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def read_speed(text: str | None) -> float:
    """Return how many times as fast as real time, 1 when nothing was said; UsageError for what is no such number."""
    if text is None:
        return 1.0
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not SLOWEST <= speed <= FASTEST:  # false for NaN too
        raise UsageError(
            f"--speed {text}: write how many times as fast as real time, a number from {SLOWEST:g} to {FASTEST:.0f}."
        )
    return speed


def read_start(text: str | None) -> datetime | None:
    """Return the instant at which to start, in UTC, None when nothing was said; UsageError when it is none."""
    if text is None:
        return None
    example = "write a date, an hour and its zone, say 2026-11-24T18:30+08:00"
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--start-at {text!r} is no instant; {example}.") from None
    if start.tzinfo is None:
        raise UsageError(f"--start-at {text!r} does not say in which zone; {example}.")
    if not EARLIEST <= start <= LATEST:
        raise UsageError(f"--start-at {text!r}: name an instant between the years {EARLIEST.year} and {LATEST.year}.")
    return start.astimezone(UTC)
