"""She asks, on a page that a mail leads to, what we hold about her: it goes to her address in a mail of its own.

Whoever holds the page may have been passed its mail: nothing of it is shown there. The two pages call this.
"""

from dataclasses import replace

from bot.addresses.model import MAIL, Address
from bot.addresses.store import working_of
from bot.inbox.model import Incoming
from handlers.chat import mydata
from handlers.chat.words import command_in
from handlers.context import Chat
from handlers.process import queue_replies

COMMAND = "/mydata"


def is_asked(chat: Chat, incoming: Incoming) -> bool:
    """Tell whether that is what she wrote."""
    if not incoming.text:
        return False
    command = command_in(incoming.text, chat.services.renderer.keyboard_commands())
    return command is not None and command[0] == COMMAND


def mailbox_of(chat: Chat) -> Address | None:
    """Return the mail address at which she can be written to, if any."""
    found = working_of(chat.conn, [chat.person.id]).get(chat.person.id, [])
    return next((one for one in found if one.channel == MAIL), None)


def mailed(chat: Chat, address: Address, inbox_id: int) -> None:
    """Queue the mail and say on the page that it comes."""
    by_mail = replace(chat, address=address, channel=MAIL, replies=[])
    mydata.asked(by_mail)
    queue_replies(by_mail, address, inbox_id)
    chat.say("mail/on_its_way")
