"""Where the study cities lie, in degrees of latitude and longitude, good to a kilometre or two: for roll-calls in a
circle, and for the map.
"""

from functools import cache

from bot.places.cities import find_cities
from bot.places.tables import rows


@cache
def spot_of(city: str, country: str, zone: str = "") -> tuple[float, float] | None:
    """Return (latitude, longitude) of a city as somebody names it; None when it is not known.

    Of two namesakes in a country the one in the zone, else the greater.
    """
    found = find_cities(city, country or None)
    best = next((one for one in found if one.zone == zone), found[0] if found else None)
    return None if best is None else _spots().get((best.name_en, best.country, best.zone))


@cache
def spot_in(country: str) -> tuple[float, float] | None:
    """Return (latitude, longitude) in the middle of a country's study cities; None for one that has none here."""
    known = [spot for (_city, code, _zone), spot in _spots().items() if code == country]
    if not known:
        return None
    return sum(one[0] for one in known) / len(known), sum(one[1] for one in known) / len(known)


@cache
def _spots() -> dict[tuple[str, str, str], tuple[float, float]]:
    return {
        (row["en"], row["country"], row["zone"]): (float(row["latitude"]), float(row["longitude"]))
        for row in rows("spots.csv")
    }
