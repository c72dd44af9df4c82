"""She sends a file, a picture or her voice: it cannot be kept yet, and she is told so kindly."""

from handlers.context import Chat


def sent(chat: Chat) -> None:
    """Say that we cannot keep it."""
    chat.say("file_received")
