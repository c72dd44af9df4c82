"""She cried for help where nobody has agreed yet: what follows there is for her helpers, as we told her that it is.

Whoever holds that link need not be she, so nothing of it answers a question, counts as a sign of life or names anybody,
and what follows a cry elsewhere is not taken.
"""

from bot.engine.where_cried import has_cried_at
from bot.inbox.model import Incoming, Said
from handlers.chat import cried, file_received, positioned, relayed, waiting
from handlers.chat.asking import urgent_case
from handlers.chat.words import command_in, is_consent, is_false_alarm
from handlers.context import Chat


def went_on(chat: Chat, incoming: Incoming) -> bool:
    """Take words, a position or a file that follow her cry at this address; False when there was none or it is none."""
    case, waits = urgent_case(chat), waiting.cry_waits(chat)
    if case is None and not waits:
        return False
    since = chat.now if case is None else case.opened_at
    if chat.address is None or not has_cried_at(chat.conn, chat.address, since):
        return False
    if incoming.said is Said.POSITION and incoming.latitude is not None and incoming.longitude is not None:
        positioned.sent(chat, incoming.latitude, incoming.longitude)
    elif incoming.said is Said.FILE:
        file_received.sent(chat, incoming)
    elif incoming.said is Said.PRESS and incoming.data == "sos:false":
        cried.false_alarm(chat)
    elif incoming.said is not Said.TEXT or not _is_for_helpers(chat, incoming.text):
        return False
    elif waits or case is None:
        cried.went_on(chat, incoming.text)
    elif is_false_alarm(incoming.text):
        cried.false_alarm(chat)
    else:
        relayed.hers(chat, case, incoming.text)
    chat.counts_as_alive = False
    return True


def _is_for_helpers(chat: Chat, text: str) -> bool:
    return not is_consent(text) and command_in(text, chat.services.renderer.keyboard_commands()) is None
