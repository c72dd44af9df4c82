"""She asks where we think she is, confirms it, or says where she is: for good, or until a day.

The clock by which she is asked, the numbers she is told to dial and what her helpers see follow.
"""

from datetime import date, timedelta
from typing import Any

from bot.engine.facts import load_facts
from bot.engine.moving import LONGEST_DAYS, back, move
from bot.engine.person_facts import PersonFacts
from bot.local_time import local_date
from bot.moves.model import Place
from bot.places.zones import is_zone
from bot.trips.model import Trip
from bot.trips.rules import current
from handlers.chat import waiting
from handlers.chat.asking import next_data
from handlers.chat.settled import settled
from handlers.chat.spots import MOST_CANDIDATES, around, code_of, is_of_trip, named, place_of
from handlers.chat.words import day_in, is_back, is_right, place_and_day
from handlers.context import Chat

STEP = "zone.city"
UNTIL = "zone.until"
_STEPS = frozenset({STEP, UNTIL})
_DAYS = frozenset({"7", "21"})


def asked(chat: Chat, *, enrolling: bool = False) -> None:
    """Say where we think she is and what time it is there, and let her next words be a place."""
    facts = _facts(chat)
    said, trip, abroad = facts.move_now(chat.now), _trip(chat, facts), facts.abroad(chat.now)
    ahead = abroad is None and trip is not None and trip.departs > _today(chat, facts)
    stay = "elsewhere" if abroad and said else "abroad" if abroad else "before" if ahead else "home"
    place = facts.place_now(chat.now)
    waiting.wait_for(chat, STEP, enrolling=enrolling)
    chat.say(
        "zone/ask",
        stay=stay,
        departs=trip.departs if trip else None,
        city=place.city if abroad else trip.city if ahead and trip else "",
        country=place.country if abroad else trip.country if ahead and trip else "",
        until=said.until if abroad and said else None,
        back_to=trip.city if trip else "",
    )


def written(chat: Chat, text: str) -> None:
    """Take a city, a country or a zone in her words, with a last day or without; ask when it can be several places."""
    text = text.strip()
    if is_right(text):
        _finish(chat, "zone/kept")
        return
    if is_back(text):
        _back(chat)
        return
    facts = _facts(chat)
    trip = _trip(chat, facts)
    places, until = named(text, trip), None
    if not places:
        text, day = place_and_day(text)
        places = named(text, trip) if day else []
        until = day_in(day, local_date(chat.now, places[0].zone)) if places else None
    _settle_or_ask(chat, places, until)


def until_written(chat: Chat, code: str, text: str) -> None:
    """Take the last day that she writes when asked for how long; any other place goes before it."""
    place = place_of(code)
    until = day_in(text, local_date(chat.now, place.zone)) if place is not None else None
    if place is not None and until is not None:
        _go(chat, place, until)
    elif named(text.strip(), None) or is_right(text) or is_back(text):
        written(chat, text)
    elif place is not None:
        _how_long(chat, place, again=True)
    else:
        asked(chat)


def positioned(chat: Chat, latitude: float, longitude: float) -> None:
    """Take the zone of her position; the position itself is not kept."""
    _settle_or_ask(chat, around(zones_at(chat, latitude, longitude)), None)


def zones_at(chat: Chat, latitude: float, longitude: float) -> tuple[str, ...]:
    """Return the zones of a position; none at sea and for what is no position."""
    try:
        return chat.services.zone_finder.zones_at(latitude, longitude)
    except ValueError:
        return ()


def pressed(chat: Chat, value: str) -> bool:
    """Confirm what we think, come back, choose a place or how long; False when the button means nothing."""
    name, _, rest = value.partition(":")
    if value in {"ok", "passing"}:
        _finish(chat, "zone/kept" if value == "ok" else "zone/passing")
    elif value == "back":
        _back(chat)
    elif is_zone(value):  # a button of the first version
        _settle_or_ask(chat, [Place("", "", value)], None)
    elif name in {"at", "until"} and (place := place_of(rest)) is not None:
        if name == "at":
            _settle_or_ask(chat, [place], None)
        else:
            _how_long(chat, place)
    elif name == "for":
        return _pressed_for(chat, rest)
    else:
        return False
    return True


def _pressed_for(chat: Chat, value: str) -> bool:
    days, _, code = value.partition(":")
    place = place_of(code)
    if place is None or days not in {"good", *_DAYS}:
        return False
    _go(chat, place, None if days == "good" else local_date(chat.now, place.zone) + timedelta(days=int(days)))
    return True


def _settle_or_ask(chat: Chat, places: list[Place], until: date | None) -> None:
    if not places:
        chat.say("zone/unknown")
    elif len({place.zone for place in places}) > 1:
        chat.say("zone/which", candidates=[_shown(place) for place in places[:MOST_CANDIDATES]])
    elif until is None and _may_leave_again(chat, places[0]):
        _how_long(chat, places[0])
    else:
        _go(chat, places[0], until)


def _may_leave_again(chat: Chat, place: Place) -> bool:
    """Tell whether to ask for how long: she is away from where her trip says, and not in the middle of enrolling."""
    trip = _facts(chat).abroad(chat.now)
    return trip is not None and not is_of_trip(place, trip) and not _enrolling(chat)


def _how_long(chat: Chat, place: Place, *, again: bool = False) -> None:
    waiting.wait_for(chat, UNTIL, place=code_of(place))
    chat.say("zone/how_long", again=again, **_shown(place))


def _go(chat: Chat, place: Place, until: date | None) -> None:
    facts = _facts(chat)
    trip, abroad = _trip(chat, facts), facts.abroad(chat.now)
    if abroad is None:
        until = None
    if trip is not None and abroad is None and trip.zone == place.zone and trip.departs > _today(chat, facts):
        _finish(chat, "zone/kept")  # she names where she will be: that is what we know already
        return
    if until is not None and not 0 <= (until - local_date(chat.now, place.zone)).days <= LONGEST_DAYS:
        _how_long(chat, place, again=True)
        return
    is_home = abroad is not None and is_of_trip(place, abroad)
    where = {} if is_home else {"city": place.city, "country": place.country}
    move(chat.conn, chat.person.id, place.zone, chat.now, chat.services.programmes, until=until, **where)
    back_to = abroad.city if abroad is not None and until is not None else ""
    names_city = bool(place.city) or is_home or abroad is None
    _finish(chat, "zone/set", until=until, back_to=back_to, names_city=names_city, **_shown(place))


def _back(chat: Chat) -> None:
    facts = _facts(chat)
    if facts.abroad(chat.now) is None:
        _finish(chat, "zone/kept")
        return
    back(chat.conn, chat.person.id, chat.now, chat.services.programmes)
    place = _facts(chat).place_now(chat.now)
    _finish(chat, "zone/set", until=None, back_to="", names_city=True, **_shown(place))


def _finish(chat: Chat, template: str, **data: Any) -> None:
    found = waiting.step(chat)
    enrolling = _enrolling(chat)
    if found is not None and found.step in _STEPS:
        waiting.end(chat)
    coming = {"next_at": None} if enrolling else next_data(chat)
    chat.say(template, **data, **coming)
    if enrolling:
        settled(chat)


def _enrolling(chat: Chat) -> bool:
    found = waiting.step(chat)
    return found is not None and found.step == STEP and bool(found.data.get("enrolling"))


def _shown(place: Place) -> dict[str, Any]:
    return {"city": place.city, "country": place.country, "new_zone": place.zone, "code": code_of(place)}


def _facts(chat: Chat) -> PersonFacts:
    return load_facts(chat.conn, [chat.person.id])[chat.person.id]


def _today(chat: Chat, facts: PersonFacts) -> date:
    return local_date(chat.now, facts.zone_now(chat.now))


def _trip(chat: Chat, facts: PersonFacts) -> Trip | None:
    """Return the trip that matters to her now: the one she is on, the next, or the last."""
    return facts.abroad(chat.now) or current(facts.trips, _today(chat, facts))
