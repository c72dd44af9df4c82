"""A friend says whether she can reach somebody whom we miss: she is thanked, and nothing else is told to her."""

from bot.buddies.model import BuddyWord
from bot.cases import store as cases
from bot.engine.buddy_answers import record_answer
from bot.people import store as people
from handlers.context import Chat


def pressed(chat: Chat, case_id: int, word: str) -> bool:
    """Take her word; False when the button says none. An old button, or one of somebody else's, is simply over."""
    if word not in set(BuddyWord):
        return False
    if not record_answer(chat.conn, case_id, chat.person.id, BuddyWord(word), chat.now):
        chat.say("buddy/over")
        return True
    case = cases.by_id(chat.conn, case_id)
    missed = None if case is None else people.by_id(chat.conn, case.person_id)
    chat.say("buddy/thanks", word=word, buddy_case=case_id, missed=missed.name if missed else "")
    return True
