"""She asks to be asked: what is open comes again, else she can say how she is anyway."""

from handlers.chat.asking import ask_again, unanswered
from handlers.context import Chat


def asked(chat: Chat) -> None:
    """Say the open question once more, or offer the three answers without one."""
    if not chat.is_student:
        chat.say("checkin/not_student")
        return
    prompt = unanswered(chat)
    if prompt is not None:
        ask_again(chat, prompt)
    else:
        chat.say("checkin/volunteer")
