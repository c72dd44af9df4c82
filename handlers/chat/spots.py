"""What her words, her position or the zone of her phone can mean, and how a button carries such a place: pure.

A button's data is `country:zone:city`, each of which may have been forged; what is no place of ours is refused.
"""

from bot.moves.model import Place
from bot.places.cities import City, find_cities
from bot.places.countries import countries_of_zone, find_country, zones_of
from bot.places.zones import is_zone
from bot.trips.model import Trip

MOST_CANDIDATES = 10


def named(text: str, trip: Trip | None) -> list[Place]:
    """Return the places that a city, a country or a zone in her words can mean, those of her host country first."""
    if is_zone(text):
        return [Place("", "", text)]
    cities = find_cities(text)
    if cities:
        return [_of_city(city) for city in _near(cities, trip)]
    country = find_country(text)
    return [] if country is None else [Place("", country, zone) for zone in zones_of(country)[:MOST_CANDIDATES]]


def around(zones: tuple[str, ...]) -> list[Place]:
    """Return the places of a position, of which only the zones are known; the country where a zone has but one."""
    return [Place("", found[0] if len(found := countries_of_zone(zone)) == 1 else "", zone) for zone in zones]


def code_of(place: Place) -> str:
    """Write a place as the data of a button."""
    return f"{place.country}:{place.zone}:{place.city}"


def place_of(code: str) -> Place | None:
    """Read the data of a button; None when it names no place that we offer."""
    country, _, rest = code.partition(":")
    zone, _, city = rest.partition(":")
    if not is_zone(zone) or (country and not zones_of(country)):
        return None
    if city and not any(found.zone == zone and found.name_en == city for found in find_cities(city, country or None)):
        return None
    return Place(city, country, zone)


def is_of_trip(place: Place, trip: Trip) -> bool:
    """Tell whether a place is the one that her trip names, in whatever spelling; without a city the zone decides."""
    if place.zone != trip.zone or place.country not in {"", trip.country}:
        return False
    return not place.city or place.city in {trip.city, *(one.name_en for one in find_cities(trip.city, trip.country))}


def _near(cities: tuple[City, ...], trip: Trip | None) -> list[City]:
    """Put the cities of her host country first, and name each zone of a country once."""
    once: dict[tuple[str, str], City] = {}
    for city in cities:
        once.setdefault((city.country, city.zone), city)
    return sorted(once.values(), key=lambda city: trip is None or city.country != trip.country)


def _of_city(city: City) -> Place:
    return Place(city.name_en, city.country, city.zone)
