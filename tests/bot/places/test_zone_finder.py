"""The zone of a position: on land, at sea, in Xinjiang, and nonsense."""

from pathlib import Path

import pytest

from bot.places import zone_finder
from bot.places.zone_finder import ZoneFinder

OPEN = Path("/dev/fd")


@pytest.fixture(scope="module")
def finder() -> ZoneFinder:
    return ZoneFinder()


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (40.81, -73.96, "America/New_York"),
        (51.52, -0.13, "Europe/London"),
        (27.70, 85.32, "Asia/Kathmandu"),
        (-33.89, 151.19, "Australia/Sydney"),
        (-23.56, -46.73, "America/Sao_Paulo"),
        (47.56, -52.71, "America/St_Johns"),
        (33.42, -111.93, "America/Phoenix"),
        (50.45, 30.52, "Europe/Kyiv"),
        (31.23, 121.47, "Asia/Shanghai"),
    ],
)
def test_on_land_there_is_one_zone(finder: ZoneFinder, latitude: float, longitude: float, zone: str) -> None:
    assert finder.zone_at(latitude, longitude) == zone
    assert finder.zones_at(latitude, longitude) == (zone,)


@pytest.mark.parametrize(("latitude", "longitude"), [(43.82, 87.62), (39.47, 75.99), (42.83, 93.51)])
def test_in_xinjiang_there_are_two_and_she_is_asked(finder: ZoneFinder, latitude: float, longitude: float) -> None:
    assert finder.zones_at(latitude, longitude) == ("Asia/Shanghai", "Asia/Urumqi")
    assert finder.zone_at(latitude, longitude) == "Asia/Urumqi"


def test_just_outside_xinjiang_there_is_one(finder: ZoneFinder) -> None:
    assert finder.zones_at(40.14, 94.66) == ("Asia/Shanghai",)


def test_at_sea_there_is_none(finder: ZoneFinder) -> None:
    assert finder.zone_at(0.0, -30.0) is None
    assert finder.zones_at(0.0, -30.0) == ()


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (90.01, 0.0),
        (-90.01, 0.0),
        (0.0, 180.01),
        (0.0, -180.01),
        (116.39, 39.91),
        (float("nan"), 0.0),
        (0.0, float("nan")),
        (float("inf"), 0.0),
        (0.0, float("-inf")),
    ],
)
def test_nonsense_is_refused_without_repeating_the_position(
    finder: ZoneFinder, latitude: float, longitude: float
) -> None:
    with pytest.raises(ValueError, match="latitude") as refusal:
        finder.zones_at(latitude, longitude)
    assert not any(str(number) in str(refusal.value) for number in (latitude, longitude) if number)


@pytest.mark.parametrize(("latitude", "longitude"), [(90.0, 0.0), (-90.0, 0.0), (0.0, 180.0), (0.0, -180.0)])
def test_the_ends_of_the_map_are_positions(finder: ZoneFinder, latitude: float, longitude: float) -> None:
    finder.zones_at(latitude, longitude)


def test_a_second_finder_opens_no_second_file(finder: ZoneFinder) -> None:
    assert finder.zone_at(51.52, -0.13) == "Europe/London"
    before = len(list(OPEN.iterdir()))
    others = [ZoneFinder() for _ in range(5)]
    assert len(list(OPEN.iterdir())) == before
    assert {other.zone_at(51.52, -0.13) for other in others} == {"Europe/London"}


def test_the_map_is_opened_by_whoever_needs_it_first_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(zone_finder, "_map", lambda: opened.append("map"))
    finder = ZoneFinder()
    assert opened == []
    finder.open()
    assert opened == ["map"]
