"""She sends a file, a picture or her voice: it cannot be kept yet, and she is told so kindly."""

from handlers.chat import cried, drafted, relayed, session_round, waiting
from handlers.chat.asking import urgent_case
from handlers.context import Chat


def sent(chat: Chat, caption: str = "") -> None:
    """Say that we cannot keep it; while she is being helped her helpers hear that she sent something."""
    case = urgent_case(chat)
    if case is None:
        if not session_round.file_sent(chat) and not drafted.file_sent(chat):
            chat.say("file_received")
        if waiting.cry_waits(chat):
            cried.went_on(chat, caption)
    else:
        relayed.her_file(chat, case, caption)
