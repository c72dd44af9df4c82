"""Every mistake in a programme is named, all of them at once, and nothing but mistakes ever comes out."""

import tomllib
from copy import deepcopy
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Mistake, MistakesError
from bot.local_time import Quiet
from bot.programmes.model import After, Anchor, Once, Rung, Step
from bot.programmes.parse import parse, read
from bot.programmes.versions import default_text

SOUND = """
[quiet]
start = "22:30"
end = "07:00"

[[item]]
key = "weekly"
kind = "checkin"
[item.audience]
min_days = 14
max_days = 400
countries = ["GB"]
types = ["exchange"]
levels = ["master"]
[item.when]
at = "18:30"
rule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"
first_weeks = 4
first_rule = "FREQ=WEEKLY;BYDAY=TU"
[[item.rung]]
step = "remind"
after = { days = 1, at = "12:30" }
[[item.rung]]
step = "missed"
after = { days = 2, at = "18:00" }

[[item]]
key = "landed"
kind = "landing"
[item.when]
anchor = "landing"
after = "PT6H"
unknown = { days = 1, at = "10:00" }
[[item.rung]]
step = "missed"
after = "PT36H"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        parse(text, 1, "F.toml")
    return [str(mistake) for mistake in caught.value.mistakes]


def test_a_sound_programme_is_read_whole() -> None:
    programme = parse(SOUND, 7)
    assert programme.version_id == 7
    assert [item.key for item in programme.items] == ["weekly", "landed"]
    weekly = programme.item("weekly")
    assert weekly is not None
    assert (weekly.audience.countries, weekly.audience.types, weekly.audience.levels) == (
        ("GB",),
        ("exchange",),
        ("master",),
    )
    assert weekly.ladder == (
        Rung(Step.REMIND, After(days=1, at=time(12, 30))),
        Rung(Step.MISSED, After(days=2, at=time(18, 0))),
    )


def test_without_quiet_the_usual_hours_hold() -> None:
    text = SOUND.replace('[quiet]\nstart = "22:30"\nend = "07:00"\n', "")
    assert parse(text, 1).quiet == Quiet(time(22, 30), time(7, 0))


def test_the_same_start_and_end_mean_no_quiet_hours() -> None:
    text = SOUND.replace('"22:30"', '"07:00"').replace('at = "18:30"', 'at = "23:00"')
    assert parse(text, 1).quiet == Quiet(time(7, 0), time(7, 0))


def test_audience_and_hours_and_minutes_may_vary() -> None:
    text = SOUND.replace('"PT36H"', '"PT35H59M"').replace("PT6H", "PT90M")
    landed = parse(text, 1).item("landed")
    assert landed is not None
    assert landed.ladder[0].after == After(duration=timedelta(hours=35, minutes=59))


WEEKLY = 'F.toml: item "weekly" '
LANDED = 'F.toml: item "landed" '


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        # Names that do not exist.
        ("[quiet]", "colour = 1\n[quiet]", "F.toml: colour: ", "no such key"),
        ("[quiet]", "[quiet]\nfrom = 1", "F.toml: quiet.from: ", "no such key"),
        ('kind = "checkin"', 'kind = "checkin"\nkidn = 1', f"{WEEKLY}kidn: ", "no such key"),
        ("min_days", "minimum = 3\nmin_days", f"{WEEKLY}audience.minimum: ", "no such key"),
        ("first_weeks", "hour = 3\nfirst_weeks", f"{WEEKLY}when.hour: ", "no such key"),
        ('step = "remind"', 'step = "remind"\nto = 1', f"{WEEKLY}rung 1 to: ", "no such key"),
        ("{ days = 1, at", "{ weeks = 0, days = 1, at", f"{WEEKLY}rung 1 after.weeks: ", "the keys here are days, at"),
        # Words that are not known.
        ('"checkin"', '"chekin"', f"{WEEKLY}kind: ", "'chekin' is not known; use checkin, landing"),
        ('anchor = "landing"', 'anchor = "arrival"', f"{LANDED}when.anchor: ", "'arrival' is not known"),
        ('"remind"', '"nag"', f"{WEEKLY}rung 1 step: ", "'nag' is not known"),
        ('"exchange"', '"holiday"', f"{WEEKLY}audience.types 1: ", "'holiday' is not known"),
        ('"master"', '"wizard"', f"{WEEKLY}audience.levels 1: ", "'wizard' is not known"),
        ('["GB"]', '["GB", "uk"]', f"{WEEKLY}audience.countries 2: ", "'uk' is no country"),
        ("first_weeks", 'often_in = ["Japan"]\nfirst_weeks', f"{WEEKLY}when.often_in 1: ", "'Japan' is no country"),
        # What is missing.
        ('key = "weekly"\n', "", "F.toml: item 1 key: ", "is missing"),
        ('kind = "checkin"\n', "", f"{WEEKLY}kind: ", "is missing"),
        ('at = "18:30"\n', "", f"{WEEKLY}when.at: ", "is missing"),
        ('end = "07:00"\n', "", "F.toml: quiet.end: ", "is missing"),
        ('first_rule = "FREQ=WEEKLY;BYDAY=TU"\n', "", f"{WEEKLY}when.first_rule: ", "is missing"),
        ('unknown = { days = 1, at = "10:00" }\n', "", f"{LANDED}when.unknown: ", "never be asked"),
        # Values that are wrong.
        ('"22:30"', '"24:30"', "F.toml: quiet.start: ", "'24:30' is no time"),
        ('"18:30"', '"6pm"', f"{WEEKLY}when.at: ", "'6pm' is no time"),
        ('"18:30"', '"8:30"', f"{WEEKLY}when.at: ", "'8:30' is no time"),
        ('"18:30"', "18:30:00", f"{WEEKLY}when.at: ", "is no time"),
        ('"18:30"', '"23:15"', f"{WEEKLY}when.at: ", "lies in the quiet hours, 22:30 to 07:00"),
        ('"10:00"', '"06:59"', f"{LANDED}when.unknown.at: ", "lies in the quiet hours"),
        ('at = "12:30"', 'at = "12:60"', f"{WEEKLY}rung 1 after.at: ", "'12:60' is no time"),
        ("{ days = 1, at", "{ days = -1, at", f"{WEEKLY}rung 1 after.days: ", "-1 does not go here; use 0 or more"),
        (
            "first_weeks = 4",
            "first_weeks = 521",
            f"{WEEKLY}when.first_weeks: ",
            "use 520 or less",
        ),
        ("min_days = 14", "min_days = 401", f"{WEEKLY}audience.min_days: ", "401 is more than max_days, 400"),
        ("min_days = 14", "min_days = true", f"{WEEKLY}audience.min_days: ", "use a whole number"),
        ('["GB"]', '"GB"', f"{WEEKLY}audience.countries: ", "use a list"),
        ('key = "weekly"', 'key = "Week ly"', 'F.toml: item "Week ly" key: ', "small letters"),
        ('"PT36H"', '"P1D"', f"{LANDED}rung 1 after: ", "no span of time"),
        ('"PT36H"', '"PT9999H59999M"', f"{LANDED}rung 1 after: ", "more than 400 days"),
        ('"PT36H"', "36", f"{LANDED}rung 1 after: ", "no span of time"),
        ('{ days = 1, at = "10:00" }', '"PT30H"', f"{LANDED}when.unknown: ", "a day without an hour"),
        ('anchor = "landing"', 'anchor = "return"', f"{LANDED}when.after: ", "return is a day without an hour"),
        ('anchor = "landing"', 'anchor = "departure"', f"{LANDED}when.unknown: ", "departure is always known"),
        ("first_weeks = 4\n", "", f"{WEEKLY}when.first_rule: ", "never holds"),
        ('kind = "checkin"', 'kind = "landing"', f"{WEEKLY}when: ", "a landing does not recur"),
        # Rules of recurrence.
        ("INTERVAL=2", "COUNT=9", f"{WEEKLY}when.rule: ", "COUNT ends the rule"),
        ("INTERVAL=2", "UNTIL=20270101", f"{WEEKLY}when.rule: ", "UNTIL ends the rule"),
        ("INTERVAL=2", "BYHOUR=3", f"{WEEKLY}when.rule: ", "the time is written in `at`"),
        # Ladders.
        ('"missed"\nafter = { days = 2', '"remind"\nafter = { days = 2', f"{WEEKLY}rung: ", 'no "missed"'),
        ('"remind"', '"missed"', f"{WEEKLY}rung 1 step: ", "not the last rung"),
        ("{ days = 2", "{ days = 1", None, ""),
        ('{ days = 2, at = "18:00"', '{ days = 1, at = "12:30"', f"{WEEKLY}rung 2 after: ", "come after rung 1"),
        ('{ days = 1, at = "12:30"', '{ days = 0, at = "18:30"', f"{WEEKLY}rung 1 after: ", "before the question"),
        ('"PT36H"', '{ days = 0, at = "18:00" }', f"{LANDED}rung 1 after: ", "before the question"),
        ('key = "landed"', 'key = "weekly"', 'F.toml: item "weekly": ', "stands here 2 times"),
    ],
)
def test_a_mistake_is_named_where_it_is(old: str, new: str, where: str | None, what: str) -> None:
    text = SOUND.replace(old, new, 1)
    assert text != SOUND
    if where is None:
        parse(text, 1)  # the same change a little smaller is sound
        return
    found = mistakes(text)
    assert any(line.startswith(where) and what in line for line in found), found


def test_a_ladder_is_needed() -> None:
    text = SOUND[: SOUND.rindex("[[item.rung]]")]
    assert mistakes(text) == [f'{LANDED}rung: the ladder has no "missed"; end it with one: silence ends with a person']


def test_hours_and_days_must_come_in_order_whatever_the_hour_of_the_question() -> None:
    rung = '[[item.rung]]\nstep = "second_channel"\nafter = "PT24H"\n[[item.rung]]\nstep = "missed"\nafter = "PT36H"'
    base = SOUND.replace('[[item.rung]]\nstep = "missed"\nafter = "PT36H"', rung)
    parse(base, 1)
    (only,) = mistakes(base.replace('"PT36H"', '{ days = 1, at = "23:00" }'))
    assert only.startswith(f"{LANDED}rung 2 after: does not surely come after rung 1; give it a later time")
    parse(base.replace('"PT36H"', '{ days = 2, at = "00:30" }'), 1)


@pytest.mark.parametrize("text", ["", "# nothing\n", '[quiet]\nstart = "22:00"\nend = "07:00"\n', "item = []\n"])
def test_an_empty_programme_is_a_mistake(text: str) -> None:
    assert len(mistakes(text)) == 1
    assert mistakes(text)[0].startswith("F.toml: item: ")


@pytest.mark.parametrize("text", ["item = 3", 'item = "x"', "item = [1, 2]", "item = [[]]", "[[item]]", "quiet = 3"])
def test_a_crooked_shape_is_a_mistake(text: str) -> None:
    assert all(line.startswith("F.toml: ") for line in mistakes(text))


@pytest.mark.parametrize("text", ["a = [", "= 1", "x = " + "[" * 20000, "x = " + "9" * 5000, "\0", "a = 1\na = 2"])
def test_what_is_not_toml_is_one_mistake(text: str) -> None:
    assert len(mistakes(text)) == 1
    assert "is not TOML" in mistakes(text)[0]


def test_all_mistakes_come_at_once_and_each_says_how_to_mend_it() -> None:
    text = (
        SOUND.replace('"22:30"', '"22.30"')
        .replace('"checkin"', '"chekin"')
        .replace("min_days = 14", "min_days = 500")
        .replace("INTERVAL=2", "COUNT=2")
        .replace('"remind"', '"nag"')
        .replace('key = "landed"', 'key = "weekly"')
        .replace('"PT36H"', '"soon"')
    )
    found = mistakes(text)
    assert [line.split(": ")[1] for line in found] == [
        "quiet.start",
        'item "weekly" kind',
        'item "weekly" when.rule',
        'item "weekly" audience.min_days',
        'item "weekly" rung 1 step',
        'item "weekly" rung 1 after',
        'item "weekly"',
    ]
    assert all(line.rpartition("; ")[2].strip() for line in found)


WORDS = """quiet item key kind audience when rung start end at rule first_weeks first_rule often_in anchor after unknown
step days min_days max_days countries types levels x"""
KEYS = st.sampled_from(WORDS.split())
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.sampled_from(
        ["checkin", "landing", "return", "missed", "18:30", "PT6H", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=TU", "GB"]
    ),
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


def _read(values: dict[str, Any]) -> None:
    nothing_wrong = [Mistake("-", "-", "-")]
    try:
        read(values, 1, "F.toml")
        found = nothing_wrong
    except MistakesError as error:
        found = error.mistakes
    assert found
    assert all(mistake.where and mistake.what and mistake.mend for mistake in found)


@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_values_of_any_shape_give_a_programme_or_mistakes(values: dict[str, Any]) -> None:
    _read(values)


def _paths(values: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    return [*([path] if path else []), *(found for key, value in inner for found in _paths(value, (*path, key)))]


DEFAULT_VALUES = tomllib.loads(default_text())


@given(st.sampled_from(_paths(DEFAULT_VALUES)), VALUES)
def test_the_default_with_anything_in_any_place_gives_a_programme_or_mistakes(
    path: tuple[Any, ...], value: Any
) -> None:
    values = deepcopy(DEFAULT_VALUES)
    place: Any = values
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    _read(values)


@given(st.text())
def test_any_text_gives_a_programme_or_mistakes(text: str) -> None:
    with pytest.raises(MistakesError):
        parse(text, 1)


def test_a_date_where_a_country_goes_is_shown_as_it_is() -> None:
    text = SOUND.replace('["GB"]', "[2026-11-22]")
    assert repr(date(2026, 11, 22)) in mistakes(text)[0]


BEFORE = """
[[item]]
key = "two"
kind = "channels"
when = { anchor = "departure", before = { days = 14, at = "18:30" } }
rung = [{ step = "missed", after = { days = 7, at = "09:00" } }]
"""


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('before = { days = 14, at = "18:30" }', 'after = { days = 1, at = "18:30" }', "asked for before departure"),
        ('anchor = "departure"', 'anchor = "return"', "asked for before departure"),
        ('anchor = "departure"', 'anchor = "landing"', "a landing is an hour"),
        ('kind = "channels"', 'kind = "landing"', "not asked before the day"),
        ("before = {", 'after = "PT6H", before = {', "one of after and before"),
        (', before = { days = 14, at = "18:30" }', "", "one of after and before"),
        ('at = "18:30"', 'at = "23:30"', "lies in the quiet hours"),
        ("days = 14", "days = -14", "does not go here"),
    ],
)
def test_what_is_asked_before_departure_has_its_own_mistakes(was: str, now: str, said: str) -> None:
    assert parse(BEFORE, 1).items[0].when == Once(Anchor.DEPARTURE, After(days=-14, at=time(18, 30)))
    assert any(said in one for one in mistakes(BEFORE.replace(was, now)))
