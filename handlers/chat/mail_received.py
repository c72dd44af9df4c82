"""A mail came to our mailbox: whose it is, and how sure that is.

A reply names the reference of our mail, which only its reader has: it is hers. A From line can be written by anybody,
so that a mail without a reference is kept and heard when it cries for help, and does nothing else.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import MAIL, Address
from bot.inbox.model import Incoming, Said
from bot.inbox.rules import cry_in
from bot.journal import store as journal
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.sessions import store as sessions
from handlers.chat import cried, mail_bounced
from handlers.context import Chat


def whose(
    conn: Connection, incoming: Incoming, by_sender: Address | None, now: datetime
) -> tuple[Address | None, Incoming, bool]:
    """Return whose mail this is, what is left of it to deal with, and whether that is sure.

    `by_sender` is who has the address of its From line. A bounce is dealt with here. What a calendar program says of an
    event is hers if the mail comes from her own address: only her calendar knows what the event is called.
    """
    if incoming.said is Said.BOUNCED:
        mail_bounced.bounced(conn, incoming.data, now)
        return by_sender, replace(incoming, said=Said.OTHER), True
    if incoming.said is Said.ATTENDS:
        one = sessions.invitation_by_uid(conn, incoming.data.split("|", 2)[2])
        if one is not None and by_sender is not None and by_sender.person_id == one.person_id:
            return by_sender, incoming, True
        return by_sender, replace(incoming, said=Said.TEXT if incoming.text else Said.OTHER, data=""), False
    address = _of_reference(conn, incoming.reply_ref)
    return address or by_sender, incoming, address is not None


def _of_reference(conn: Connection, reference: str | None) -> Address | None:
    link = links.find(conn, reference, LinkPurpose.REPLY) if reference else None
    if link is None or link.address_id is None:
        return None
    address = addresses.by_id(conn, link.address_id)
    is_hers = address is not None and address.channel == MAIL and address.person_id == link.person_id
    return address if is_hers else None


def unsure(chat: Chat, incoming: Incoming) -> None:
    """Hear a cry for help; ask for everything else once more, on the page behind a link."""
    chat.counts_as_alive = False  # anybody could have written it
    cry = cry_in(incoming.text)
    if cry is not None:
        cried.cried(chat, cry, incoming.text)
        return
    journal.write(chat.conn, [journal.line(chat.now, "mail.unsure", person_id=chat.person.id)])
    chat.say("mail/unsure")
