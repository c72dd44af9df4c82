"""She answers what is asked one and three months after a stay: three questions, of which she may pass any by."""

from bot.engine import following_up
from bot.talks import store
from bot.talks.model import QUESTIONS, FollowUp
from handlers.chat import waiting
from handlers.chat.words import is_enough
from handlers.context import Chat

STEP = "followup.answer"


def pressed(chat: Chat, follow_up_id: int, word: str) -> bool:
    """Begin, pass a question by, or stop all of it; False when it means nothing."""
    one = store.follow_up(chat.conn, follow_up_id)
    if word not in {"begin", "skip", "stop", "later"}:
        return False
    if one is None or one.person_id != chat.person.id:
        chat.say("followup/over")
    elif word == "stop":
        _stop(chat)
    elif word == "later":
        waiting.end(chat)
        chat.say("followup/later", follow_up=one.id)
    elif one.done_at is not None or one.month == 0:
        chat.say("followup/over")
    elif word == "skip":
        _kept(chat, one, "")
    else:
        _ask(chat, one)
    return True


def written(chat: Chat, follow_up_id: int, text: str) -> None:
    """Take her words for the question at which she is."""
    one = store.follow_up(chat.conn, follow_up_id)
    if one is None or one.person_id != chat.person.id or one.done_at is not None:
        waiting.end(chat)
        chat.say("followup/over")
    elif is_enough(text):
        _stop(chat)
    else:
        _kept(chat, one, text)


def stopped(chat: Chat, text: str) -> bool:
    """Take a written stop while something that was asked after a stay is open; False for all other words."""
    if not is_enough(text):
        return False
    mine = store.follow_ups_of(chat.conn, chat.person.id)
    is_open = any(one.asked_at is not None and one.done_at is None and one.stopped_at is None for one in mine)
    if is_open:
        _stop(chat)
    return is_open


def _stop(chat: Chat) -> None:
    waiting.end(chat)
    following_up.stop(chat.conn, chat.person.id, chat.now)
    chat.say("followup/stopped")


def _kept(chat: Chat, one: FollowUp, text: str) -> None:
    changed = following_up.answered(chat.conn, one, text, chat.now)
    if len(changed.answers) >= QUESTIONS:
        waiting.end(chat)
        chat.say("followup/thanks", said=any(changed.answers))
    else:
        _ask(chat, changed)


def _ask(chat: Chat, one: FollowUp) -> None:
    waiting.wait_for(chat, STEP, follow_up=one.id)
    chat.say("followup/ask", follow_up=one.id, number=len(one.answers) + 1)
