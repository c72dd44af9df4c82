"""She takes an answer back, within two minutes and never an urgent one."""

from bot.engine.answering import undo
from bot.prompts import store as prompts
from bot.prompts.model import Choice, State
from handlers.chat.asking import ask_again
from handlers.context import Chat


def pressed(chat: Chat, prompt_id: int) -> None:
    """Take the latest answer to one of her prompts back and ask again, or say why it stays."""
    chat.counts_as_alive = False  # whoever takes an answer back has not said anything else yet
    prompt = prompts.by_id(chat.conn, prompt_id)
    if prompt is None or prompt.person_id != chat.person.id:
        chat.say("answered/refused")
        return
    if not undo(chat.conn, prompt_id, chat.person.id, chat.now, chat.services.programmes):
        chat.say("undone/urgent" if prompt.choice is Choice.URGENT else "undone/too_late")
        return
    after = prompts.by_id(chat.conn, prompt_id)
    earlier = after is not None and after.state is State.ANSWERED
    chat.say("undone/done", earlier=earlier)
    if not earlier and after is not None and after.state not in {State.WITHDRAWN, State.SCHEDULED}:
        ask_again(chat, after)
