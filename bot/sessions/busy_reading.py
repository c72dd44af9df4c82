"""Reads when somebody is busy every week, as she writes it: 「周一三 14:00-16:00」 or "Mon-Fri 9-17". Pure."""

import unicodedata
from datetime import time
from re import IGNORECASE
from re import compile as pattern

from bot.sessions.hours_model import Busy

_CHINESE = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE = {
    "每天": range(7),
    "天天": range(7),
    "every day": range(7),
    "daily": range(7),
    "工作日": range(5),
    "weekdays": range(5),
    "周末": range(5, 7),
    "weekends": range(5, 7),
    "weekend": range(5, 7),
}
_TIME = r"(\d{1,2})(?:[:点](\d{2}|半)?分?)?"
_TIMES = pattern(rf"{_TIME}\s*(?:-|~|到|至|to|until|till)\s*{_TIME}\s*$")
_NAME = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_RANGE = pattern(
    rf"(?:(?:周|星期|礼拜)?([一二三四五六日天])\s*(?:-|~|到|至)\s*(?:周|星期|礼拜)?([一二三四五六日天])"
    rf"|({_NAME})\s*(?:-|~|to|until)\s*({_NAME}))",
    IGNORECASE,
)
_CHINESE_DAYS = pattern(r"(?:周|星期|礼拜)([一二三四五六日天]+)|([一二三四五六日天])")
_ENGLISH_DAY = pattern(rf"\b({_NAME})\b", IGNORECASE)
_BETWEEN = pattern(r"[\s,，、;和与及]|and|on|每|的", IGNORECASE)
_LAST_HOUR, _HALF = 24, 30


def busy_in(text: str) -> Busy | None:
    """Return the hours that a text states, None when they cannot be read whole."""
    said = unicodedata.normalize("NFKC", text).strip().casefold()
    said = said.translate({0x2013: "-", 0x2014: "-", 0x301C: "~"}).rstrip(".。!！ ")
    found = _TIMES.search(said)
    if found is None:
        return None
    start, end = _time(found[1], found[2]), _time(found[3], found[4])
    days = _days(said[: found.start()].strip())
    return None if start is None or end is None or not days or start == end else Busy(frozenset(days), start, end)


def _time(hour: str, minute: str | None) -> time | None:
    number, minutes = int(hour), _HALF if minute == "半" else int(minute or 0)
    if number == _LAST_HOUR and not minutes:
        return time(0)
    return time(number, minutes) if number < _LAST_HOUR and minutes < 60 else None  # noqa: PLR2004 - of an hour


def _days(said: str) -> set[int]:
    """Return the weekdays that words name; none when any word is something else."""
    found: set[int] = set()
    for words, days in _WHOLE.items():
        if words in said:
            found |= set(days)
            said = said.replace(words, " ")
    while ranged := _RANGE.search(said):
        first, last = _number(ranged[1] or ranged[3]), _number(ranged[2] or ranged[4])
        found |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
        said = said[: ranged.start()] + " " + said[ranged.end() :]
    for day in _CHINESE_DAYS.finditer(said):
        found |= {_CHINESE[sign] for sign in day[1] or day[2]}
    said = _CHINESE_DAYS.sub(" ", said)
    for day in _ENGLISH_DAY.finditer(said):
        found.add(_number(day[1]))
    said = _BETWEEN.sub("", _ENGLISH_DAY.sub(" ", said))
    return set() if said else found


def _number(name: str) -> int:
    return _CHINESE[name] if name in _CHINESE else _ENGLISH.index(name[:3])
