"""She says where she is, or confirms it: the clock by which she is asked follows."""

from datetime import date
from typing import Any

from bot.engine.facts import load_facts
from bot.engine.people_moves import move
from bot.local_time import local_date
from bot.people.model import Person
from bot.places.cities import City, find_cities
from bot.places.countries import find_country, zones_of
from bot.places.zones import is_zone, zone_name
from bot.trips.model import Trip
from bot.trips.rules import current
from handlers.chat import waiting
from handlers.chat.asking import next_data
from handlers.chat.settled import settled
from handlers.chat.words import is_right
from handlers.context import Chat

STEP = "zone.city"
MOST_CANDIDATES = 10


def asked(chat: Chat, *, enrolling: bool = False) -> None:
    """Say where we think she is and what time it is there, and let her next words be a city."""
    trip, abroad = _trip(chat)
    ahead = trip is not None and trip.departs > _today(chat)
    here = abroad and chat.person.here_zone is None  # once she has named another place, her host city says nothing
    stay = "abroad" if here else "before" if ahead else "home"
    waiting.wait_for(chat, STEP, enrolling=enrolling)
    chat.say("zone/ask", stay=stay, departs=trip.departs if trip else None, city=trip.city if trip else "")


def written(chat: Chat, text: str) -> None:
    """Take a city, a country or a zone in her words; ask when it can be several places."""
    text = text.strip()
    if is_right(text):
        _finish(chat, "zone/kept")
        return
    trip, _ = _trip(chat)
    cities = find_cities(text)
    country = find_country(text)
    if is_zone(text):
        choose(chat, text)
    elif cities:
        _settle_or_ask(chat, [_of_city(city, chat.person) for city in _near(cities, trip)])
    elif country is not None:
        zones = zones_of(country)[:MOST_CANDIDATES]
        _settle_or_ask(chat, [_candidate(zone_name(zone, _language(chat)), country, zone) for zone in zones])
    else:
        chat.say("zone/unknown")


def positioned(chat: Chat, latitude: float, longitude: float) -> None:
    """Take the zone of her position; the position itself is not kept."""
    try:
        zones = chat.services.zone_finder.zones_at(latitude, longitude)
    except ValueError:
        zones = ()
    if not zones:
        chat.say("zone/unknown")
    else:
        _settle_or_ask(chat, [_candidate(zone_name(zone, _language(chat)), "", zone) for zone in zones])


def pressed(chat: Chat, value: str) -> bool:
    """Confirm what we think, or choose one of several places; False when the button means neither."""
    if value == "ok":
        _finish(chat, "zone/kept")
        return True
    if not is_zone(value):
        return False
    choose(chat, value)
    return True


def choose(chat: Chat, zone: str) -> None:
    """Go by the clock of a zone from now on."""
    trip, abroad = _trip(chat)
    if trip is not None and not abroad and trip.zone == zone and trip.departs > _today(chat):
        _finish(chat, "zone/kept")  # she names where she will be: that is what we know already
        return
    move(chat.conn, chat.person.id, zone, chat.now, chat.services.programmes)
    _finish(chat, "zone/set", new_zone=zone)


def _finish(chat: Chat, template: str, **data: Any) -> None:
    found = waiting.step(chat)
    enrolling = found is not None and found.step == STEP and bool(found.data.get("enrolling"))
    if found is not None and found.step == STEP:
        waiting.end(chat)
    coming = {"next_at": None} if enrolling else next_data(chat)
    chat.say(template, **data, **coming)
    if enrolling:
        settled(chat)


def _settle_or_ask(chat: Chat, candidates: list[dict[str, str]]) -> None:
    zones = dict.fromkeys(one["zone"] for one in candidates)
    if len(zones) == 1:
        choose(chat, next(iter(zones)))
    elif zones:
        chat.say("zone/which", candidates=candidates[:MOST_CANDIDATES])
    else:
        chat.say("zone/unknown")


def _near(cities: tuple[City, ...], trip: Trip | None) -> list[City]:
    """Put the cities of her host country first, and name each zone of a country once."""
    once: dict[tuple[str, str], City] = {}
    for city in cities:
        once.setdefault((city.country, city.zone), city)
    return sorted(once.values(), key=lambda city: trip is None or city.country != trip.country)


def _of_city(city: City, person: Person) -> dict[str, str]:
    label = city.name_en if person.language == "en" else city.name_zh
    return _candidate(label, city.country, city.zone)


def _candidate(label: str, country: str, zone: str) -> dict[str, str]:
    return {"label": label, "country": country, "zone": zone}


def _language(chat: Chat) -> str:
    return "en" if chat.person.language == "en" else "zh"


def _today(chat: Chat) -> date:
    facts = load_facts(chat.conn, [chat.person.id])[chat.person.id]
    return local_date(chat.now, facts.zone_now(chat.now))


def _trip(chat: Chat) -> tuple[Trip | None, bool]:
    """Return the trip that matters to her now, and whether she is on it."""
    facts = load_facts(chat.conn, [chat.person.id])[chat.person.id]
    abroad = facts.abroad(chat.now)
    return abroad or current(facts.trips, local_date(chat.now, facts.zone_now(chat.now))), abroad is not None
