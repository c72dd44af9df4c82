"""She says 「我在」 at a session, with the code where one is spoken; or makes up one that she has missed."""

import unicodedata

from bot.engine.session_attendance import Outcome, counting_invitation, say_here
from bot.engine.session_makeup import Step, answer, step_of
from handlers.chat import waiting
from handlers.chat.words import whole
from handlers.context import Chat

CODE_STEP, MAKEUP_STEP = "session.code", "session.makeup"
DIGITS = 4
_WORDS = frozenset({"我在", "我来了", "我到了", "在线", "here", "i am here", "i'm here", "present"})


def pressed(chat: Chat, prompt_id: int, choice: str) -> bool:
    """Take the button that says she is there, or that begins to make it up; False for any other."""
    if choice == "here":
        _here(chat, prompt_id, None)
    elif choice == "makeup":
        _ask(chat, prompt_id, step_of(chat.conn, prompt_id, chat.person.id, chat.now))
    else:
        return False
    return True


def written(chat: Chat, text: str) -> bool:
    """Take a whole message that says she is there, or is the code; False when it is none, or no session is on."""
    code = code_in(text)
    if code is None and whole(text) not in _WORDS:
        return False
    prompt_id = counting_invitation(chat.conn, chat.person.id, chat.now)
    if prompt_id is None:
        return False
    _here(chat, prompt_id, code)
    return True


def written_here(chat: Chat, prompt_id: int, text: str) -> bool:
    """Take what she writes on the page of one invitation; False when it is about something else."""
    code = code_in(text)
    if code is not None or whole(text) in _WORDS:
        _here(chat, prompt_id, code)
        return True
    step = step_of(chat.conn, prompt_id, chat.person.id, chat.now)
    if step is Step.REFUSED or step is Step.DONE:
        return False
    makeup_written(chat, prompt_id, text)
    return True


def makeup_written(chat: Chat, prompt_id: int, text: str) -> None:
    """Keep an answer and ask the next question; after the last it is made up."""
    _ask(chat, prompt_id, answer(chat.conn, prompt_id, chat.person.id, text, chat.channel, chat.now))


def code_in(text: str) -> str | None:
    """Return the four digits that a whole message is."""
    said = unicodedata.normalize("NFKC", text).strip().replace(" ", "")
    return said if len(said) == DIGITS and said.isascii() and said.isdecimal() else None


def _here(chat: Chat, prompt_id: int, code: str | None) -> None:
    outcome = say_here(chat.conn, prompt_id, chat.person.id, chat.channel, chat.now, code)
    if outcome in {Outcome.CODE, Outcome.WRONG}:
        waiting.wait_for(chat, CODE_STEP, prompt=prompt_id)
    else:
        waiting.leave(chat)
    if outcome is Outcome.REFUSED:
        chat.say("session/refused")
    else:
        chat.say("session/there", prompt_id=prompt_id, said=outcome)


def _ask(chat: Chat, prompt_id: int, step: Step) -> None:
    if step is Step.REFUSED:
        waiting.leave(chat)
        chat.say("session/no_makeup")
    elif step is Step.DONE:
        waiting.leave(chat)
        chat.say("session/made_up")
    else:
        waiting.wait_for(chat, MAKEUP_STEP, prompt=prompt_id)
        chat.say("session/ask", prompt_id=prompt_id)
