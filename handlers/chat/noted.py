"""She adds a few words to an answer."""

from bot.cases import store as cases
from bot.journal import store as journal
from bot.prompts import store as prompts
from bot.prompts.model import Choice
from bot.prompts.notes import add_words
from handlers.chat import waiting
from handlers.context import Chat

STEP = "note"
DECLINED = "note.declined"
"""She would rather not: what she writes next is no note, though it comes right after an answer."""


def pressed(chat: Chat, value: str) -> bool:
    """Ask for the words, or take that back; False when the button means neither."""
    if value == "off":
        waiting.wait_for(chat, DECLINED)
        chat.say("note/off")
        return True
    prompt = prompts.by_id(chat.conn, int(value)) if value.isdecimal() else None
    if prompt is None or prompt.person_id != chat.person.id:
        return False
    waiting.wait_for(chat, STEP, prompt=prompt.id)
    chat.say("note/ask", choice=prompt.choice)
    return True


def written(chat: Chat, prompt_id: int, words: str) -> None:
    """Keep her words with the answer; whoever looks after its case can read them.

    Of a hard week that she told on another channel she has not chosen yet who may know: here she can as well.
    """
    waiting.end(chat)
    unresolved = cases.going_on(chat.conn, chat.person.id)
    case_id = next((case.id for case in unresolved if case.prompt_id == prompt_id), None)
    add_words(chat.conn, chat.person.id, words, chat.now, prompt_id=prompt_id, case_id=case_id)
    journal.write(chat.conn, [journal.line(chat.now, "note.added", person_id=chat.person.id, prompt_id=prompt_id)])
    prompt = prompts.by_id(chat.conn, prompt_id)
    open_still = prompt is not None and prompt.choice is Choice.HARD and prompt.share_with is None
    choosing = open_still and prompt is not None and prompt.answer_channel != chat.channel
    chat.say("note/kept", prompt_id=prompt_id, choice=None if prompt is None else prompt.choice, choosing=choosing)
