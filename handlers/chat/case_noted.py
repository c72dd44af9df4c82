"""A member of staff writes a note on a case: the next message is kept with it, sealed."""

from bot.cases import store as cases
from bot.cases.model import Case
from bot.engine import deeds
from handlers.chat import waiting
from handlers.chat.case_said import allowed, refused, say
from handlers.chat.words import is_off
from handlers.context import Chat

STEP = "case.note"


def asked(chat: Chat, case: Case) -> None:
    """Let the next message be a note on this case."""
    waiting.wait_for(chat, STEP, case=case.id)
    say(chat, case, "staff/deed_note")


def written(chat: Chat, case_id: int, text: str) -> None:
    """Keep a note, or let it be; over or not, what somebody knows of a case may be kept with it."""
    waiting.end(chat)
    case = cases.by_id(chat.conn, case_id)
    if case is None or not allowed(chat, case):
        refused(chat, case_id, case)
    elif is_off(text):
        say(chat, case, "staff/deed_now")
    else:
        done = deeds.note(chat.conn, case_id, chat.person.id, text, chat.now)
        say(chat, done.case, "staff/deed_noted", what="note")


def leave(chat: Chat) -> None:
    """Let a note go that was asked for and not written: another button was pressed."""
    step = waiting.step(chat)
    if step is not None and step.step == STEP:
        waiting.end(chat)
