"""She tells when she lands, so that the question whether she has arrived comes at a good hour; and gets her card."""

from bot.engine.facts import load_facts
from bot.engine.flight import card_link, given, is_asked, trip_to_land
from bot.trips.landing import landing_in
from bot.trips.model import Trip
from handlers.chat import waiting
from handlers.context import Chat

STEP = "flight.time"


def asked(chat: Chat, rest: str = "") -> None:
    """Ask when she lands, or take it when it stands behind the command."""
    trip = _trip(chat)
    if trip is None:
        chat.say("flight/none")
    elif rest:
        time_written(chat, rest)
    else:
        waiting.wait_for(chat, STEP)
        _ask(chat, trip, unreadable=False)


def pressed(chat: Chat, value: str) -> bool:
    """Take a button of the question; False when it means nothing."""
    if value == "later":
        waiting.end(chat)
        chat.say("flight/later")
        return True
    if value == "tell":
        asked(chat)
        return True
    return False


def written(chat: Chat, text: str) -> bool:
    """Take a whole message that is a landing, while she is asked for one; False when it is none."""
    if not any(mark.isdecimal() for mark in text) or not chat.is_student or not is_asked(chat.conn, chat.person.id):
        return False
    trip = _trip(chat)
    if trip is None or landing_in(text, trip.departs) is None:
        return False
    time_written(chat, text)
    return True


def time_written(chat: Chat, text: str) -> None:
    """Take the time in her words, or ask once more."""
    trip = _trip(chat)
    wall = None if trip is None else landing_in(text, trip.departs)
    if trip is None:
        waiting.end(chat)
        chat.say("flight/none")
    elif wall is None:
        waiting.wait_for(chat, STEP)
        _ask(chat, trip, unreadable=True)
    else:
        waiting.end(chat)
        at = given(chat.conn, chat.person, trip, wall, chat.now, chat.services.programmes)
        url = card_link(chat.conn, chat.services.settings, chat.person.id, chat.real_now)
        chat.say(
            "flight/kept", lands_at=at, there=trip.zone, card_url=url, card={"city": trip.city, "country": trip.country}
        )


def _ask(chat: Chat, trip: Trip, *, unreadable: bool) -> None:
    chat.say("flight/ask", to_city=trip.city, to_country=trip.country, to_departs=trip.departs, unreadable=unreadable)


def _trip(chat: Chat) -> Trip | None:
    return trip_to_land(load_facts(chat.conn, [chat.person.id])[chat.person.id], chat.now)
