"""She writes something that we do not understand: it is kept, and she is offered the choices and a person."""

from bot.prompts.notes import add_words
from handlers.chat import rollcall_answered
from handlers.chat.asking import ask_again, unanswered, urgent_case
from handlers.context import Chat


def written(chat: Chat, words: str) -> None:
    """While she is being helped her words go to her helpers; else she gets the choices. The inbox keeps the words."""
    if not chat.is_student:
        chat.say("help/staff", console=f"{chat.services.settings.service.url}/console/")
        return
    case = urgent_case(chat)
    if case is not None and words:
        add_words(chat.conn, chat.person.id, words, chat.now, case_id=case.id)
        chat.say("sos/words_kept")
        return
    rollcall = rollcall_answered.waiting_question(chat)
    if rollcall is not None:
        ask_again(chat, rollcall)
        return
    prompt = unanswered(chat)
    chat.say("not_understood", open_prompt=None if prompt is None else prompt.id)
