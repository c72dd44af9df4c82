"""How times, days, zones and countries read in each language; the renderer hangs these on its templates.

Instants may come as ISO text, because what a message needs is kept as JSON until it is rendered.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from bot.local_time import BEIJING, to_wall
from bot.obligations.rules import ends_at
from bot.places.cities import find_cities
from bot.places.countries import country_name
from bot.places.zones import zone_name

_WEEKDAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MEETS_LATIN = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])")
_Text = TypeVar("_Text", bound=str)


def spaced(text: _Text) -> _Text:
    """Put a space between Chinese and a Latin name that stands in it: `在 Oxford 的总结`; safe text stays safe."""
    return type(text)(_MEETS_LATIN.sub(" ", text))


def day(value: date | str, language: str) -> str:
    """Write a date with its weekday: `Tue 24 Nov`, `11月24日 周二`."""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    weekday = _WEEKDAYS[language][value.weekday()]
    if language == "zh":
        return f"{value.month}月{value.day}日 {weekday}"
    return f"{weekday} {value.day} {_MONTHS[value.month - 1]}"


def when(instant: datetime | str, zone: str, language: str) -> str:
    """Write an instant on the wall of a zone: `Tue 24 Nov, 18:30`, `11月24日 周二 18:30`."""
    wall = to_wall(_instant(instant), zone)
    comma = "" if language == "zh" else ","
    return f"{day(wall.date(), language)}{comma} {wall:%H:%M}"


def clock(instant: datetime | str, zone: str) -> str:
    """Write only the time of day on the wall of a zone: `18:30`."""
    return f"{to_wall(_instant(instant), zone):%H:%M}"


def both(instant: datetime | str, zone: str, language: str) -> str:
    """Write an instant on the wall of a zone and, where it differs, in Beijing too."""
    here = when(instant, zone, language)
    beijing = when(instant, BEIJING, language)
    if here == beijing:
        return here
    return f"{here}（北京时间 {beijing}）" if language == "zh" else f"{here} ({beijing} in Beijing)"


def until(due_on: date | str, zone: str, language: str) -> str:
    """Write the last minute in which something is in time, on her wall and in Beijing."""
    last = date.fromisoformat(due_on[:10]) if isinstance(due_on, str) else due_on
    return both(ends_at(last, zone) - timedelta(minutes=1), zone, language)


def country(code: str | None, language: str) -> str:
    """Name a country; a code that is none stays as it is, because a message must never break on it."""
    try:
        return country_name(code, language) if code else ""
    except KeyError:
        return code or ""


def city(name: str | None, language: str, country: str | None = None) -> str:
    """Name a city as readers of a language know it; one that we do not know, or not for certain, stays as it is."""
    found = find_cities(name or "", country) or find_cities(name or "")
    names = {one.name_zh if language == "zh" else one.name_en for one in found}
    return names.pop() if len(names) == 1 else name or ""


def weekday(index: int, language: str) -> str:
    """Name a day of the week, 0 for Monday."""
    return _WEEKDAYS[language][index]


def zone_called(zone: str, language: str) -> str:
    """Name a zone by its city; a key that is none stays as it is."""
    try:
        return zone_name(zone, language)
    except ValueError:
        return zone


def for_language(language: str) -> dict[str, Callable[..., Any]]:
    """Return the filters of one language by the names that templates use."""
    return {
        "spaced": spaced,
        "when": partial(when, language=language),
        "clock": clock,
        "both": partial(both, language=language),
        "until": partial(until, language=language),
        "day": partial(day, language=language),
        "weekday": partial(weekday, language=language),
        "zone_name": partial(zone_called, language=language),
        "country_name": partial(country, language=language),
        "city_name": lambda name, code=None: city(name, language, code),
    }


def _instant(value: datetime | str) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
