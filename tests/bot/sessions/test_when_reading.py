"""Day, hour and length as a secretary writes them in a chat, in both languages; and what cannot be read."""

from datetime import date

import pytest

from bot.sessions.when_reading import end_in, minutes_in, when_in, zones_said

WEDNESDAY = date(2026, 10, 21)


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("周六 20:00", "10-24", "20:00"),
        ("周六晚上8点", "10-24", "20:00"),
        ("周三下午3点半", "10-21", "15:30"),
        ("下周三 9:05", "10-28", "09:05"),
        ("星期天上午10点", "10-25", "10:00"),
        ("明晚8点", "10-22", "20:00"),
        ("后天中午12点", "10-23", "12:00"),
        ("后天中午1点", "10-23", "13:00"),
        ("10-24 20:00", "10-24", "20:00"),
        ("10月24日20:00", "10-24", "20:00"),
        ("10月24号晚上８点１５分", "10-24", "20:15"),
        ("2026-12-01 08:00", "12-01", "08:00"),
        ("Sat 8pm", "10-24", "20:00"),
        ("大后天 9:00", "10-24", "09:00"),
        ("昨天晚上8点", "10-20", "20:00"),
        ("yesterday 8pm", "10-20", "20:00"),
        ("tomorrow 20:00", "10-22", "20:00"),
        ("Saturday, 8:30 pm", "10-24", "20:30"),
        ("today 12:30 am", "10-21", "00:30"),
        ("周六", "10-24", None),
        ("20:00", None, "20:00"),
        ("13-40 20:00", None, "20:00"),
        ("周六 25:00", "10-24", None),
        ("有空的时候", None, None),
        ("", None, None),
    ],
)
def test_day_and_hour(text: str, day: str | None, at: str | None) -> None:
    found_day, found_at = when_in(text, WEDNESDAY)
    assert (None if found_day is None else f"{found_day:%m-%d}") == day
    assert (None if found_at is None else f"{found_at:%H:%M}") == at


def test_a_date_without_a_year_is_the_next_one() -> None:
    assert when_in("1-5 20:00", WEDNESDAY)[0] == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("90", 90), ("90分钟", 90), ("1.5小时", 90), ("一个半小时", 90), ("2 hours", 120), ("1小时半", 90)),
        *(("45 min", 45), ("0", 0), ("很久", None), ("", None), ("-30", None)),
    ],
)
def test_length(text: str, minutes: int | None) -> None:
    assert minutes_in(text) == minutes


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("周六晚上8点到9点半", "21:30"),
        ("Sat 20:00-21:30", "21:30"),
        ("周六 22:00～00:30", "00:30"),
        ("周六 20:00到19:00", "19:00"),
        ("tomorrow 8pm to 9:15pm", "21:15"),
        ("10-24 20:00", None),
        ("周六20点", None),
    ],
)
def test_until_when(text: str, end: str | None) -> None:
    found = end_in(text)
    assert (found and f"{found:%H:%M}") == end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("周六20点柏林时间", "柏林"),
        ("纽约时间周六20点", "纽约"),
        ("Sat 8pm New York time", "New York"),
        ("Sat 20:00 Europe/Berlin", "Europe/Berlin"),
        ("Sat 20:00 UTC", "UTC"),
        ("周六20点火星时间", "火星"),
        ("周六20点当地时间", None),
        ("Sat 20:00 my time", None),
        ("活动时间：周六20点", None),
        ("时间：周六20点", None),
        ("周六20点", None),
    ],
)
def test_whose_clock(text: str, words: str | None) -> None:
    found = zones_said(text)
    assert words in found if words else found == ()
