"""Cities where students study, and which zones a city and a country can mean.

Called by the importer (a trip without a zone), by enrolment and by `/zone`, which ask the student when several
zones come back.
"""

from dataclasses import dataclass
from functools import cache

from bot.places.countries import zones_of
from bot.places.folding import fold
from bot.places.tables import parts, rows


@dataclass(frozen=True, slots=True)
class City:
    """A city in one zone. A city whose people keep two times (Urumqi) is there twice, once for each zone."""

    name_en: str
    name_zh: str
    country: str
    """ISO 3166-1 alpha-2 code."""
    zone: str
    """IANA key."""


def find_cities(text: str, country: str | None = None) -> tuple[City, ...]:
    """Find cities by their whole name in English or Chinese or by an alias, however it is spelt.

    Args:
        text: What a person wrote, e.g. `sao paulo`, `圣保罗` or `NYC`.
        country: ISO 3166-1 alpha-2 code; only cities there. None: anywhere.

    Returns:
        Every city that it can mean, empty when none is known. The table lists the greater of two namesakes first.
    """
    found = _index().get(_key(text), ())
    if country is None:
        return found
    code = country.upper()
    return tuple(city for city in found if city.country == code)


def zone_candidates(city: str, country: str | None) -> tuple[str, ...]:
    """Give the IANA zones that a city in a country can mean.

    Args:
        city: What a person wrote; may be empty.
        country: ISO 3166-1 alpha-2 code, or None when it is not known.

    Returns:
        The zones of the cities of that name, else the zones of the country. One: it is certain. Several: ask.
        None at all: neither the city nor the country is known.
    """
    zones = tuple(dict.fromkeys(found.zone for found in find_cities(city, country)))
    if zones or country is None:
        return zones
    return zones_of(country.upper())


def _key(name: str) -> str:
    key = fold(name)
    # 纽约市 is 纽约; a name of two characters that ends so (沙市) is the name itself.
    return key[:-1] if key.endswith("市") and len(key) > len("沙市") else key


@cache
def _index() -> dict[str, tuple[City, ...]]:
    index: dict[str, tuple[City, ...]] = {}
    for row in rows("cities.csv"):
        city = City(name_en=row["en"], name_zh=row["zh"], country=row["country"], zone=row["zone"])
        for key in dict.fromkeys(map(_key, (city.name_en, city.name_zh, *parts(row["aliases"])))):
            index[key] = (*index.get(key, ()), city)
    return index
