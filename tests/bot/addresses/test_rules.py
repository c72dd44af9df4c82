"""What could be delivered at an address now, what follows for a person, and her order of addresses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses.model import Address, AddressState
from bot.addresses.rules import SWITCHED_OFF, Can, Limits, Reachable, moved, proven, reach_by, way_of

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def address(channel: str = "telegram", state: AddressState = AddressState.WORKING, **values: Any) -> Address:
    given: dict[str, Any] = {"reason": None, "linked_at": NOW, "last_ok_at": None, "last_failed_at": None} | values
    return Address(1, 1, channel, "a", "x", state, 0, **given)


@pytest.mark.parametrize(("heard", "was"), [(None, False), (NOW, False), (NOW + timedelta(seconds=1), True)])
def test_the_word_that_links_an_address_did_not_find_it_proven(heard: datetime | None, was: bool) -> None:
    assert address(last_ok_at=NOW, heard_at=heard).was_proven == was
    assert not address(heard_at=heard).was_proven


def test_an_address_that_works_carries_and_a_page_waits() -> None:
    assert way_of(address()).can is Can.NOW
    assert way_of(address("web")).can is Can.LOOKS


@pytest.mark.parametrize(
    ("state", "reason", "why"),
    [
        (AddressState.GONE, "blocked", "blocked"),
        (AddressState.WRONG, "bounced", "bounced"),
        (AddressState.REVOKED, None, "revoked"),
        (AddressState.PENDING, None, "pending"),
    ],
)
def test_one_that_does_not_says_why(state: AddressState, reason: str | None, why: str) -> None:
    way = way_of(address(state=state, reason=reason), live={"telegram"}, held="no_token")
    assert (way.can, way.why) == (Can.NO, why)


def test_a_channel_that_is_off_a_closed_window_and_a_used_quota() -> None:
    assert way_of(address(), live={"web"}).why == SWITCHED_OFF
    closed = way_of(address("wechat"), limits=Limits("window_closed", NOW, 0))
    assert (closed.can, closed.why, closed.until) == (Can.NO, "window_closed", NOW)
    assert way_of(address("wecom"), held="day_limit").why == "day_limit"
    few = way_of(address("wechat"), limits=Limits("", NOW, 2))
    assert (few.can, few.left, few.until) == (Can.NOW, 2, NOW)


@pytest.mark.parametrize(
    ("channels", "reach"),
    [
        (["telegram"], Reachable.NOW),
        (["web", "telegram"], Reachable.NOW),
        (["mail"], Reachable.MAIL),
        (["mail", "web"], Reachable.MAIL),
        (["web"], Reachable.LOOKS),
        (["apprise"], Reachable.NONE),
        ([], Reachable.NONE),
    ],
)
def test_how_she_can_be_reached(channels: list[str], reach: Reachable) -> None:
    assert reach_by(way_of(address(channel)) for channel in channels) is reach
    assert reach_by(way_of(address(channel), live={"nothing"}) for channel in channels) is Reachable.NONE


def test_proven_is_a_channel_on_which_both_ways_were_seen() -> None:
    both: dict[str, Any] = {"last_ok_at": NOW, "heard_at": NOW}
    assert proven([address(**both), address("wecom", last_ok_at=NOW), address("mail", heard_at=NOW)]) == 1
    assert proven([address(**both), address(**both)]) == 1  # two accounts on one platform fall together
    assert proven([address(**both), address("wecom", **both)]) == 2
    assert proven([address(state=AddressState.GONE, **both)]) == 0


@given(st.lists(st.integers(1, 9), unique=True), st.integers(1, 9), st.booleans())
def test_moving_one_loses_none(order: list[int], which: int, up: bool) -> None:
    changed = moved(order, which, up=up)
    assert sorted(changed) == sorted(order)
    if which in order:
        assert abs(changed.index(which) - order.index(which)) <= 1
