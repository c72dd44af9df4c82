"""She writes something that we do not understand: it is kept, and she is offered the choices and a person."""

from handlers.chat import relayed, rollcall_answered, session_answered, waiting
from handlers.chat.asking import ask_again, unanswered, urgent_case
from handlers.context import Chat


def written(chat: Chat, words: str) -> None:
    """While she is being helped her words go to her helpers; else she gets the choices. The inbox keeps the words.

    While we wait to hear whether it is urgent, she gets that question again: its three minutes go on.
    """
    case = urgent_case(chat)
    if case is not None and words:
        relayed.hers(chat, case, words)
        return
    if not chat.is_student:
        if not relayed.to_nobody(chat):
            chat.say("help/staff", console=f"{chat.services.settings.service.url}/console/")
        return
    if waiting.cry_waits(chat):
        chat.say("sos/asked")
        return
    rollcall = rollcall_answered.waiting_question(chat)
    if rollcall is not None:
        ask_again(chat, rollcall)
        return
    if session_answered.is_it_why(chat, words):
        return
    prompt = unanswered(chat)
    chat.say("not_understood", open_prompt=None if prompt is None else prompt.id)
