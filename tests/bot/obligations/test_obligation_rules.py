"""When something is owed to a branch, until when it is in time, and when she hears of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import MistakesError
from bot.local_time import local_date
from bot.obligations.model import Kind, Member, Obligation, Stage
from bot.obligations.parse import parse, shipped
from bot.obligations.rules import ends_at, is_for, is_late, is_still_meant, next_of, next_word, opens_on

REPORT, CONTACT, RETURN = shipped()
MEI = Member("party", "party", date(2026, 9, 1), date(2027, 6, 30), date(2026, 9, 1))


def row(rule: Kind, due_on: date, opens: date, told_at: datetime | None = None) -> Obligation:
    return Obligation(1, 1, 1, 1, "x", rule, due_on.isoformat(), due_on, Stage.OPEN, opens, told_at)


def test_a_report_is_due_by_the_next_day_of_the_rule_on_which_she_is_away() -> None:
    found = next_of(REPORT, MEI, date(2026, 11, 18))
    assert found is not None
    assert (found.due_on, opens_on(REPORT, MEI, found)) == (date(2026, 12, 31), date(2026, 12, 10))
    assert next_of(REPORT, replace(MEI, departs=date(2026, 9, 10)), date(2026, 9, 11)) == found  # not within a month
    assert next_of(REPORT, MEI, date(2027, 6, 30)) is not None  # the last day counts
    assert next_of(REPORT, MEI, date(2027, 7, 1)) is None
    assert next_of(REPORT, replace(MEI, returns=date(2026, 11, 1)), date(2026, 10, 1)) is None  # too short a stay


def test_contact_counts_from_the_last_and_the_request_from_the_return() -> None:
    found = next_of(CONTACT, replace(MEI, contact_on=date(2026, 10, 1)), date(2026, 11, 18))
    assert found is not None
    assert (found.period, found.due_on) == ("2026-10-01", date(2027, 4, 1))
    assert next_of(CONTACT, replace(MEI, contact_on=date(2027, 3, 1)), date(2027, 3, 2)) is None  # she is home before
    asked = next_of(RETURN, MEI, date(2026, 9, 1))
    assert asked is not None
    assert (asked.due_on, opens_on(RETURN, MEI, asked)) == (date(2027, 7, 30), MEI.returns)


def test_a_rule_is_for_whom_it_names() -> None:
    assert is_for(REPORT, replace(MEI, status="probationary"))
    assert not is_for(REPORT, replace(MEI, status="league"))
    assert not is_for(RETURN, replace(MEI, branch_kind="league"))
    assert is_for(CONTACT, replace(MEI, status="none", branch_kind="league"))
    gone = row(Kind.REPORT, date(2026, 12, 31), date(2026, 12, 10))
    assert is_still_meant(REPORT, gone, MEI)
    assert not is_still_meant(None, gone, MEI)
    assert not is_still_meant(REPORT, gone, replace(MEI, returns=date(2026, 12, 5)))


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        ("America/New_York", "2027-01-01 05:00"),
        ("Asia/Tokyo", "2026-12-31 16:00"),
        ("Asia/Shanghai", "2026-12-31 16:00"),
    ],
)
def test_it_is_in_time_until_midnight_hers_or_beijings_whichever_comes_later(zone: str, ends: str) -> None:
    at = datetime.fromisoformat(ends).replace(tzinfo=UTC)
    assert ends_at(date(2026, 12, 31), zone) == at
    assert not is_late(date(2026, 12, 31), zone, at - timedelta(seconds=1))
    assert is_late(date(2026, 12, 31), zone, at)


def test_she_hears_of_it_at_its_opening_a_week_and_a_day_before() -> None:
    one, heard = row(Kind.REPORT, date(2026, 12, 31), date(2026, 12, 10)), []
    while (at := next_word(one, REPORT, "America/New_York")) is not None:
        heard.append(at)
        one = replace(one, told_at=at)
    assert [f"{at:%m-%d %H:%M}" for at in heard] == ["12-10 23:00", "12-24 23:00", "12-30 23:00"]


@given(
    st.dates(date(2026, 9, 1), date(2027, 6, 30)),
    st.sampled_from(["Asia/Tokyo", "America/Los_Angeles", "Pacific/Apia"]),
)
def test_words_come_one_a_day_at_most_and_never_after_the_end(due_on: date, zone: str) -> None:
    one, days = row(Kind.REPORT, due_on, due_on - timedelta(days=21)), []
    while (at := next_word(one, REPORT, zone)) is not None:
        assert at < ends_at(due_on, zone)
        days.append(local_date(at, zone))
        one = replace(one, told_at=at)
    assert len(days) == len(set(days)) <= 3


def test_every_mistake_of_a_file_is_named() -> None:
    text = """
hour = 3
[[rule]]
key = "a"
kind = "report"
title = { zh = "甲", en = "A" }
due = ["02-30", "6月30日"]
every_days = 3
[[rule]]
key = "A"
kind = "never"
title = { zh = "甲" }
"""
    with pytest.raises(MistakesError) as caught:
        parse(text, "rules.toml")
    said = " / ".join(f"{one.where} {one.what}" for one in caught.value.mistakes)
    for words in (
        "rules.toml: hour",
        "'02-30' is no day",
        "'6月30日' is no day",
        "every_days does not belong",
        "rule 2 key",
        "rule 2 kind",
        "rule 2 title.en is missing",
    ):
        assert words in said
    assert parse("", "empty.toml") == ()
