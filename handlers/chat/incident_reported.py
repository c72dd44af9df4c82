"""She reports that something has happened where she is: what, then where. Nothing starts by itself."""

from bot.engine.facts import load_facts
from bot.engine.incident_reports import LONGEST, report_incident
from bot.moves.model import Place
from bot.places.cities import find_cities
from bot.places.countries import find_country
from handlers.chat import drafted, waiting
from handlers.chat.words import is_off
from handlers.context import Chat

WHAT = "report.what"
WHERE = "report.where"
STEPS = frozenset({WHAT, WHERE})


def asked(chat: Chat, rest: str = "") -> None:
    """Ask what has happened, or go on with what she has said along with the command."""
    if not chat.is_student:
        chat.say("help/staff", console=f"{chat.services.settings.service.url}/console/")
    elif rest.strip():
        _ask_where(chat, rest)
    else:
        waiting.wait_for(chat, WHAT)
        chat.say("rollcall/report_what", writes=drafted.is_asked(chat))


def written(chat: Chat, step: str, data: dict[str, object], text: str) -> None:
    """Take what she says at one of the two steps."""
    if is_off(text):
        waiting.end(chat)
        chat.say("rollcall/report_off")
    elif step == WHAT:
        _ask_where(chat, text)
    else:
        _report(chat, str(data.get("what", "")), _place_in(text))


def pressed(chat: Chat, value: str) -> bool:
    """Take "here", or the button that ends it; False when the button means neither."""
    found = waiting.step(chat)
    if value == "off":
        if found is not None and found.step in STEPS:
            waiting.end(chat)
        chat.say("rollcall/report_off")
        return True
    if value != "here":
        return False
    if found is None or found.step != WHERE:
        chat.say("rollcall/report_off")
    else:
        _report(chat, str(found.data.get("what", "")), _here(chat))
    return True


def keep_words(chat: Chat, text: str) -> None:
    """Keep what she reports while its urgent words are asked about: once that is settled, only the place is missing."""
    found = waiting.step(chat)
    if found is not None and found.step == WHAT:
        waiting.wait_for(chat, WHERE, what=text[:LONGEST])


def ask_where_again(chat: Chat) -> None:
    """Go on where she was when urgent words came in between."""
    found = waiting.step(chat)
    if found is not None and found.step == WHERE:
        _say_where(chat)


def _ask_where(chat: Chat, what: str) -> None:
    waiting.wait_for(chat, WHERE, what=what.strip()[:LONGEST])
    _say_where(chat)


def _say_where(chat: Chat) -> None:
    place = _here(chat)
    chat.say("rollcall/report_where", city=place.city, country=place.country)


def _report(chat: Chat, what: str, place: Place) -> None:
    waiting.end(chat)
    report_incident(chat.conn, chat.person.id, what, place.city, place.country, chat.now)
    chat.say("rollcall/report_done")


def _here(chat: Chat) -> Place:
    return load_facts(chat.conn, [chat.person.id])[chat.person.id].place_now(chat.now)


def _place_in(text: str) -> Place:
    """Return the place that she names; her own words where we do not know it."""
    cities, country = find_cities(text), find_country(text)
    if cities:
        return Place(cities[0].name_en, cities[0].country, cities[0].zone)
    return Place("", country, "") if country else Place(text.strip()[:120], "", "")
