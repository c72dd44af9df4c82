"""Sessions as iCalendar (RFC 5545, 5546): the one file that knows the library. Mails, files and feeds are made of it.

Hours stand on the wall of a zone whose rules are written beside them, from the tzdata that is locked with the code: a
calendar program whose own rules are older still shows the right instant. Nobody but the reader is ever named.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vUri

from bot.local_time import to_wall
from bot.rendering.calendar_entries import Ends, Entry, Method, Part

PRODUCER = "-//Yanxin//Calendar//EN"
ALARM_BEFORE = timedelta(minutes=10)
FETCH_EVERY = timedelta(hours=1)
_NOBODY = "invalid:nomail"
"""An organizer who cannot be written to: the standard wants one, and no person is to be named."""


def as_calendar(entries: Sequence[Entry], method: Method, *, name: str = "", ends: Ends | None = None) -> str:
    """Return the text of a calendar; `name` is what a feed is called, `ends` are there when it goes by mail."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", FETCH_EVERY, parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for key in sorted({one.zone for one in entries}):
        walls = [to_wall(at, key) for one in entries if one.zone == key for at in (one.starts_at, one.ends_at)]
        calendar.add_component(_rules(key, min(walls).year, max(walls).year))
    for one in entries:
        calendar.add_component(_event(one, ends))
    text: str = calendar.to_ical().decode()
    return text


@lru_cache(maxsize=256)
def _rules(key: str, first_year: int, last_year: int) -> Timezone:
    """Return the rules of a zone for some years: one observance for each time that its clocks change.

    The library has a function for that, which lets summer time begin an hour late.
    """
    begin, end = datetime(first_year - 1, 12, 1, tzinfo=UTC), datetime(last_year + 1, 2, 1, tzinfo=UTC)
    rules = Timezone()
    rules.add("tzid", key)
    before = to_wall(begin, key)
    rules.add_component(_observance(before, before))
    at = begin
    while at < end:
        day_on = at + timedelta(days=1)
        if to_wall(day_on, key).utcoffset() != to_wall(at, key).utcoffset():
            rules.add_component(_observance(to_wall(at, key), to_wall(_change(at, day_on, key), key)))
        at = day_on
    return rules


def _change(low: datetime, high: datetime, key: str) -> datetime:
    """Return the instant between two at which the clocks of a zone change."""
    was = to_wall(low, key).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if to_wall(middle, key).utcoffset() == was else (low, middle)
    return high.replace(microsecond=0)


def _observance(before: datetime, after: datetime) -> TimezoneStandard | TimezoneDaylight:
    found: TimezoneStandard | TimezoneDaylight = TimezoneDaylight() if after.dst() else TimezoneStandard()
    old, new = before.utcoffset() or timedelta(), after.utcoffset() or timedelta()
    found.add("dtstart", (after.astimezone(UTC) + old).replace(tzinfo=None))  # on the clocks as they were
    found.add("tzoffsetfrom", old)
    found.add("tzoffsetto", new)
    found.add("tzname", after.tzname() or "LMT")
    return found


def _event(one: Entry, ends: Ends | None) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.changed_at)
    event.add("created", one.made_at)
    event.add("last-modified", one.changed_at)
    for what, at in (("dtstart", one.starts_at), ("dtend", one.ends_at)):
        event.add(what, _written(at, one.zone))
    event.add("summary", one.title)
    if one.about:
        event.add("description", one.about)
    if one.link:
        event.add("location", one.link)  # phones show it, where few show a URL
        event.add("url", vUri(one.link))
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if one.is_off else "CONFIRMED")
    free = one.is_off or one.part is Part.NO
    event.add("transp", "TRANSPARENT" if free else "OPAQUE")
    event.add("organizer", _organizer(ends))
    if ends is not None:
        event.add("attendee", _attendee(one, ends))
    if not free:
        event.add_component(_alarm(one))
    return event


def _written(at: datetime, key: str) -> datetime:
    """Return an instant as it is written: on the wall; in an hour that comes twice, in UTC, because calendars do not
    agree which of the two such a wall time is.
    """
    wall = to_wall(at, key)
    is_twice = wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()
    return at.astimezone(UTC) if is_twice else wall


def _organizer(ends: Ends | None) -> vCalAddress:
    found = vCalAddress(f"mailto:{ends.sender}" if ends else _NOBODY)
    if ends and ends.sender_name:
        found.params["cn"] = ends.sender_name
    return found


def _attendee(one: Entry, ends: Ends) -> vCalAddress:
    found = vCalAddress(f"mailto:{ends.reader}")
    found.params["cutype"] = "INDIVIDUAL"
    found.params["role"] = "REQ-PARTICIPANT"
    found.params["partstat"] = one.part.value
    found.params["rsvp"] = "TRUE" if ends.replies else "FALSE"
    return found


def _alarm(one: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -ALARM_BEFORE)
    alarm.add("description", one.title)
    return alarm
