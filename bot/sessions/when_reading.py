"""Reads day, hour and length as somebody writes them in a chat: 「周六晚上8点」 or "tomorrow 20:00". Pure."""

import unicodedata
from datetime import date, time, timedelta
from re import IGNORECASE, Match
from re import compile as pattern

_PAST = {"大前天": -3, "前天": -2, "昨天": -1, "昨晚": -1, "yesterday": -1}
_DAYS = _PAST | {
    "大后天": 3,
    "今天": 0,
    "今晚": 0,
    "today": 0,
    "tonight": 0,
    "明天": 1,
    "明晚": 1,
    "tomorrow": 1,
    "后天": 2,
}
_CHINESE = "一二三四五六日"
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = pattern(
    r"(下)?(?:周|星期|礼拜)([一二三四五六日天])|\b(next )?(mon|tue|wed|thu|fri|sat|sun)[a-z]*", IGNORECASE
)
_FULL = pattern(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_SHORT = pattern(r"(?<!\d)(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?![\d:])")
_HALF_DAY = r"(凌晨|早上|上午|中午|下午|傍晚|晚上|晚)?"
_CLOCK = pattern(rf"{_HALF_DAY}\s*(?<!\d)(\d{{1,2}})(?::(\d{{2}})|点(\d{{1,2}}|半)?分?)\s*(am|pm)?", IGNORECASE)
_AMERICAN = pattern(r"()(?<!\d)(\d{1,2})()()\s*(am|pm)\b", IGNORECASE)
_LATE = frozenset({"中午", "下午", "傍晚", "晚上", "晚", "pm"})
_HOURS = pattern(r"(\d{1,2}(?:\.5)?)\s*个?(?:小时|钟头|h|hours?)(半)?", IGNORECASE)
_MINUTES = pattern(r"(\d{1,5})\s*(?:分钟|分|min|minutes?|')?", IGNORECASE)
_WORDS = {"一小时": 60, "一个小时": 60, "半小时": 30, "半个小时": 30, "一个半小时": 90, "两小时": 120, "两个小时": 120}
_WEEK, _NOON, _HALF = 7, 12, 30
_UNTIL = pattern(r"\s*(?:-|–|—|~|到|至|to\b|until\b)\s*", IGNORECASE)
_HAN_ZONE = pattern(r"([\u4e00-\u9fff]{2,})时间")
_WORD_ZONE = pattern(r"([a-z][a-z ]*?)\s+time\b", IGNORECASE)
_KEY_ZONE = pattern(r"\b[a-z]+/[a-z_/]+\b", IGNORECASE)
_SHORT_ZONE = pattern(r"\b(?:utc|gmt|est|edt|cst|cdt|mst|mdt|pst|pdt|cet|cest|bst|jst|kst|ist)\b", IGNORECASE)
_OWN = (
    *("当地", "本地", "我这边", "我这里", "我的", "我"),
    *("开会", "会议", "活动", "学习", "开始", "上课", "老"),
    *("my", "local", "own", "my own", "here", "the", "start", "usual", "same"),
)
_LONGEST_HAN, _MOST_WORDS = 6, 3


def when_in(text: str, today: date) -> tuple[date | None, time | None]:
    """Return the day and the time of day in a text, each None where it names none; a weekday is the next such day."""
    said = unicodedata.normalize("NFKC", text).strip().casefold()
    clock = _clock_in(said)
    spoken = next((today + timedelta(days=days) for word, days in _DAYS.items() if word in said), None)
    rest = said if clock is None else said.replace(clock[0], " ", 1)
    return spoken or _date(rest, today) or _weekday(rest, today), _time(clock, said)


def end_in(text: str) -> time | None:
    """Return the time of day at which it shall end, where a text says from when until when; else None."""
    said = unicodedata.normalize("NFKC", text).strip().casefold()
    clock = _clock_in(said)
    until = None if clock is None else _UNTIL.match(said, clock.end())
    end = None if until is None else _CLOCK.match(said, until.end()) or _AMERICAN.match(said, until.end())
    start, found = _time(clock, said), _time(end, "")
    if end is None or start is None or found is None or end[1] or end[5] or found > start:
        return found
    later = found.hour + _NOON  # 晚上8点到9点
    return found.replace(hour=later) if later < 24 and found.replace(hour=later) > start else found  # noqa: PLR2004 - of a day


def zones_said(text: str) -> tuple[str, ...]:
    """Return the words that may name the clock on which somebody means an hour, the likeliest first; none for her own.

    「周六20点柏林时间」 says 柏林, but may also say 点柏林: only who knows places can tell.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    if found := _KEY_ZONE.search(said) or _SHORT_ZONE.search(said):
        return (found[0],)
    if found := _HAN_ZONE.search(said):
        whole = found[1]
        if whole.endswith(_OWN):
            return ()
        return tuple(whole[-length:] for length in range(min(len(whole), _LONGEST_HAN), 1, -1))
    if found := _WORD_ZONE.search(said):
        words = found[1].split()
        if " ".join(words[-2:]).casefold() in _OWN or words[-1].casefold() in _OWN:
            return ()
        return tuple(" ".join(words[-many:]) for many in range(min(len(words), _MOST_WORDS), 0, -1))
    return ()


def minutes_in(text: str) -> int | None:
    """Return the minutes that a text names, None where it names no length."""
    said = unicodedata.normalize("NFKC", text).strip().casefold().rstrip(".。!！")
    if said in _WORDS:
        return _WORDS[said]
    if found := _HOURS.fullmatch(said):
        return int(float(found[1]) * 60) + (_HALF if found[2] else 0)
    found = _MINUTES.fullmatch(said)
    return int(found[1]) if found else None


def _clock_in(said: str) -> Match[str] | None:
    """Return the first time of day in a text."""
    found = [one for one in (_CLOCK.search(said), _AMERICAN.search(said)) if one is not None]
    return min(found, key=lambda one: one.start(), default=None)


def _time(clock: Match[str] | None, said: str) -> time | None:
    if clock is None:
        return None
    half_day = clock[5] or clock[1] or ("晚" if "晚" in said else "")
    hour, minute = int(clock[2]), _HALF if clock[4] == "半" else int(clock[3] or clock[4] or 0)
    if half_day in _LATE and hour < _NOON and not (half_day == "中午" and hour >= 11):  # noqa: PLR2004 - 中午11点半
        hour += _NOON
    elif half_day == "am" and hour == _NOON:
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - of a day


def _date(said: str, today: date) -> date | None:
    try:
        if found := _FULL.search(said):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _SHORT.search(said):
            this_year = date(today.year, int(found[1]), int(found[2]))
            return this_year if this_year >= today else this_year.replace(year=today.year + 1)
    except ValueError:
        return None
    return None


def _weekday(said: str, today: date) -> date | None:
    found = _WEEKDAY.search(said)
    if found is None:
        return None
    name = (found[2] or "").replace("天", "日")
    number = _CHINESE.index(name) if name else _ENGLISH.index(found[4][:3])
    if found[1] or found[3]:  # 下周三: that of the week that begins next Monday
        return today + timedelta(days=_WEEK - today.weekday() + number)
    return today + timedelta(days=(number - today.weekday()) % _WEEK)
