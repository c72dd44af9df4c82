"""She asks for the manual."""

from bot.views.reports import readers_of
from bot.views.session_board import leads
from handlers.context import Chat


def asked(chat: Chat) -> None:
    """Say what can be done here."""
    if chat.is_student:
        chat.say("help/shown", leads=leads(chat.person))
    else:
        reviews = readers_of(chat.conn, chat.person, chat.now) is not None
        console = f"{chat.services.settings.service.url}/console/"
        chat.say("help/staff", leads=leads(chat.person), reviews=reviews, console=console)
