"""She replied to a mail with pictures or files alone, which a mail does not bring to us: she is asked for words.

It answers nothing, and is no sign of life: a program may have sent it. While she is being helped her helpers hear that
something came.
"""

from handlers.chat import relayed
from handlers.chat.asking import urgent_case
from handlers.context import Chat


def sent(chat: Chat) -> None:
    """Say that nothing of it got through."""
    chat.counts_as_alive = False
    case = urgent_case(chat)
    if case is not None:
        relayed.her_file(chat, case, "")
    else:
        chat.say("mail/wordless")
