"""How long finding the hour takes: fifty members of ten zones, four weeks, a slot every half hour."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from bot.clock import monotonic
from bot.sessions.hours import propose
from bot.sessions.hours_model import Attendee, Busy
from tests.bench.figures import Figure, percentile

ZONES = (
    *("Asia/Shanghai", "America/New_York", "America/Los_Angeles", "Europe/London", "Europe/Berlin"),
    *("Asia/Kathmandu", "Australia/Sydney", "Pacific/Auckland", "America/Sao_Paulo", "Asia/Tokyo"),
)
START = datetime(2026, 10, 19, tzinfo=UTC)  # clocks change in Europe and in the USA within these weeks
MEMBERS, ROUNDS, LIMIT = 50, 20, 300


def figures(_server: str) -> Iterator[Figure]:
    """Yield one figure: the slowest of twenty, everybody with busy times of her own."""
    taken = []
    for number in range(ROUNDS):
        attendees = [
            Attendee(one, ZONES[one % 10], busy=(Busy(frozenset({(one + number) % 7}), time(8 + one % 9), time(18)),))
            for one in range(MEMBERS)
        ]
        begun = monotonic()
        propose(attendees, START, START + timedelta(days=28), length=timedelta(hours=1))
        taken.append((monotonic() - begun) * 1000)
    value = f"{percentile(taken, 0.5):.0f} ms, slowest {max(taken):.0f} ms"
    yield Figure(
        "the best hours for 50 members, 4 weeks, every 30 minutes",
        "in memory",
        value,
        target=f"< {LIMIT} ms",
        met=max(taken) < LIMIT,
    )
