"""Wall time to instants and back: the only file that converts.

A wall time that a spring change skips moves forward by the gap; one that an autumn change repeats takes the first.
Durations are added in UTC. Everything here is pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

BEIJING = "Asia/Shanghai"


@dataclass(frozen=True)
class Quiet:
    """Quiet hours on the wall: from `start` to `end`, usually across midnight."""

    start: time = time(22, 30)
    end: time = time(7, 0)


@cache
def zone(key: str) -> ZoneInfo:
    """Return the zone of an IANA key; ValueError if there is none.

    Always from the tzdata package that is locked with the code: the files of the machine may be years old, and then a
    student is asked an hour off.
    """
    if key not in _keys():
        raise ValueError(f"unknown time zone {key!r}")
    with files("tzdata").joinpath("zoneinfo", *key.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key)


@cache
def _keys() -> frozenset[str]:
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return frozenset(listed.split())


def rules_release() -> str:
    """Return the release of the time zone rules in use, say "2026f"."""
    first = files("tzdata").joinpath("zoneinfo", "tzdata.zi").read_text(encoding="ascii").partition("\n")[0]
    return first.removeprefix("# version ").strip()


def to_instant(day: date, at: time, zone_key: str) -> datetime:
    """Return the UTC instant at which the wall clock in the zone shows `at` on `day`."""
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0), tzinfo=zone(zone_key))
    return wall.astimezone(UTC)


def to_wall(instant: datetime, zone_key: str) -> datetime:
    """Return the aware local datetime of an instant in the zone."""
    return instant.astimezone(zone(zone_key))


def local_date(instant: datetime, zone_key: str) -> date:
    """Return the date on the wall calendar of the zone."""
    return to_wall(instant, zone_key).date()


def is_quiet(instant: datetime, zone_key: str, quiet: Quiet) -> bool:
    """Tell whether an instant lies in the quiet hours of the zone."""
    at = to_wall(instant, zone_key).time()
    if quiet.start <= quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def after_quiet(instant: datetime, zone_key: str, quiet: Quiet) -> datetime:
    """Return the instant itself, or the end of the quiet hours that it lies in."""
    if not is_quiet(instant, zone_key, quiet):
        return instant
    wall = to_wall(instant, zone_key)
    day = wall.date()
    if wall.time() >= quiet.end:
        day += timedelta(days=1)
    return to_instant(day, quiet.end, zone_key)


def days_of_rule(rule: str, start: date, until: date) -> Iterator[date]:
    """Yield the dates of an RFC 5545 RRULE from `start` (its DTSTART) to `until`, both included.

    ValueError when the rule is not one.
    """
    dates = rrulestr(rule, dtstart=datetime.combine(start, time(0)))  # naive on purpose: dates have no zone
    for moment in dates:
        if moment.date() > until:
            return
        yield moment.date()
