"""The programme that is shipped: what it asks, and that its comments explain every key a programme may have."""

import re
import tomllib
from datetime import time, timedelta
from typing import Any

import pytest

from bot.local_time import Quiet
from bot.people.model import Level
from bot.programmes import rules, shape
from bot.programmes.model import After, Anchor, Kind, Once, Recurring, Rung, Step
from bot.programmes.parse import parse
from bot.programmes.versions import default_text
from bot.trips.model import TripType

DEFAULT = parse(default_text(), 1)


def test_it_asks_on_landing_in_the_week_on_return_for_the_report_and_before_departure() -> None:
    assert [(item.key, item.kind) for item in DEFAULT.items] == [
        ("landing", Kind.LANDING),
        ("checkin", Kind.CHECKIN),
        ("return", Kind.LANDING),
        ("return_report", Kind.REPORT),
        ("channels", Kind.CHANNELS),
        ("checklist", Kind.CHECKLIST),
        ("flight", Kind.FLIGHT),
    ]
    assert DEFAULT.quiet == Quiet(time(22, 30), time(7, 0))


def test_landing_is_asked_six_hours_after_it_or_on_the_next_morning() -> None:
    item = DEFAULT.item("landing")
    assert item is not None
    assert item.when == Once(Anchor.LANDING, After(duration=timedelta(hours=6)), unknown=After(days=1, at=time(10, 0)))
    assert item.audience.min_days is None
    assert item.ladder == (
        Rung(Step.SECOND_CHANNEL, After(duration=timedelta(hours=24))),
        Rung(Step.MISSED, After(duration=timedelta(hours=36))),
    )


def test_the_check_in_is_weekly_for_four_weeks_then_fortnightly_on_tuesday_evenings() -> None:
    item = DEFAULT.item("checkin")
    assert item is not None
    assert item.when == Recurring(time(18, 30), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", 4, "FREQ=WEEKLY;BYDAY=TU", ())
    assert (item.audience.min_days, item.audience.max_days) == (14, None)
    assert item.ladder == (
        Rung(Step.REMIND, After(days=1, at=time(12, 30))),
        Rung(Step.SECOND_CHANNEL, After(days=2, at=time(12, 30))),
        Rung(Step.MISSED, After(days=2, at=time(18, 0))),
    )


def test_the_return_is_asked_on_its_evening() -> None:
    item = DEFAULT.item("return")
    assert item is not None
    assert item.when == Once(Anchor.RETURN, After(days=0, at=time(20, 0)))
    assert item.audience.min_days is None
    assert item.ladder[-1] == Rung(Step.MISSED, After(days=3, at=time(18, 0)))


def test_a_report_is_asked_for_a_week_after_the_return_and_reminded_weekly() -> None:
    item = DEFAULT.item("return_report")
    assert item is not None
    assert item.when == Once(Anchor.RETURN, After(days=7, at=time(10, 0)))
    assert item.audience.min_days == 14
    assert [(rung.step, rung.after.days) for rung in item.ladder] == [
        *((Step.REMIND, days) for days in (7, 14, 21)),
        (Step.MISSED, 23),  # thirty days after the return
    ]


def test_a_second_channel_is_asked_for_a_fortnight_before_departure() -> None:
    item = DEFAULT.item("channels")
    assert item is not None
    assert item.when == Once(Anchor.DEPARTURE, After(days=-14, at=time(18, 30)))
    assert item.audience.min_days is None
    assert item.ladder == (
        Rung(Step.REMIND, After(days=4, at=time(18, 30))),
        Rung(Step.MISSED, After(days=7, at=time(9, 0))),
    )


def test_the_checklist_is_asked_for_two_months_before_and_the_landing_three_days() -> None:
    checklist, flight = DEFAULT.item("checklist"), DEFAULT.item("flight")
    assert checklist is not None
    assert flight is not None
    assert checklist.when == Once(Anchor.DEPARTURE, After(days=-60, at=time(18, 30)))
    assert [(rung.step, 60 - rung.after.days) for rung in checklist.ladder] == [
        *((Step.REMIND, days) for days in (30, 15, 7)),  # a day before the channels
        (Step.MISSED, 3),
    ]
    assert flight.when == Once(Anchor.DEPARTURE, After(days=-3, at=time(18, 30)))
    assert (checklist.audience.min_days, flight.audience.min_days) == (14, 14)


def _keys(values: Any) -> set[str]:
    if isinstance(values, list):
        return set().union(*(_keys(value) for value in values))
    if isinstance(values, dict):
        return set(values).union(*(_keys(value) for value in values.values()))
    return set()


def _comments() -> str:
    return "\n".join(line for line in default_text().splitlines() if line.startswith("#"))


PARTS = (shape.QuietShape, shape.ItemShape, shape.AudienceShape, shape.RecurringShape, shape.OnceShape, shape.RungShape)
EXPLAINED_BY_A_SENTENCE = {"item", "rung", "quiet", "days"}


@pytest.mark.parametrize(
    "key", sorted(_keys(tomllib.loads(default_text())).union(*(part.model_fields for part in PARTS)))
)
def test_a_comment_explains(key: str) -> None:
    if key in EXPLAINED_BY_A_SENTENCE:
        wanted = {
            "item": r"Each \[\[item\]\]",
            "rung": r"Each \[\[item\.rung\]\]",
            "quiet": "Quiet hours",
            "days": "counts days",
        }
        assert re.search(wanted[key], _comments())
    else:
        # "# min_days 最短天数: stays of …": the key, its Chinese term, what it means.
        assert re.search(rf"^# {key} [\u4e00-\u9fff]+[:,] \S", _comments(), re.MULTILINE)


@pytest.mark.parametrize("word", [*Kind, *Anchor, *Step, *rules.TRIP_TYPES, *rules.LEVELS])
def test_a_comment_names_the_word(word: str) -> None:
    assert re.search(rf"\b{word}\b", _comments())


def test_the_words_for_trips_and_levels_are_those_of_trips_and_people() -> None:
    assert set(rules.TRIP_TYPES) == {str(kind) for kind in TripType}
    assert set(rules.LEVELS) == {str(level) for level in Level}


def test_every_key_of_the_parts_is_read_when_the_commented_ones_are_switched_on() -> None:
    text = re.sub(r"^# ((max_days|countries|types|levels) = )", r"\1", default_text(), flags=re.MULTILINE)
    checkin = parse(text, 2).item("checkin")
    assert checkin is not None
    assert (checkin.audience.max_days, checkin.audience.countries) == (400, ("US", "GB"))
    assert (checkin.audience.types, checkin.audience.levels) == (("exchange", "degree"), ("bachelor",))
