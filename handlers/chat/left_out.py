"""She asks that her counsellor be left out of whatever happens to her, or lets the counsellor in again.

Her office is told in the counsellor's place, at once and every time. The counsellor does not hear of it.
"""

from bot.journal import store as journal
from bot.people import store as people
from bot.prompts import store as prompts
from bot.prompts.model import Choice
from handlers.chat import helped
from handlers.chat.words import is_off
from handlers.context import Chat

CHOICE = "not_counsellor"
"""What the button below "who may know?" says instead of a name."""


def commanded(chat: Chat, rest: str) -> None:
    """Leave her counsellor out, or (`off`) let the counsellor in again."""
    if chat.is_student:
        _set(chat, skips=not is_off(rest))
        chat.say("counsellor/set", skips=not is_off(rest), offer=False)
    else:
        helped.asked(chat)


def pressed(chat: Chat, value: str) -> bool:
    """Do the same by a button: `not` or `may`; False when it says neither."""
    if value not in {"not", "may"} or not chat.is_student:
        return False
    _set(chat, skips=value == "not")
    chat.say("counsellor/set", skips=value == "not", offer=False)
    return True


def pressed_below(chat: Chat, prompt_id: int) -> None:
    """Leave her counsellor out where she chooses who may know of a hard week, and offer the others again."""
    prompt = prompts.by_id(chat.conn, prompt_id)
    if prompt is None or prompt.person_id != chat.person.id:
        chat.say("shared/not_now")
        return
    _set(chat, skips=True)
    chooses = prompt.choice is Choice.HARD
    chat.say("counsellor/set", prompt_id=prompt_id, skips=True, offer=chooses, share_with=prompt.share_with)


def _set(chat: Chat, *, skips: bool) -> None:
    person = people.by_id(chat.conn, chat.person.id)
    if person is None or person.skips_counsellor == skips:
        return
    people.update_person(chat.conn, person.id, skips_counsellor=skips)
    action = "person.counsellor_left_out" if skips else "person.counsellor_let_in"
    journal.write(chat.conn, [journal.line(chat.now, action, person_id=person.id, actor_id=person.id)])
