"""She asks for the manual."""

from bot.views.session_board import leads
from handlers.context import Chat


def asked(chat: Chat) -> None:
    """Say what can be done here."""
    if chat.is_student:
        chat.say("help/shown", leads=leads(chat.person))
    else:
        chat.say("help/staff", leads=leads(chat.person), console=f"{chat.services.settings.service.url}/console/")
