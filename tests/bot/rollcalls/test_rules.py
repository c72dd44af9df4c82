"""Who is in an area, and when a roll-call goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rollcalls.model import Area, Circle, Rollcall, rollcall_in
from bot.rollcalls.rules import (
    AFTER,
    ASK,
    LIST_THE_SILENT,
    LOOK_AGAIN,
    ON_TIME,
    Here,
    distance_km,
    in_place,
    next_step,
)

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
texts = st.text(min_size=1, max_size=8)
degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
circles = st.builds(Circle, st.floats(-90, 90), st.floats(-180, 180), st.floats(0.1, 5000))
areas = st.builds(
    Area,
    countries=st.lists(st.sampled_from(["JP", "FR", "US"]), max_size=2).map(tuple),
    cities=st.lists(st.tuples(texts, st.sampled_from(["", "JP"])), max_size=2).map(tuple),
    circle=st.none() | circles,
    units=st.lists(texts, max_size=2).map(tuple),
    branches=st.lists(texts, max_size=2).map(tuple),
    numbers=st.lists(texts, max_size=3).map(tuple),
)
heres = st.builds(
    Here,
    city=texts,
    country=st.sampled_from(["JP", "FR", "DE"]),
    is_abroad=st.booleans(),
    is_listed=st.booleans(),
    spot=st.none() | degrees,
)


@given(areas)
def test_an_area_is_kept_whole(area: Area) -> None:
    assert Area.from_json(area.to_json()) == area


@given(areas, heres, st.booleans())
def test_a_place_holds_nobody_at_home(area: Area, here: Here, in_city: bool) -> None:
    is_in = in_place(area, here, in_city=in_city)
    if area.has_place and not here.is_abroad:
        assert not is_in
    if area.has_place and here.is_abroad and (here.country in area.countries or in_city):
        assert is_in
    if not area.has_place:
        assert is_in == (here.is_abroad or here.is_listed)


@given(degrees, circles)
def test_distances_are_never_longer_than_half_the_earth(spot: tuple[float, float], circle: Circle) -> None:
    assert 0 <= distance_km(spot, circle) <= 20016
    assert distance_km((circle.latitude, circle.longitude), circle) < 0.001


@given(st.integers(ASK, LIST_THE_SILENT - 1), st.floats(0, 10 * 24 * 3600))
def test_a_late_step_shifts_all_that_follow(step: int, late: float) -> None:
    planned = NOW + AFTER[step]
    now = planned + timedelta(seconds=late)
    following, at = next_step(step, planned, now, late_ones=False)
    assert following == step + 1
    assert at is not None
    distance = AFTER[step + 1] - AFTER[step]
    assert at == (planned if now - planned <= ON_TIME else now) + distance


def test_the_last_step_comes_again_only_for_those_who_were_asked_late() -> None:
    assert next_step(LIST_THE_SILENT, NOW, NOW, late_ones=False) == (LIST_THE_SILENT, None)
    assert next_step(LIST_THE_SILENT, NOW, NOW, late_ones=True) == (LIST_THE_SILENT, NOW + LOOK_AGAIN)


def test_an_occasion_names_its_roll_call() -> None:
    assert rollcall_in("rollcall:12") == 12
    assert Rollcall.occasion is not None
    with pytest.raises(ValueError, match="another kind"):
        rollcall_in("2026-11-24")
