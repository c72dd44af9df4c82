from datetime import UTC, date, datetime

import pytest
from markupsafe import Markup

from bot.rendering.filters import both, city, clock, country, day, for_language, spaced, when, zone_called

INSTANT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


def test_an_instant_reads_on_the_wall_of_its_zone() -> None:
    assert when(INSTANT, "America/New_York", "en") == "Tue 24 Nov, 18:30"
    assert when(INSTANT, "America/New_York", "zh") == "11月24日 周二 18:30"
    assert when(INSTANT.isoformat(), "Asia/Kathmandu", "en") == "Wed 25 Nov, 05:15"
    assert clock(INSTANT, "America/New_York") == "18:30"


def test_beijing_time_stands_beside_it_where_it_differs() -> None:
    assert both(INSTANT, "America/New_York", "zh") == "11月24日 周二 18:30（北京时间 11月25日 周三 07:30）"
    assert both(INSTANT, "America/New_York", "en") == "Tue 24 Nov, 18:30 (Wed 25 Nov, 07:30 in Beijing)"
    assert both(INSTANT, "Asia/Singapore", "en") == "Wed 25 Nov, 07:30"


@pytest.mark.parametrize("given", [date(2026, 3, 1), "2026-03-01", "2026-03-01T05:00:00+00:00"])
def test_a_day_has_its_weekday(given: date | str) -> None:
    assert day(given, "en") == "Sun 1 Mar"
    assert day(given, "zh") == "3月1日 周日"


def test_places_are_named_and_never_break_a_message() -> None:
    assert country("NP", "zh") == "尼泊尔"
    assert (city("芝加哥", "en"), city("New York", "zh", "US"), city("纽约", "zh")) == ("Chicago", "纽约", "纽约")
    assert city("芝加哥", "en", "??") == "Chicago"
    assert (city("a village", "zh", "US"), city(None, "en")) == ("a village", "")
    assert country("??", "zh") == "??"
    assert country(None, "en") == ""
    assert zone_called("Asia/Kathmandu", "zh") == "加德满都"
    assert zone_called("Nowhere/At_All", "en") == "Nowhere/At_All"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_templates_know_all_of_them(language: str) -> None:
    assert set(for_language(language)) == {
        "when",
        "clock",
        "both",
        "until",
        "day",
        "weekday",
        "zone_name",
        "spaced",
        "country_name",
        "city_name",
    }


def test_a_latin_name_stands_apart_from_the_chinese_around_it() -> None:
    assert spaced("你在Oxford的总结，去清华大学") == "你在 Oxford 的总结，去清华大学"
    assert spaced("Your report about the time at 清华大学.") == "Your report about the time at 清华大学."
    kept = spaced(Markup("在A &amp; B的"))
    assert isinstance(kept, Markup)
    assert kept == "在 A &amp; B 的"
