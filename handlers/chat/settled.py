"""She has gone through enrolment: the standing keyboard, and when she is asked first."""

from handlers.chat.asking import next_data
from handlers.context import Chat


def settled(chat: Chat, *, again: bool = False) -> None:
    """Say that all is set; `again` to a student in one more app of hers."""
    if chat.is_student:
        chat.say("enrol/done", again=again, **next_data(chat))
    else:
        chat.say("enrol/done_staff")
