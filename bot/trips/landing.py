"""When somebody lands, as she writes it: a day and a time on the wall of where she goes. Pure."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

EARLIEST, LATEST = timedelta(days=1), timedelta(days=4)
"""How far before and after the day of departure a landing may be: with a long way and a date line in between."""
_TIME = r"(?P<hour>[01]?\d|2[0-3])[:.点时](?P<minute>[0-5]\d)分?"
_DAY = r"(?:(?P<year>20\d\d)[-/.年]\s*)?(?P<month>1[0-2]|0?[1-9])[-/.月]\s*(?P<day>3[01]|[12]\d|0?[1-9])日?"
_BOTH = re.compile(rf"{_DAY}[\s,]*{_TIME}")
_ALONE = re.compile(_TIME)


def landing_in(text: str, departs: date) -> datetime | None:
    """Return the naive wall time that a whole message says, None when it says none: 12-02 06:40, 12月2日6:40, 06:40.

    A time alone is on the day of departure; a year that is left out is the one nearest to it. What is days away from
    the departure is no landing of that stay.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    found = _BOTH.fullmatch(plain) or _ALONE.fullmatch(plain)
    if found is None:
        return None
    at = time(int(found["hour"]), int(found["minute"]))
    if "day" not in found.groupdict():
        return datetime.combine(departs, at)
    years = [int(found["year"])] if found["year"] else [departs.year, departs.year + 1, departs.year - 1]
    for year in years:
        try:
            day = date(year, int(found["month"]), int(found["day"]))
        except ValueError:
            continue
        if departs - EARLIEST <= day <= departs + LATEST:
            return datetime.combine(day, at)
    return None
