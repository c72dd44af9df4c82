"""What makes a programme sound beyond its shape: which recurrence rules and which ladders are refused, and why. Pure;
`bot/programmes/parse.py` calls it and puts the place of each fault in front.
"""

import re
from collections.abc import Sequence
from datetime import time
from itertools import pairwise
from typing import NamedTuple

from bot.local_time import Quiet
from bot.programmes.model import After, Rung, Step

TRIP_TYPES = (
    "joint_training",
    "degree",
    "exchange",
    "research_visit",
    "short_visit",
    "summer_school",
    "conference",
    "internship",
    "io_internship",
    "competition",
    "volunteering",
)
"""The words of `bot.trips` for kinds of stay; nouns do not import each other, a test holds the two lists together."""
LEVELS = ("bachelor", "master", "doctor")
"""The words of `bot.people` for levels of study, held together in the same way."""

DAY = 24 * 60
WEEKDAYS = "MO TU WE TH FR SA SU"
LONGEST_INTERVAL = {"DAILY": 366, "WEEKLY": 52, "MONTHLY": 12}
# Up to these every month of the year is met.
LONGEST_INTERVAL_WITH_MONTHS = {"DAILY": 28, "WEEKLY": 4, "MONTHLY": 1}
LAST_DAY_OF_EVERY_MONTH = 28
KNOWN_PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST"})


class Fault(NamedTuple):
    """What is wrong and how to mend it; whoever knows the place adds it."""

    what: str
    mend: str


def rule_fault(rule: str) -> Fault | None:
    """Return why an RRULE is refused, or None when it is sound.

    Only what surely has a next day is let through: a rule that never comes true would ask nobody, and look fine.
    """
    parts: dict[str, str] = {}
    for part in rule.split(";"):
        match = re.fullmatch(r"([A-Z]+)=([A-Z0-9,+-]+)", part)
        if match is None or match[1] in parts:
            return Fault(f"{rule!r} is no RRULE", 'write it like "FREQ=WEEKLY;BYDAY=TU"')
        parts[match[1]] = match[2]
    return _name_fault(parts) or _value_fault(parts) or _day_fault(parts) or _meeting_fault(parts)


def _name_fault(parts: dict[str, str]) -> Fault | None:
    ends = sorted({"COUNT", "UNTIL"} & parts.keys())
    if ends:
        return Fault(f"{ends[0]} ends the rule, but the stay does that", f"remove {ends[0]}")
    hours = sorted({"BYHOUR", "BYMINUTE", "BYSECOND"} & parts.keys())
    if hours:
        return Fault(f"{hours[0]} does not belong in the rule", "the time is written in `at`")
    unknown = sorted(parts.keys() - KNOWN_PARTS)
    if unknown:
        return Fault(f"{unknown[0]} is not understood", f"use {', '.join(sorted(KNOWN_PARTS))}")
    if parts.get("FREQ") not in LONGEST_INTERVAL:
        return Fault(f"FREQ is {parts.get('FREQ', 'missing')}", "use FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY")
    return None


def _value_fault(parts: dict[str, str]) -> Fault | None:
    freq = parts["FREQ"]
    if not _numbers(parts.get("INTERVAL", "1"), 1, LONGEST_INTERVAL[freq], many=False):
        return Fault(f"INTERVAL={parts['INTERVAL']}", f"with {freq} use a number from 1 to {LONGEST_INTERVAL[freq]}")
    if not re.fullmatch(WEEKDAYS.replace(" ", "|"), parts.get("WKST", "MO")):
        return Fault(f"WKST={parts['WKST']}", f"use one of {WEEKDAYS}")
    if not _numbers(parts.get("BYMONTH", "1"), 1, 12):
        return Fault(f"BYMONTH={parts['BYMONTH']}", "use months from 1 to 12")
    return None


def _day_fault(parts: dict[str, str]) -> Fault | None:
    freq = parts["FREQ"]
    if freq == "MONTHLY" and not {"BYDAY", "BYMONTHDAY"} & parts.keys():
        return Fault("FREQ=MONTHLY does not say which day", "add BYMONTHDAY=15 or BYDAY=1TU")
    place = "([+-]?[1-4])?" if freq == "MONTHLY" else ""
    days = f"{place}({WEEKDAYS.replace(' ', '|')})"
    if not re.fullmatch(f"{days}(,{days})*", parts.get("BYDAY", "MO")):
        which = f"{WEEKDAYS}, with 1 to 4 or -1 to -4 in front" if freq == "MONTHLY" else WEEKDAYS
        return Fault(f"BYDAY={parts['BYDAY']}", f"with {freq} use {which}")
    if "BYMONTHDAY" in parts and freq == "WEEKLY":
        return Fault("BYMONTHDAY does not go with FREQ=WEEKLY", "use FREQ=MONTHLY")
    last = LAST_DAY_OF_EVERY_MONTH
    if not _numbers(parts.get("BYMONTHDAY", "1"), -last, last):
        return Fault(f"BYMONTHDAY={parts['BYMONTHDAY']} is not in every month", f"use 1 to {last}, or -1 for the last")
    return None


def _meeting_fault(parts: dict[str, str]) -> Fault | None:
    """Find parts that are right by themselves but might never come true together."""
    freq, interval = parts["FREQ"], int(parts.get("INTERVAL", "1"))
    if "BYDAY" in parts and "BYMONTHDAY" in parts:
        return Fault("BYDAY and BYMONTHDAY may never meet", "use one of them")
    if freq == "DAILY" and interval > 1 and ("BYDAY" in parts or "BYMONTHDAY" in parts):
        return Fault("every few days and certain days may never meet", "use FREQ=WEEKLY with BYDAY, or no INTERVAL")
    if "BYMONTH" in parts and interval > LONGEST_INTERVAL_WITH_MONTHS[freq]:
        return Fault(f"BYMONTH and INTERVAL={interval} may never meet", "use a smaller INTERVAL, or no BYMONTH")
    return None


def _numbers(text: str, low: int, high: int, *, many: bool = True) -> bool:
    found = text.split(",")
    plain = all(re.fullmatch(r"[+-]?\d{1,3}", number) and low <= int(number) <= high for number in found)
    return plain and (many or len(found) == 1) and not any(int(number) == 0 for number in found)


def quiet_fault(at: time | None, quiet: Quiet) -> Fault | None:
    """Return why a question is not asked at a wall time, or None when that is outside the quiet hours."""
    if at is None:
        return None
    past_midnight = quiet.start > quiet.end
    inside = at >= quiet.start or at < quiet.end if past_midnight else quiet.start <= at < quiet.end
    hours = f"{quiet.start:%H:%M} to {quiet.end:%H:%M}"
    return Fault(f"{at:%H:%M} lies in the quiet hours, {hours}", "use another time") if inside else None


def order_faults(ladder: Sequence[Rung], opening: time | None) -> list[tuple[int, Fault]]:
    """Return the faults in the times of a ladder, each with the index of its rung.

    `opening` is the wall time of the question; None when that is not fixed (hours after a landing), where only what
    holds at every hour is let through.
    """
    faults: list[tuple[int, Fault]] = []
    for index, rung in enumerate(ladder):
        if _span(rung.after, opening)[0] <= 0:
            later = "a later time" if opening else "days = 1 or more, or hours like PT24H"
            faults.append((index, Fault("comes before the question, or with it", f"use {later}")))
    for index, (one, next_one) in enumerate(pairwise(ladder), start=1):
        if not _follows(one.after, next_one.after, opening):
            mend = f"give it a later time than rung {index}, or put them in order"
            faults.append((index, Fault(f"does not surely come after rung {index}", mend)))
    return faults


def end_faults(ladder: Sequence[Rung]) -> list[tuple[int | None, Fault]]:
    """Return the faults in how a ladder ends, each with the index of its rung, None for the whole ladder."""
    ends = [index for index, rung in enumerate(ladder) if rung.step is Step.MISSED]
    if not ends:
        return [(None, Fault('the ladder has no "missed"', "end it with one: silence ends with a person"))]
    last = len(ladder) - 1
    return [(index, Fault('"missed" is not the last rung', "put it last, once")) for index in ends if index != last]


def _follows(one: After, other: After, opening: time | None) -> bool:
    if (one.duration is None) == (other.duration is None):  # of one sort: the hour of the question does not matter
        return _span(one, time(0)) < _span(other, time(0))
    return _span(one, opening)[1] < _span(other, opening)[0]


def _span(after: After, opening: time | None) -> tuple[float, float]:
    """Return the earliest and the latest distance from the question, in minutes on an ordinary day."""
    if after.duration is not None:
        minutes = after.duration.total_seconds() / 60
        return minutes, minutes
    at = after.at or time(0)
    wall = after.days * DAY + at.hour * 60 + at.minute
    if opening is None:
        return wall - (DAY - 1), wall
    asked = opening.hour * 60 + opening.minute
    return wall - asked, wall - asked
