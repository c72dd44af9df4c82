"""She chooses who may know of a hard week."""

from bot.engine.answering import share
from bot.engine.compose_facts import may_know
from bot.prompts import store as prompts
from bot.prompts.model import Choice, ShareWith
from handlers.context import Chat


def pressed(chat: Chat, prompt_id: int, whom: ShareWith) -> None:
    """Tell exactly whom she chose; everybody else sees that she answered."""
    prompt = prompts.by_id(chat.conn, prompt_id)
    hers = prompt is not None and prompt.person_id == chat.person.id and prompt.choice is Choice.HARD
    if prompt is not None and hers and prompt.share_with is not whom and _is_somebody_else_now(chat, whom):
        chat.say("shared/somebody_else_now", prompt_id=prompt_id, share_with=prompt.share_with)
    elif share(chat.conn, prompt_id, chat.person.id, whom, chat.now):
        chat.say("shared/done", prompt_id=prompt_id, whom=whom)
    else:
        chat.say("shared/not_now")


def _is_somebody_else_now(chat: Chat, whom: ShareWith) -> bool:
    """Tell whether the button is of a time when somebody else looked after her: what she shares goes to a name."""
    of_two = {ShareWith.COUNSELLOR: ShareWith.STAND_IN, ShareWith.STAND_IN: ShareWith.COUNSELLOR}
    known = set(may_know(chat.conn, chat.person)) if whom in of_two else set()
    return whom in of_two and whom not in known and (whom is ShareWith.STAND_IN or of_two[whom] in known)
