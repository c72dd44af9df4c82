"""Rules of recurrence that are let through always have a next day; ladders that are let through always ascend."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.engine.ladder import after
from bot.local_time import Quiet, days_of_rule, is_quiet
from bot.programmes.model import After, Rung, Step
from bot.programmes.rules import end_faults, order_faults, quiet_fault, rule_fault


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=DAILY;BYDAY=MO,WE,FR",
        "FREQ=WEEKLY;BYDAY=TU",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SA;WKST=SU",
        "FREQ=WEEKLY;BYMONTH=9,10,11",
        "FREQ=MONTHLY;BYDAY=1TU",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
    ],
)
def test_a_sound_rule_is_let_through(rule: str) -> None:
    assert rule_fault(rule) is None


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("", "no RRULE"),
        ("every Tuesday", "no RRULE"),
        ("RRULE:FREQ=DAILY", "no RRULE"),
        ("FREQ=DAILY\nDTSTART:20200101", "no RRULE"),
        ("FREQ=DAILY;FREQ=DAILY", "no RRULE"),
        ("FREQ=DAILY;", "no RRULE"),
        ("BYDAY=TU", "FREQ is missing"),
        ("FREQ=HOURLY", "FREQ is HOURLY"),
        ("FREQ=YEARLY", "FREQ is YEARLY"),
        ("FREQ=DAILY;COUNT=5", "COUNT ends"),
        ("FREQ=DAILY;UNTIL=20270101", "UNTIL ends"),
        ("FREQ=DAILY;BYMINUTE=5", "BYMINUTE"),
        ("FREQ=DAILY;BYEASTER=0", "BYEASTER is not understood"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;INTERVAL=1,2", "INTERVAL=1,2"),
        ("FREQ=WEEKLY;INTERVAL=53", "INTERVAL=53"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX"),
        ("FREQ=WEEKLY;BYDAY=1TU", "BYDAY=1TU"),
        ("FREQ=WEEKLY;WKST=7", "WKST=7"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY"),
        ("FREQ=MONTHLY", "which day"),
        ("FREQ=MONTHLY;BYDAY=5TU", "BYDAY=5TU"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "not in every month"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH=13"),
        ("FREQ=MONTHLY;BYDAY=1TU;BYMONTHDAY=28", "never meet"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", "never meet"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1;BYMONTH=2", "never meet"),
    ],
)
def test_a_rule_is_refused_with_its_reason(rule: str, word: str) -> None:
    fault = rule_fault(rule)
    assert fault is not None
    assert word in fault.what
    assert fault.mend


DAYS = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
RULES = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"])},
    optional={
        "INTERVAL": st.integers(1, 60).map(str),
        "BYDAY": st.tuples(st.sampled_from(["", "1", "-1", "4", "5"]), DAYS).map("".join),
        "BYMONTHDAY": st.integers(-31, 31).map(str),
        "BYMONTH": st.integers(1, 12).map(str),
        "WKST": DAYS,
    },
).map(lambda parts: ";".join(f"{name}={value}" for name, value in parts.items()))


@given(RULES, st.dates(date(2024, 1, 1), date(2032, 1, 1)))
def test_a_rule_that_is_let_through_has_a_next_day(rule: str, start: date) -> None:
    assume(rule_fault(rule) is None)
    assert next(days_of_rule(rule, start, start + timedelta(days=800)), None) is not None


WALL = st.times().map(lambda at: at.replace(second=0, microsecond=0))
SPANS = st.one_of(
    st.builds(After, days=st.integers(0, 4), at=WALL),
    st.integers(0, 5000).map(lambda minutes: After(duration=timedelta(minutes=minutes))),
)


@given(st.lists(SPANS, min_size=1, max_size=4), st.none() | WALL, WALL)
def test_a_ladder_that_is_let_through_ascends(spans: list[After], fixed: time | None, hour: time) -> None:
    ladder = tuple(Rung(Step.REMIND, span) for span in spans)
    assume(not order_faults(ladder, fixed))
    opening = datetime.combine(date(2026, 11, 24), fixed or hour, tzinfo=UTC)
    times = [opening, *(after(opening, "UTC", rung.after) for rung in ladder)]
    assert all(one < following for one, following in pairwise(times))


@given(WALL, WALL, WALL)
def test_quiet_hours_are_those_of_local_time(at: time, start: time, end: time) -> None:
    quiet = Quiet(start, end)
    inside = is_quiet(datetime.combine(date(2026, 11, 24), at, tzinfo=UTC), "UTC", quiet)
    assert (quiet_fault(at, quiet) is not None) == inside


def test_a_ladder_ends_with_one_missed() -> None:
    remind, missed = (Rung(step, After(duration=timedelta(hours=1))) for step in (Step.REMIND, Step.MISSED))
    assert end_faults((remind, missed)) == []
    assert [index for index, _ in end_faults(())] == [None]
    assert [index for index, _ in end_faults((missed, remind, missed))] == [0]
