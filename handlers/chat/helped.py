"""She asks for the manual."""

from handlers.context import Chat


def asked(chat: Chat) -> None:
    """Say what can be done here."""
    if chat.is_student:
        chat.say("help/shown")
    else:
        chat.say("help/staff", console=f"{chat.services.settings.service.url}/console/")
