"""Who is on: hand-overs, hours, holidays and overrides, also on the nights on which clocks change."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.duty.model import Duty, Hours, Override, Rota, Wall
from bot.duty.parse import from_json, to_json
from bot.duty.rules import covering, gaps, standing, timeline, who_at
from tests.support.rotas import utc

PLAIN = Rota("R", (), "Europe/Berlin", 0, time(9), ("A", "B", "C"), date(2026, 9, 7))
ZONES = ["Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut"]

times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
days = st.dates(date(2026, 10, 1), date(2026, 12, 1))
walls = st.builds(Wall, days, times)


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    start = draw(walls)
    end = draw(walls.filter(lambda wall: wall > start))
    return Override(start, end, draw(st.sampled_from(["A", "B", "X"])))


rotas = st.builds(
    Rota,
    name=st.just("R"),
    scope=st.just(()),
    zone=st.sampled_from(ZONES),
    handover_weekday=st.integers(0, 6),
    handover_at=times,
    members=st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=3).map(tuple),
    since=days,
    hours=st.lists(
        st.builds(Hours, st.frozensets(st.integers(0, 6), min_size=1), times, st.none() | times), max_size=2
    ).map(tuple),
    holidays=st.frozensets(days, max_size=4),
    overrides=st.lists(overrides(), max_size=3).map(tuple),
)
instants = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


def test_the_turn_goes_on_at_each_hand_over() -> None:
    assert who_at(PLAIN, utc("2026-09-06 21:59")) is None  # 23:59 in Berlin on the day before it begins
    assert who_at(PLAIN, utc("2026-09-06 22:00")) == "A"
    assert who_at(PLAIN, utc("2026-09-14 06:59")) == "A"
    assert who_at(PLAIN, utc("2026-09-14 07:00")) == "B"
    assert who_at(PLAIN, utc("2026-09-28 07:00")) == "A"


def test_a_turn_that_begins_in_the_middle_of_a_week_ends_with_the_week() -> None:
    rota = replace(PLAIN, since=date(2026, 9, 9))
    assert who_at(rota, utc("2026-09-14 06:59")) == "A"
    assert who_at(rota, utc("2026-09-14 07:00")) == "B"


def test_a_hand_over_happens_when_the_wall_shows_it_on_both_sides_of_a_clock_change() -> None:
    assert timeline(PLAIN, utc("2026-10-18 00:00"), utc("2026-11-01 00:00"))[1:] == timeline(
        PLAIN, utc("2026-10-19 07:00"), utc("2026-11-01 00:00")
    )
    changes = [shift.start for shift in timeline(PLAIN, utc("2026-10-18 00:00"), utc("2026-11-01 00:00"))]
    assert changes[1:] == [utc("2026-10-19 07:00"), utc("2026-10-26 08:00")]  # 09:00 in summer, 09:00 in winter


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin() -> None:
    rota = replace(PLAIN, hours=(Hours(frozenset({4}), time(22), time(6)),))
    assert who_at(rota, utc("2026-11-20 21:00")) is not None  # Friday 22:00
    assert who_at(rota, utc("2026-11-21 04:59")) is not None  # Saturday 05:59
    assert who_at(rota, utc("2026-11-21 05:00")) is None
    assert who_at(rota, utc("2026-11-20 04:00")) is None  # the night from Thursday is nobody's


def test_on_a_holiday_the_turn_rests_and_an_override_works() -> None:
    rota = replace(
        PLAIN,
        holidays=frozenset({date(2026, 12, 25)}),
        overrides=(Override(Wall(date(2026, 12, 25), time(10)), Wall(date(2026, 12, 25), time(12)), "X"),),
    )
    spans = timeline(rota, utc("2026-12-24 12:00"), utc("2026-12-26 12:00"))
    assert [(shift.start, shift.who) for shift in spans] == [
        (utc("2026-12-24 12:00"), "A"),
        (utc("2026-12-24 23:00"), None),
        (utc("2026-12-25 09:00"), "X"),
        (utc("2026-12-25 11:00"), None),
        (utc("2026-12-25 23:00"), "A"),
    ]


def test_of_two_overrides_the_later_one_counts() -> None:
    first = Override(Wall(date(2026, 11, 1), time(0)), Wall(date(2026, 11, 8), time(0)), "X")
    second = Override(Wall(date(2026, 11, 3), time(0)), Wall(date(2026, 11, 4), time(0)), "Y")
    rota = replace(PLAIN, overrides=(first, second))
    assert who_at(rota, utc("2026-11-03 12:00")) == "Y"
    assert who_at(rota, utc("2026-11-04 12:00")) == "X"


def test_it_says_who_is_next_and_when() -> None:
    now = standing(PLAIN, utc("2026-11-20 12:00"))
    assert (now.on, now.until) == ("B", utc("2026-11-23 08:00"))
    assert (now.then, now.then_at) == ("C", utc("2026-11-23 08:00"))


def test_one_who_is_alone_is_on_without_an_end() -> None:
    now = standing(replace(PLAIN, members=("A",)), utc("2026-11-20 12:00"))
    assert (now.on, now.until, now.then, now.then_at) == ("A", None, None, None)


def test_the_closest_rota_is_asked_first_and_the_wider_one_after_it() -> None:
    wide = replace(PLAIN, name="wide")
    europe = replace(PLAIN, name="europe", scope=(("region", "EU"),))
    germany = replace(PLAIN, name="germany", scope=(("country", "DE"), ("country", "AT")))
    physics = replace(PLAIN, name="physics", scope=(("unit", "NJU/Physics"),))
    school = replace(PLAIN, name="school", scope=(("unit", "NJU"),))
    asia = replace(PLAIN, name="asia", scope=(("region", "AS"),))
    hers = frozenset({("unit", "NJU"), ("unit", "NJU/Physics"), ("country", "DE"), ("region", "EU")})
    found = covering((wide, europe, asia, school, germany, physics), hers)
    assert [[rota.name for rota in level] for level in found] == [
        ["physics"],
        ["germany"],
        ["europe"],
        ["school"],
        ["wide"],
    ]


@given(rotas, instants, st.integers(1, 30))
def test_every_instant_is_somebodys_or_nobodys_and_never_both(rota: Rota, start: datetime, length: int) -> None:
    end = start + timedelta(days=length)
    spans = timeline(rota, start, end)
    assert spans[0].start == start
    assert spans[-1].end == end
    for before, after in pairwise(spans):
        assert before.end == after.start
        assert before.who != after.who
    assert all(span.start < span.end for span in spans)


@given(rotas, instants, st.integers(1, 20), st.data())
def test_a_timeline_says_of_any_instant_what_the_rule_says(
    rota: Rota, start: datetime, length: int, data: st.DataObject
) -> None:
    end = start + timedelta(days=length)
    at = data.draw(st.datetimes(start.replace(tzinfo=None), end.replace(tzinfo=None), timezones=st.just(UTC)))
    if at == end:
        return
    (span,) = [shift for shift in timeline(rota, start, end) if shift.start <= at < shift.end]
    assert span.who == who_at(rota, at)


@given(st.lists(rotas, min_size=1, max_size=3), instants, st.integers(1, 10), st.data())
def test_gaps_are_exactly_what_nobody_present_covers(
    several: list[Rota], start: datetime, length: int, data: st.DataObject
) -> None:
    present = frozenset({"A", "X"})
    end = start + timedelta(days=length)
    found = gaps(several, start, end, present)
    at = data.draw(st.datetimes(start.replace(tzinfo=None), end.replace(tzinfo=None), timezones=st.just(UTC)))
    if at == end:
        return
    in_gap = [gap for gap in found if gap.start <= at < gap.end]
    assert len(in_gap) == (0 if any(who_at(rota, at) in present for rota in several) else 1)


@given(rotas)
def test_what_is_stored_reads_back_the_same(rota: Rota) -> None:
    assert timeline(from_json(to_json(Duty((rota,)))).rotas[0], utc("2026-10-01 00:00"), utc("2026-12-01 00:00")) == (
        timeline(rota, utc("2026-10-01 00:00"), utc("2026-12-01 00:00"))
    )
    assert json.loads(to_json(Duty((rota,)))) == json.loads(to_json(from_json(to_json(Duty((rota,))))))
