"""She chooses who may know of a hard week."""

from bot.engine.answering import share
from bot.prompts.model import ShareWith
from handlers.context import Chat


def pressed(chat: Chat, prompt_id: int, whom: ShareWith) -> None:
    """Tell exactly whom she chose; everybody else sees that she answered."""
    if share(chat.conn, prompt_id, chat.person.id, whom, chat.now):
        chat.say("shared/done", prompt_id=prompt_id, whom=whom)
    else:
        chat.say("shared/not_now")
