"""Whether something can be delivered at an address now, why not and until when, and how what is left changes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses.model import AddressState
from bot.allowances.model import Allowance, Form, Means, Opening, Push, Why, Window
from bot.allowances.rules import can_push, left_now, opened, refused, spent, stocked

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WORDS = Window(48 * 3600.0, 5)
TAP = Window(60.0, 3)
WROTE = opened(Allowance(), Opening.WROTE, WORDS, NOW)
TEMPLATE = Form("t1")
ONCE = Form("o1", once=True)


def push(known: Allowance | None = WROTE, after: float = 0, *forms: Form, kind: str = "question") -> Push:
    now = NOW + timedelta(seconds=after)
    return can_push("working", known, now, windowed=True, forms=forms, kind=kind)


def test_where_nobody_counts_an_address_that_works_always_carries() -> None:
    assert can_push("working", None, NOW, windowed=False) == Push(Means.MESSAGE)


@pytest.mark.parametrize("state", [one for one in AddressState if one is not AddressState.WORKING])
def test_an_address_that_does_not_work_carries_nothing_and_says_why(state: AddressState) -> None:
    assert can_push(state.value, WROTE, NOW, windowed=True).means is None
    assert can_push(state.value, None, NOW, windowed=False).why is not None
    replies = can_push(state.value, WROTE, NOW, windowed=True, kind="reply").means
    assert (replies is Means.MESSAGE) is (state is AddressState.PENDING)


def test_her_words_open_an_address_for_two_days_and_five_messages() -> None:
    assert push() == Push(Means.MESSAGE, until=NOW + timedelta(hours=48), left=5)
    assert push(WROTE, 48 * 3600 - 1).means is Means.MESSAGE
    assert push(WROTE, 48 * 3600) == Push(None, why=Why.WINDOW_CLOSED, left=0)
    assert push(None).why is Why.WINDOW_CLOSED
    used = spent(WROTE, push(), NOW, 5)
    assert push(used) == Push(None, why=Why.COUNT_USED, left=0)
    assert push(opened(used, Opening.WROTE, WORDS, NOW + timedelta(hours=1)), 3600).left == 5


def test_a_tap_opens_it_for_a_minute_and_three_messages_which_go_first() -> None:
    tapped = opened(Allowance(), Opening.TAPPED, TAP, NOW)
    assert (push(tapped, 59).left, push(tapped, 60).why) == (3, Why.WINDOW_CLOSED)
    both = opened(WROTE, Opening.TAPPED, TAP, NOW)
    assert push(both).left == 8
    after = spent(both, push(both), NOW, 4)
    assert (after.tap_left, after.left) == (0, 4)


def test_what_comes_late_does_not_shorten_what_is_open() -> None:
    late = opened(WROTE, Opening.WROTE, WORDS, NOW - timedelta(hours=3))
    assert late == WROTE


def test_outside_the_window_an_approved_form_carries_and_one_with_leave_only_while_there_is_stock() -> None:
    assert push(None, 0, TEMPLATE) == Push(Means.FORM, TEMPLATE, left=0)
    assert push(None, 0, TEMPLATE, kind="reply").why is Why.WINDOW_CLOSED
    assert push(None, 0, Form("t", frozenset({"alarm"}))).why is Why.WINDOW_CLOSED
    assert push(None, 0, ONCE) == Push(None, why=Why.NO_SUBSCRIPTION, left=0)
    stock = stocked(Allowance(), [("o1", 1), ("o1", 1)])
    assert push(stock, 0, ONCE) == Push(Means.ONCE, ONCE, left=0)
    assert spent(stock, push(stock, 0, ONCE), NOW).stock == {"o1": 1}
    assert push(stocked(stock, [("o1", 0)]), 0, ONCE, TEMPLATE).means is Means.FORM


def test_the_platform_knows_better_than_we_do() -> None:
    assert push(refused(WROTE, push(), Why.WINDOW_CLOSED, NOW)).why is Why.WINDOW_CLOSED
    assert push(refused(WROTE, push(), Why.COUNT_USED, NOW)).why is Why.COUNT_USED
    assert refused(WROTE, push(), Why.DAY_QUOTA, NOW) == WROTE
    stock = stocked(Allowance(), [("o1", 1)])
    assert refused(stock, push(stock, 0, ONCE), Why.REFUSED, NOW).stock == {}


@given(st.lists(st.tuples(st.sampled_from(["wrote", "tapped", "send"]), st.integers(0, 7200)), max_size=40))
def test_never_more_goes_than_the_platform_allows(steps: list[tuple[str, int]]) -> None:
    """A shadow counts as the platform does: each word allows five from then on, each tap three for a minute."""
    known, now, words, taps = Allowance(), NOW, 0, 0
    for what, seconds in steps:
        now += timedelta(seconds=seconds)
        if known.tap_until is not None and known.tap_until <= now:
            taps = 0
        if what == "wrote":
            known, words = opened(known, Opening.WROTE, WORDS, now), 5
        elif what == "tapped":
            known, taps = opened(known, Opening.TAPPED, TAP, now), 3
        else:
            found = can_push("working", known, now, windowed=True)
            if found.means is Means.MESSAGE:
                assert words + taps > 0
                known = spent(known, found, now)
                taps, words = (taps - 1, words) if taps else (taps, words - 1)
        assert left_now(known, now) <= words + taps
        assert replace(known) == known
