"""Where the study cities lie."""

import csv
from importlib.resources import files

from bot.places.spots import spot_of
from bot.places.tables import rows
from bot.places.zone_finder import ZoneFinder
from bot.rollcalls.model import Circle
from bot.rollcalls.rules import distance_km


def _text(name: str) -> list[dict[str, str]]:
    text = files("bot.places").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_each_city_has_one_spot() -> None:
    cities = [(row["en"], row["country"], row["zone"]) for row in _text("cities.csv")]
    assert [(row["en"], row["country"], row["zone"]) for row in rows("spots.csv")] == cities


def test_each_spot_lies_in_the_zone_of_its_city() -> None:
    finder = ZoneFinder()
    wrong = [
        row["en"]
        for row in rows("spots.csv")
        if row["zone"] not in finder.zones_at(float(row["latitude"]), float(row["longitude"]))
    ]
    assert wrong == ["Hanoi"]  # which the maps of zones give the clock of Bangkok: the same time


def test_a_city_is_found_however_it_is_spelt() -> None:
    assert spot_of("东京", "JP") == spot_of("Tokyo", "JP") == (35.68, 139.69)
    assert spot_of("Columbia", "US", "America/Chicago") != spot_of("Columbia", "US", "America/New_York")
    assert spot_of("Nowhere", "US") is None


def test_distances_are_those_of_the_earth() -> None:
    tokyo, kyoto = spot_of("Tokyo", "JP"), spot_of("Kyoto", "JP")
    assert tokyo is not None
    assert kyoto is not None
    assert 360 < distance_km(kyoto, Circle(*tokyo, 1)) < 375
    assert distance_km(tokyo, Circle(*tokyo, 1)) == 0
