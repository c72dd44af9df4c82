"""She wants it quiet for some days: at most thirty; calls for help always get through."""

from datetime import date, timedelta

from bot.engine.facts import load_facts
from bot.engine.people_moves import LONGEST_PAUSE_DAYS, pause, resume
from bot.local_time import local_date
from bot.people import store as people
from handlers.chat import waiting
from handlers.chat.asking import next_data
from handlers.chat.words import day_in, is_off
from handlers.context import Chat

STEP = "pause.date"
_BUTTONS = frozenset({"3", "7", "14", str(LONGEST_PAUSE_DAYS)})


def asked(chat: Chat, wish: str = "") -> None:
    """Ask for how long, or take what stands behind the command."""
    if not chat.is_student:
        chat.say("checkin/not_student")
    elif wish:
        written(chat, wish)
    else:
        waiting.wait_for(chat, STEP)
        until = chat.person.paused_until
        chat.say("pause/ask", until=until if until is not None and until >= _today(chat) else None)


def pressed(chat: Chat, value: str) -> bool:
    """Take one of the buttons; False when it is none of them."""
    if not chat.is_student:
        return False
    if value == "off":
        _end(chat)
        return True
    if value not in _BUTTONS:
        return False
    _until(chat, _today(chat) + timedelta(days=int(value)))
    return True


def written(chat: Chat, text: str) -> None:
    """Take a date, a number of days, or the wish to go on."""
    if is_off(text):
        _end(chat)
        return
    today = _today(chat)
    until = day_in(text, today)
    if until is None or until <= today:
        waiting.wait_for(chat, STEP)
        chat.say("pause/no_date")
    elif (until - today).days > LONGEST_PAUSE_DAYS:
        waiting.wait_for(chat, STEP)
        chat.say("pause/too_long", latest=today + timedelta(days=LONGEST_PAUSE_DAYS))
    else:
        _until(chat, until)


def _until(chat: Chat, until: date) -> None:
    waiting.end(chat)
    pause(chat.conn, chat.person.id, until, chat.now, chat.services.programmes)
    chat.say("pause/set", until=until, **next_data(chat))


def _end(chat: Chat) -> None:
    waiting.end(chat)
    person = people.by_id(chat.conn, chat.person.id)
    if person is not None and person.paused_until is not None:
        resume(chat.conn, chat.person.id, chat.now, chat.services.programmes)
    chat.say("pause/off", **next_data(chat))


def _today(chat: Chat) -> date:
    facts = load_facts(chat.conn, [chat.person.id])[chat.person.id]
    return local_date(chat.now, facts.zone_now(chat.now))
