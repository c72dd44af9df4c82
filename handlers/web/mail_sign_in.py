"""A member of staff asks, on the page of a mail, for a link to the console: it goes to the address of that mail.

The page itself lets nobody in, because a mail may be passed on: only whoever reads her mailbox gets the link, from any
device and however old the page is. Asked again within a minute there is no second mail.
"""

from sqlalchemy import Connection

from bot.addresses.model import Address, AddressState
from bot.journal import store as journal
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Priority
from bot.people.model import Person
from handlers.links_made import LOGIN_FOR, login_link
from handlers.web.session import may_sign_in
from handlers.web.site import Site

PRESS = "login:mail"
TEMPLATE = "mail/sign_in"


def is_offered(person: Person, address: Address) -> bool:
    """Tell whether a link may go to this address: it is hers, it works, and the console is for her."""
    return may_sign_in(person) and address.state is AddressState.WORKING and address.person_id == person.id


def asked(conn: Connection, site: Site, person: Person, address: Address) -> None:
    """Queue a mail with a link that signs her in once."""
    now = site.now
    key = f"sign-in:{address.id}:{now:%Y%m%d%H%M}"
    if outbox.has_key(conn, key):
        return
    row = outbox.row(
        key,
        Kind.REPLY,
        person.id,
        TEMPLATE,
        priority=Priority.REPLY,
        now=now,
        address_id=address.id,
        channel=address.channel,
        account=address.account,
        data={"page": login_link(conn, site.services.settings, person.number, site.real)},
        expires_at=now + LOGIN_FOR,
    )
    outbox.put(conn, [row])
    journal.write(conn, [journal.line(now, "console.link_mailed", person_id=person.id, actor_id=person.id)])


def hidden(mailbox: str) -> str:
    """Return an address that only its owner knows again: t***@uni.example."""
    name, _, domain = mailbox.partition("@")
    return f"{name[:1]}***@{domain}"
