"""She cries for help: an SOS at once, or the numbers at once and the question whether it is one."""

from datetime import timedelta

from bot.channels.splitting import split
from bot.engine import deeds
from bot.engine.casework import raise_sos
from bot.inbox.rules import Cry
from bot.journal import store as journal
from bot.prompts.notes import LONGEST, add_words, attach_positions
from handlers.chat import drafted, incident_reported, relayed, waiting
from handlers.chat.asking import unanswered, urgent_case
from handlers.context import Chat

JUST_NOW = timedelta(minutes=30)
"""A position that she sent this long before an SOS belongs to it: her helpers may open it."""


def cried(chat: Chat, cry: Cry, words: str) -> None:
    """Handle a text with urgent words; a second one while the question waits, or during an SOS, is a yes.

    While somebody looks after her they are for that person: only a whole SOS rings everybody again.
    """
    chat.counts_as_alive = False
    case = urgent_case(chat)
    if cry is Cry.ASK and case is not None and case.is_held and not waiting.cry_waits(chat):
        relayed.hers(chat, case, words)
        return
    if cry is Cry.SOS or waiting.cry_waits(chat) or case is not None:
        sos(chat, words)
        return
    if chat.is_student:
        chat.most_kept = waiting.MOST_WORDS
        waiting.ask_cry(chat, words)
        journal.write(chat.conn, [journal.line(chat.now, "cry.asked", person_id=chat.person.id)])
    chat.say("sos/asked")


def sos(chat: Chat, words: str = "") -> None:
    """Raise an SOS; her words go to whoever helps her."""
    chat.counts_as_alive, chat.most_kept = False, waiting.MOST_WORDS
    words = "\n".join(filter(None, [waiting.end_for_help(chat), words]))
    prompt = unanswered(chat)
    case = raise_sos(chat.conn, chat.person.id, None if prompt is None else prompt.id, chat.now)
    for part in split(words, LONGEST) if words else []:
        add_words(chat.conn, chat.person.id, part, chat.now, case_id=case.id)
    attach_positions(chat.conn, chat.person.id, case.id, chat.now - JUST_NOW)
    chat.say("sos/raised", unanswered=False)


def went_on(chat: Chat, words: str) -> None:
    """She writes on without a yes or no: it is kept for her helpers, and the question comes again within its time."""
    chat.counts_as_alive, chat.most_kept = False, waiting.MOST_WORDS
    waiting.add_to_cry(chat, words)
    chat.say("sos/asked")


def pressed(chat: Chat, value: str) -> bool:
    """Handle the buttons below the question; False when it is none of them."""
    if value == "false":
        false_alarm(chat)
    elif value in {"yes", "no"}:
        replied(chat, yes=value == "yes")
    else:
        return False
    return True


def replied(chat: Chat, *, yes: bool) -> None:
    """Take what she says to the question whether it is urgent."""
    if yes:
        sos(chat)
    else:
        no_cry(chat)


def false_alarm(chat: Chat) -> None:
    """She says that it was one: her helpers hear so, and the case stays until somebody has spoken with her."""
    chat.counts_as_alive = False  # whoever holds her phone could press it
    case = urgent_case(chat)
    if case is None:
        chat.say("sos/over")
        return
    deeds.false_alarm(chat.conn, case.id, chat.person.id, chat.now)
    chat.say("sos/false_alarm")


def no_cry(chat: Chat) -> None:
    """She says that it is no emergency: nobody is told, and she can go on with what she was doing."""
    words = waiting.cry_words(chat)
    waiting.end_cry(chat)
    journal.write(chat.conn, [journal.line(chat.now, "cry.denied", person_id=chat.person.id)])
    # A case that is open already is not ended by a button: whoever holds her phone could press it.
    chat.say("sos/cancelled" if urgent_case(chat) is None else "undone/urgent")
    incident_reported.ask_where_again(chat)
    drafted.went_on(chat, words)
