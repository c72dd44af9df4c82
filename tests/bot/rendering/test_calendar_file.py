"""Calendars read back by ical.js: the right instants in every kind of zone, around each change of its clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.local_time import zone
from bot.rendering.calendar_entries import Ends, Entry, Method, Part
from bot.rendering.calendar_file import as_calendar
from tests.support.calendars import read

pytestmark = pytest.mark.node
NIGHT = datetime(2026, 10, 24, 22, tzinfo=UTC)
"""Two hours before Berlin's clocks are set back; Sydney's were set on three weeks before."""
ZONES = (
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "America/Santiago",
    "Pacific/Chatham",
)


def entry(starts_at: datetime, key: str = "Europe/Berlin", **values: object) -> Entry:
    made: dict[str, object] = {
        "uid": f"{key}-{starts_at:%Y%m%d%H%M}",
        "sequence": 0,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "zone": key,
        "made_at": NIGHT,
        "changed_at": NIGHT,
        "title": "线上活动",
    }
    return Entry(**made | values)  # type: ignore[arg-type]


def changes_of(key: str) -> list[datetime]:
    """Return the hours around which a zone's clocks change from autumn 2026 to autumn 2027."""
    hours = [datetime(2026, 9, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 420)]
    offsets = [at.astimezone(zone(key)).utcoffset() for at in hours]
    return [at for at, before, after in zip(hours[1:], offsets, offsets[1:], strict=False) if before != after]


@pytest.mark.parametrize("key", ZONES)
def test_instants_survive_each_clock_change(key: str) -> None:
    around = [at + timedelta(minutes=30 * n) for at in changes_of(key) or [NIGHT] for n in range(-5, 6)]
    (seen,) = read(as_calendar([entry(at, key) for at in around], Method.PUBLISH))
    assert seen["zones"] == [key]
    assert [one["starts_at"] for one in seen["events"]] == [f"{at:%Y-%m-%dT%H:%M:00.000Z}" for at in around]
    assert [one["ends_at"] for one in seen["events"]] == [
        f"{at + timedelta(hours=1):%Y-%m-%dT%H:%M:00.000Z}" for at in around
    ]


def test_her_wall_is_written_and_nobody_else_is_named() -> None:
    ends = Ends("bot@uni.example", "雁信", "mei@uni.example")
    text = as_calendar([entry(NIGHT, link="https://x.example/a?b=1&c=2,3")], Method.REQUEST, ends=ends)
    (seen,) = read(text)
    (event,) = seen["events"]
    assert (seen["method"], event["wall"], event["zone"]) == ("REQUEST", "2026-10-25T00:00:00", "Europe/Berlin")
    assert (event["organizer"], event["attendees"]) == ("mailto:bot@uni.example", ["mailto:mei@uni.example"])
    assert event["link"] == event["place"] == "https://x.example/a?b=1&c=2,3"
    assert event["alarm"] == "-PT10M"
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_what_she_declined_or_is_off_rings_no_bell() -> None:
    (seen,) = read(as_calendar([entry(NIGHT, part=Part.NO), entry(NIGHT, is_off=True)], Method.PUBLISH))
    assert [one["alarm"] for one in seen["events"]] == [None, None]
    assert [one["status"] for one in seen["events"]] == ["CONFIRMED", "CANCELLED"]


def test_an_empty_feed_is_a_calendar() -> None:
    (seen,) = read(as_calendar([], Method.PUBLISH, name="雁信"))
    assert seen["events"] == []
