"""She chooses her language."""

from dataclasses import replace

from bot.journal import store as journal
from bot.people import store as people
from bot.rendering.renderer import LANGUAGES
from handlers.chat import waiting, zoned
from handlers.chat.settled import settled
from handlers.chat.words import whole
from handlers.context import Chat

STEP = "enrol.language"
_NAMED = {"zh": "zh", "中文": "zh", "chinese": "zh", "en": "en", "english": "en", "英文": "en", "英语": "en"}


def asked(chat: Chat, wish: str = "") -> None:
    """Ask which language she prefers, or take the one that stands behind the command."""
    if not pressed(chat, _NAMED.get(whole(wish), "")):
        chat.say("language/ask")


def enrolling(chat: Chat) -> None:
    """Ask for her language on the way through enrolment."""
    waiting.wait_for(chat, STEP)
    chat.say("language/ask")


def written(chat: Chat, text: str) -> bool:
    """Take a language in her words; False when they name none."""
    return pressed(chat, _NAMED.get(whole(text), ""))


def pressed(chat: Chat, language: str) -> bool:
    """Speak a language from now on; False when it is none of ours."""
    if language not in LANGUAGES:
        return False
    people.update_person(chat.conn, chat.person.id, language=language)
    line = journal.line(chat.now, "person.language", person_id=chat.person.id, language=language)
    journal.write(chat.conn, [line])
    chat.person = replace(chat.person, language=language)
    chat.say("language/set")
    found = waiting.step(chat)
    if found is not None and found.step == STEP:
        waiting.end(chat)
        if chat.is_student:
            zoned.asked(chat, enrolling=True)
        else:
            settled(chat)
    return True
