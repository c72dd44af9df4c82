"""What is prepared by when: counted back from a last day, for her kind of stay and level; a school may change it."""

from datetime import date

import pytest

from bot.errors import MistakesError
from bot.opportunities.preparing import Preparation, dated, parse, shipped
from bot.roster.codes import LEVELS, TRIP_TYPES

LAST, TODAY = date(2026, 12, 31), date(2026, 12, 1)


def step(key: str, days: int, types: tuple[str, ...] = (), levels: tuple[str, ...] = ()) -> Preparation:
    return Preparation(key, days, {"zh": key, "en": key}, {"zh": "", "en": ""}, types, levels)


def test_what_comes_first_stands_first_and_what_is_past_is_late() -> None:
    found = dated((step("hand", 3), step("talk", 60)), "exchange", "master", LAST, TODAY)
    assert [(one.preparation.key, one.day, one.is_late) for one in found] == [
        ("talk", date(2026, 11, 1), True),
        ("hand", date(2026, 12, 28), False),
    ]


def test_only_what_concerns_her_kind_of_stay_and_level() -> None:
    some = (step("plan", 9, types=("exchange",)), step("thesis", 8, levels=("doctor",)), step("all", 7))
    assert [one.preparation.key for one in dated(some, "conference", "master", LAST, TODAY)] == ["all"]
    assert [one.preparation.key for one in dated(some, "", None, LAST, TODAY)] == ["plan", "thesis", "all"]


def test_without_a_last_day_there_are_no_days() -> None:
    assert [(one.day, one.is_late) for one in dated((step("all", 7),), "", None, None, TODAY)] == [(None, False)]


def test_what_ships_is_sound_and_says_something_for_every_kind_of_stay() -> None:
    assert all(dated(shipped(), kind, level, LAST, TODAY) for kind in TRIP_TYPES for level in LEVELS)
    named = {code for one in shipped() for code in one.types}
    assert named <= set(TRIP_TYPES)


def test_every_mistake_of_a_list_is_named() -> None:
    text = '[[step]]\nkey = "A"\ndays = -1\ntitle = { zh = "x" }\ntypes = ["holiday"]\n\n[[stop]]\nkey = "b"\n'
    with pytest.raises(MistakesError) as caught:
        parse(text, "own.toml")
    said = "\n".join(map(str, caught.value.mistakes))
    for name in ("stop", "key", "days", "title.en", "types"):
        assert name in said
