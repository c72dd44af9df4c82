"""She answers a roll-call: safe, needs help, or not there; by button, number or word. Her answer changes until it is
closed.
"""

from bot.engine.kinds.rollcall import meant_by
from bot.engine.rollcall_words import Outcome, open_question, say
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.rollcalls.model import Word
from handlers.chat import cried, waiting
from handlers.chat.asking import unanswered
from handlers.chat.words import whole
from handlers.context import Chat

_WAITS = RUNNING | FAILED | {State.ALIVE}
_PRESSED = {"safe": Word.SAFE, "urgent": Word.HELP, "elsewhere": Word.ELSEWHERE}
"""What the buttons carry; "urgent" is what lets a press overtake whatever else came in."""


def pressed(chat: Chat, prompt_id: int, choice: str) -> bool:
    """Take the button of a roll-call's question, however old; False when it means nothing."""
    if choice not in _PRESSED:
        return False
    _said(chat, prompt_id, _PRESSED[choice])
    return True


def written(chat: Chat, text: str) -> bool:
    """Take a whole message that answers an open roll-call; False when it is none, or none is open."""
    said = whole(text)
    if meant_by(said, waits=True, is_newest=True) is None:
        return False
    prompt = open_question(chat.conn, chat.person.id)
    if prompt is None:
        return False
    waits = prompt.state in _WAITS
    other = unanswered(chat)
    newest = waits and (other is None or other.opens_at <= prompt.opens_at)
    word = meant_by(said, waits=waits, is_newest=newest)
    if word is None:
        return False
    _said(chat, prompt.id, word)
    return True


def needs_help(chat: Chat, text: str) -> bool:
    """Tell whether a whole message says to an open roll-call that she needs help."""
    if meant_by(whole(text), waits=False, is_newest=False) is not Word.HELP:
        return False
    return open_question(chat.conn, chat.person.id) is not None


def waiting_question(chat: Chat) -> Prompt | None:
    """Return the question of a roll-call that she has not answered."""
    prompt = open_question(chat.conn, chat.person.id)
    return prompt if prompt is not None and prompt.state in _WAITS else None


def _said(chat: Chat, prompt_id: int, word: Word) -> None:
    done = say(chat.conn, prompt_id, chat.person.id, word, chat.channel, chat.now)
    refused = done.rollcall is None or done.outcome is Outcome.REFUSED
    if word is Word.HELP and refused:  # whatever her button stands on, she cries for help
        cried.sos(chat)
        return
    if done.rollcall is None or refused:
        chat.say("answered/refused")
        return
    if word is Word.HELP and not done.rollcall.is_drill:
        cried.sos(chat)
    elif word is Word.HELP:
        chat.counts_as_alive = False
        waiting.ask_cry(chat, "")
        chat.say("rollcall/really", prompt_id=prompt_id)
    else:
        chat.say("rollcall/thanks", prompt_id=prompt_id, word=word, said=done.outcome)
