"""She asks, on a page that a mail leads to, for what we hold about her, for her calendar or her busy hours.

It goes to her address in a mail of its own.

Whoever holds the page may have been passed its mail: nothing of it is shown there. The two pages call this.
"""

from collections.abc import Callable
from dataclasses import replace

from bot.addresses.model import MAIL, Address
from bot.addresses.store import working_of
from bot.inbox.model import Incoming
from handlers.chat import busied, calendar_linked, mydata
from handlers.chat.words import command_in
from handlers.context import Chat
from handlers.process import queue_replies

_ASKED: dict[str, Callable[[Chat, str], None]] = {
    "/mydata": lambda chat, _rest: mydata.asked(chat),
    "/calendar": calendar_linked.asked,
    "/busy": busied.asked,
}


def is_asked(chat: Chat, incoming: Incoming) -> bool:
    """Tell whether that is what she wrote."""
    return _command(chat, incoming) is not None


def mailbox_of(chat: Chat) -> Address | None:
    """Return the mail address at which she can be written to, if any."""
    found = working_of(chat.conn, [chat.person.id]).get(chat.person.id, [])
    return next((one for one in found if one.channel == MAIL), None)


def mailed(chat: Chat, address: Address, inbox_id: int, incoming: Incoming) -> None:
    """Queue the mail and say on the page that it comes."""
    by_mail = replace(chat, address=address, channel=MAIL, replies=[])
    command, rest = _command(chat, incoming) or ("/mydata", "")
    _ASKED[command](by_mail, rest)
    queue_replies(by_mail, address, inbox_id)
    chat.say("mail/on_its_way")


def _command(chat: Chat, incoming: Incoming) -> tuple[str, str] | None:
    if not incoming.text:
        return None
    found = command_in(incoming.text, chat.services.renderer.keyboard_commands())
    return found if found is not None and found[0] in _ASKED else None
