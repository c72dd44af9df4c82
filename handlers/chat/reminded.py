"""She answers a reminder of a day: done, not for her, open after all; or gives the last day of a paper that is new."""

from bot.deadlines import store
from bot.deadlines.model import About, Reminder, Standing
from bot.deadlines.rules import day_in
from bot.engine.deadline_life import paper_given, put_off, said, settle
from bot.local_time import local_date
from handlers.chat import waiting
from handlers.context import Chat

STEP = "paper.date"
_STATES = {"done": Standing.DONE, "not": Standing.NOT_MINE, "back": Standing.WAITING}


def pressed(chat: Chat, reminder_id: int, word: str) -> bool:
    """Take a button of a reminder, however old; False when it means nothing."""
    if word not in {*_STATES, "new", "later", "week"}:
        return False
    one = store.reminder(chat.conn, reminder_id)
    if one is None or one.person_id != chat.person.id or one.state is Standing.WITHDRAWN:
        chat.say("deadline/gone")
    elif word == "later":
        waiting.end(chat)
        chat.say("deadline/later")
    elif word == "week" and one.about is About.EMBASSY:
        put_off(chat.conn, one, chat.now)
        chat.say("deadline/put_off")
    elif word == "new" and one.paper_id is not None:
        waiting.wait_for(chat, STEP, reminder=one.id)
        chat.say("deadline/ask_date", matter=said(chat.conn, one), unreadable=False)
    elif word in _STATES:
        quiet = chat.services.programmes.current(chat.conn).quiet
        settle(chat.conn, one.id, chat.person.id, _STATES[word], chat.now, quiet)
        changed = store.reminder(chat.conn, one.id) or one
        chat.say("deadline/settled", matter=said(chat.conn, changed))
    else:
        return False
    return True


def date_written(chat: Chat, reminder_id: int, text: str) -> None:
    """Take the last day of a new paper in her words."""
    one = store.reminder(chat.conn, reminder_id)
    if one is None or one.person_id != chat.person.id:
        waiting.end(chat)
        chat.say("deadline/gone")
        return
    day = day_in(text)
    if day is None or day <= local_date(chat.now, chat.person.zone):
        chat.say("deadline/ask_date", matter=said(chat.conn, one), unreadable=True)
        return
    waiting.end(chat)
    quiet = chat.services.programmes.current(chat.conn).quiet
    kept: Reminder | None = paper_given(chat.conn, chat.person.id, one.about, day, chat.now, quiet, is_own=True)
    chat.say("deadline/kept", matter=said(chat.conn, kept or one))
