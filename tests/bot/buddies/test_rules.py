"""Who may be asked, and what each of two sees of what they agreed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.buddies.model import ASKED_FOR, MOST_ASKED, MOST_BUDDIES, Pair, PairState
from bot.buddies.rules import (
    Candidate,
    asks_too_often,
    can_accept,
    code_in,
    is_full,
    may_be_asked,
    number_in,
    stands_for,
    waits,
)
from tests.support.school import START

THERE = Candidate(present=True, pushed=True, missing=False, paused_until=None, today=date(2026, 9, 2), city="US:Boston")
PAIR = Pair(1, 10, 20, "S20", PairState.ASKED, person_anywhere=False, other_anywhere=False, asked_at=START)
AGREED = replace(PAIR, state=PairState.AGREED, agreed_at=START)


def test_a_friend_in_the_same_city_is_asked() -> None:
    assert may_be_asked(THERE, "US:Boston", anywhere=False)


@pytest.mark.parametrize(
    "changed",
    [
        {"present": False},
        {"pushed": False},
        {"missing": True},
        {"paused_until": date(2026, 9, 2)},
    ],
)
def test_whoever_is_not_there_is_not_asked(changed: dict[str, object]) -> None:
    assert not may_be_asked(replace(THERE, **changed), "US:Boston", anywhere=True)  # type: ignore[arg-type]


def test_a_pause_that_is_over_hinders_nobody() -> None:
    assert may_be_asked(replace(THERE, paused_until=date(2026, 9, 1)), "US:Boston", anywhere=False)


@pytest.mark.parametrize(("hers", "city"), [("US:Boston", "US:New York"), (None, None), (None, "US:Boston")])
def test_another_city_needs_their_agreement(hers: str | None, city: str | None) -> None:
    buddy = replace(THERE, city=hers)
    assert not may_be_asked(buddy, city, anywhere=False)
    assert may_be_asked(buddy, city, anywhere=True)


def test_anywhere_needs_both() -> None:
    assert not replace(AGREED, person_anywhere=True).anywhere
    assert replace(AGREED, person_anywhere=True, other_anywhere=True).anywhere


@pytest.mark.parametrize("state", [PairState.ASKED, PairState.DECLINED])
def test_a_no_looks_like_no_reply_to_the_one_who_asked(state: PairState) -> None:
    pair = replace(PAIR, state=state)
    assert waits(pair, START + ASKED_FOR - timedelta(seconds=1))
    assert not waits(pair, START + ASKED_FOR)
    assert is_full([pair] * MOST_BUDDIES, 10, START)
    assert not is_full([pair] * MOST_BUDDIES, 20, START)  # being asked takes nobody's place


def test_whoever_ends_it_no_longer_sees_it_and_the_other_sees_no_difference() -> None:
    ended = replace(AGREED, state=PairState.ENDED, ended_at=START, ended_by=20)
    assert stands_for(ended, 10)
    assert not stands_for(ended, 20)
    withdrawn = replace(PAIR, state=PairState.ENDED, ended_at=START, ended_by=10)
    assert not stands_for(withdrawn, 10)
    assert not stands_for(withdrawn, 20)


def test_only_the_one_who_was_asked_accepts_while_it_waits() -> None:
    assert can_accept(PAIR, 20, START)
    assert can_accept(replace(PAIR, state=PairState.DECLINED), 20, START)
    assert not can_accept(PAIR, 10, START)
    assert not can_accept(PAIR, 20, START + ASKED_FOR)
    assert not can_accept(replace(PAIR, state=PairState.ENDED), 20, START)
    assert not can_accept(replace(PAIR, state=PairState.OFFERED), 20, START)


def test_whoever_tries_out_numbers_is_stopped_whatever_became_of_them() -> None:
    asked = [replace(PAIR, id=number, other_id=None, state=PairState.ENDED) for number in range(MOST_ASKED)]
    assert asks_too_often(asked, 10, START)
    assert not asks_too_often(asked[1:], 10, START)
    assert not asks_too_often(asked, 10, START + ASKED_FOR)


@pytest.mark.parametrize("text", ["yx-ab2c-de3f", "YXAB2CDE3F", " ＹＸ-ＡＢ２Ｃ-ＤＥ３Ｆ "])
def test_a_code_is_read_however_it_is_written(text: str) -> None:
    assert code_in(text) == "YX-AB2C-DE3F"


@pytest.mark.parametrize("text", ["2023001", "YX-AB2C", "YX-AB1C-DE3F", "hello YX-AB2C-DE3F"])
def test_what_is_no_code(text: str) -> None:
    assert code_in(text) is None


def test_a_number_is_a_few_letters_and_digits() -> None:
    assert number_in(" ２０２３００１ ") == "2023001"
    assert number_in("[x](sos:yes)") is None
    assert number_in("王 雨桐") is None
    assert number_in("9" * 65) is None
