"""The fairest hour: nobody's worst hour could be better, and whoever has borne bad hours is spared."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.sessions.hours import propose, spread, weigh
from bot.sessions.hours_model import Attendee, Busy, Level, Why

HOUR = timedelta(hours=1)
ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
]
START = datetime(2026, 10, 19, tzinfo=UTC)  # clocks change in Europe on 25 October, in the USA on 1 November
END = START + timedelta(days=28)


def group(*zones: str) -> list[Attendee]:
    return [Attendee(number, zone) for number, zone in enumerate(zones, 1)]


busy_times = st.builds(
    Busy,
    st.frozensets(st.integers(0, 6), min_size=1, max_size=3),
    st.sampled_from([time(0), time(8), time(13, 15), time(22)]),
    st.sampled_from([time(2), time(12, 40), time(18)]),
)
groups = st.lists(
    st.builds(
        Attendee,
        st.integers(1, 99),
        st.sampled_from(ZONES),
        busy=st.lists(busy_times, max_size=2).map(tuple),
        borne=st.integers(0, 9),
    ),
    min_size=1,
    max_size=9,
)
lengths = st.sampled_from([HOUR, 1.5 * HOUR, timedelta(minutes=40)])
starts = st.integers(0, 28 * 48).map(lambda number: START + number * timedelta(minutes=30))


@given(groups, starts, lengths)
def test_no_slot_in_range_has_a_better_worst_hour_than_the_first(
    attendees: list[Attendee], start: datetime, length: timedelta
) -> None:
    end = start + timedelta(days=3)
    first = propose(attendees, start, end, length=length)[0]
    at = start
    while at < end:  # by the other way of reading a clock: one wall time at a time
        other = weigh(attendees, at, length)
        assert other.worst >= first.worst
        if other.worst == first.worst:
            assert spread(attendees, other.levels) >= spread(attendees, first.levels)
        at += timedelta(minutes=30)


@given(groups, starts, lengths)
def test_both_ways_of_reading_the_clock_agree(attendees: list[Attendee], start: datetime, length: timedelta) -> None:
    for slot in propose(attendees, start, start + timedelta(days=9), length=length):
        assert weigh(attendees, slot.starts_at, length) == slot


@given(groups)
def test_over_twenty_sessions_burdens_do_not_drift_apart_while_a_fairer_slot_exists(attendees: list[Attendee]) -> None:
    at = START
    for _ in range(20):
        first = propose(attendees, at, at + timedelta(days=2), length=HOUR)[0]
        before, after = spread(attendees, [Level.GOOD] * len(attendees)), spread(attendees, first.levels)
        if after > before:
            slots = [weigh(attendees, at + number * HOUR / 2, HOUR) for number in range(96)]
            fairer = [one for one in slots if one.worst <= first.worst and spread(attendees, one.levels) < after]
            assert fairer == []
        attendees = [replace(one, borne=one.borne + level) for one, level in zip(attendees, first.levels, strict=True)]
        at += timedelta(days=7)


def test_an_afternoon_in_london_is_good_for_three_continents() -> None:
    attendees = group("Asia/Shanghai", "Europe/London", "America/New_York")
    first = propose(attendees, START, END, length=HOUR)[0]
    assert (first.why, first.worst) == (Why.ALL_GOOD, Level.GOOD)
    assert 12 <= first.starts_at.hour < 14


def test_a_clock_change_moves_the_hour_on_the_wall_that_changes() -> None:
    berlin = group("Europe/Berlin")
    early = datetime(2026, 10, 24, 5, 0, tzinfo=UTC)  # a Saturday in summer time: 07:00
    assert weigh(berlin, early, HOUR).levels == (Level.EDGE,)
    assert weigh(berlin, early + timedelta(days=1), HOUR).levels == (Level.QUIET,)  # 06:00 a day later
    slots = propose(berlin, early - HOUR, early + timedelta(days=2), length=HOUR, most=3)
    assert [slot.levels for slot in slots] == [(Level.GOOD,)] * 3


def test_when_every_hour_is_in_somebodys_night_it_says_so() -> None:
    around = group("Asia/Shanghai", "Europe/London", "America/Los_Angeles", "Pacific/Auckland", "America/Sao_Paulo")
    first = propose(around, START, END, length=2 * HOUR)[0]
    assert not first.is_fair
    assert first.why in {Why.LEAST_BAD, Why.NONE_FAIR}


def test_whoever_has_borne_bad_hours_is_spared() -> None:
    pair = [Attendee(1, "Asia/Shanghai"), Attendee(2, "America/New_York", busy=(all_day(),))]
    tired, fresh = replace(pair[0], borne=9), replace(pair[0], person_id=3, zone="Asia/Tokyo")
    first = propose([tired, fresh, pair[1]], START, START + timedelta(days=1), length=HOUR)[0]
    assert first.levels[0] <= first.levels[1]


def all_day() -> Busy:
    return Busy(frozenset(range(7)), time(0), time(0))


def test_what_somebody_calls_busy_is_as_hard_as_her_night() -> None:
    lecture = Busy(frozenset({0}), time(9), time(10, 40))
    student = [replace(group("Europe/London")[0], busy=(lecture,))]
    monday = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
    assert weigh(student, monday, HOUR).levels == (Level.QUIET,)
    assert weigh(student, monday + timedelta(minutes=15), HOUR).levels == (Level.GOOD,)
    assert weigh(student, monday + timedelta(days=1), HOUR).levels == (Level.GOOD,)


def test_nobody_and_an_empty_span_are_no_error() -> None:
    assert propose([], START, START + HOUR, length=HOUR)[0].levels == ()
    assert propose(group("Asia/Shanghai"), START, START, length=HOUR) == []


def test_equally_fair_proposals_lie_on_different_days_at_different_hours() -> None:
    for attendees in (group("Asia/Shanghai"), group("Asia/Shanghai", "Europe/Berlin")):
        found = propose(attendees, START, END, length=HOUR)
        assert len({one.starts_at.weekday() for one in found}) == 6
        assert all(abs(one.starts_at - two.starts_at) >= timedelta(days=2) for one, two in pairwise(found))
        assert len({one.starts_at.hour // 2 for one in found}) >= 3


def test_of_what_is_equally_good_for_all_the_hours_of_whoever_leads_it_come_first() -> None:
    two, host = group("America/New_York", "America/Chicago"), Attendee(9, "Asia/Shanghai")
    found = propose(two, START, END, length=HOUR, host=host)
    assert {slot.worst for slot in found} == {Level.GOOD}
    assert {weigh([host], slot.starts_at, HOUR).worst for slot in found} == {Level.GOOD}
    best = propose(two, START, END, length=HOUR)[0]
    far = replace(host, busy=(all_day(),))
    assert propose(two, START, END, length=HOUR, host=far)[0] == best  # nobody who attends has it worse for that
