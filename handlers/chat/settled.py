"""She has gone through enrolment: the standing keyboard, and when she is asked first."""

from handlers.chat.asking import next_data
from handlers.context import Chat


def settled(chat: Chat) -> None:
    """Say that all is set."""
    if chat.is_student:
        chat.say("enrol/done", **next_data(chat))
    else:
        chat.say("enrol/done_staff")
