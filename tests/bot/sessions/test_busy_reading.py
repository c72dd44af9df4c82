"""When somebody is busy, in her own words: days and hours in both languages, and what cannot be read."""

import pytest

from bot.sessions.busy_reading import busy_in


@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("周三 14:00-16:00", {2}, "14:00", "16:00"),
        ("周一三 14:00-16:00", {0, 2}, "14:00", "16:00"),
        ("周一、周三、周五 8点到9点半", {0, 2, 4}, "08:00", "09:30"),
        ("周一到周五 9:00-12:00", {0, 1, 2, 3, 4}, "09:00", "12:00"),
        ("周六至周一 22:00-6:00", {5, 6, 0}, "22:00", "06:00"),
        ("每周日 19点～20点半", {6}, "19:00", "20:30"),
        ("工作日9:00—17:00", {0, 1, 2, 3, 4}, "09:00", "17:00"),
        ("每天 0:00-24:00", None, "", ""),
        ("每天 20:00-24:00。", set(range(7)), "20:00", "00:00"),
        ("星期二和星期四 １３：１５－１４：４５", {1, 3}, "13:15", "14:45"),
        ("Wed 14:00-16:00", {2}, "14:00", "16:00"),
        ("Mon-Fri 9-17", {0, 1, 2, 3, 4}, "09:00", "17:00"),
        ("Tuesday and Thursday 9:30 to 11", {1, 3}, "09:30", "11:00"),
        ("every day 7:00 - 8:00", set(range(7)), "07:00", "08:00"),
        ("weekends 10-12", {5, 6}, "10:00", "12:00"),
        ("14:00-16:00", None, "", ""),
        ("周三", None, "", ""),
        ("周三 25:00-26:00", None, "", ""),
        ("周三 14:70-16:00", None, "", ""),
        ("明天 14:00-16:00", None, "", ""),
        ("Wednesday maybe 14-16", None, "", ""),
        ("周八 14:00-16:00", None, "", ""),
        ("周三 14:00-14:00", None, "", ""),
        ("", None, "", ""),
        ("不想上课", None, "", ""),
    ],
)
def test_days_and_hours(text: str, days: set[int] | None, start: str, end: str) -> None:
    found = busy_in(text)
    if days is None:
        assert found is None
    else:
        assert found is not None
        assert (set(found.weekdays), f"{found.start:%H:%M}", f"{found.end:%H:%M}") == (days, start, end)
