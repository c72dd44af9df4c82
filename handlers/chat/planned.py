"""She plans a stay: a link to the page on which others tell of theirs."""

from handlers.context import Chat
from handlers.links_made import plan_link


def asked(chat: Chat, _rest: str = "") -> None:
    """Give her the link."""
    if chat.is_student:
        url = plan_link(chat.conn, chat.services.settings, chat.person.id, chat.real_now)
        chat.say("plan/link", url=url)
    else:
        chat.say("report/none")
