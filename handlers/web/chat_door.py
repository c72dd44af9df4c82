"""The door of a private chat page: whose link it is, which device confirmed it, and the first words behind it.

The first device that confirms a link owns the page; the link then stays for as long as nobody takes it back.
"""

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request

from bot.addresses import store as addresses
from bot.addresses.model import Address, AddressState
from bot.channels.web.channel import ACCOUNT, NAME
from bot.channels.web.understand import raw_of
from bot.links import store as links
from bot.links.model import Link, LinkPurpose, new_token, token_hash
from bot.links.store import links as rows
from bot.people.model import Person
from bot.people.store import by_id
from handlers.receive import receive
from handlers.web import posted
from handlers.web.site import Site

COOKIE = "yanxin_chat"
STARTED = "page"
"""What stands in the place of an invitation's token: the page has checked its own link."""


@dataclass(frozen=True)
class Door:
    """A link of a chat page as this device finds it. `status` is an HTTP status: 200 when the page is hers here."""

    status: int
    link: Link | None = None
    person: Person | None = None
    address: Address | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether nobody has confirmed the link yet."""
        return self.status == 200 and self.address is None  # noqa: PLR2004 - HTTP's own number


def look(conn: Connection, site: Site, token: str, cookie: str | None) -> Door:
    """Find out what a device sees behind a link: 404 unknown, 410 too old or taken back, 403 another device's."""
    link = links.find(conn, token, LinkPurpose.CHAT)
    person = by_id(conn, link.person_id) if link else None
    if link is None or person is None or person.absent_at is not None:
        return Door(404)
    if not links.is_live(link, site.real):
        return Door(410, link, person)
    if link.device is None or link.address_id is None:
        return Door(200, link, person)
    if not hmac.compare_digest(link.device, token_hash(cookie or "")):
        return Door(403, link, person)
    return Door(200, link, person, addresses.by_id(conn, link.address_id))


def enter(conn: Connection, site: Site, token: str, cookie: str) -> tuple[Door, int | None]:
    """Bind a link to the device that confirms it, and return the inbox row with which the enrolment begins.

    Of two devices at the same moment one gets in; the other finds another device's page.
    """
    door = look(conn, site, token, cookie)
    if not door.is_new or door.link is None or door.person is None:
        return door, None
    person = door.person
    address = addresses.put(conn, person.id, NAME, ACCOUNT, new_token(), AddressState.PENDING, site.now)
    bound = conn.execute(
        rows.update()
        .where(rows.c.id == door.link.id, rows.c.device.is_(None))
        .values(device=token_hash(cookie), address_id=address.id, expires_at=None)
    )
    if bound.rowcount != 1:
        return Door(403, door.link, person), None
    _first_in_turn(conn, address)
    return Door(200, door.link, person, address), _begin(conn, site, address)


def again(conn: Connection, site: Site, door: Door) -> int | None:
    """Begin the enrolment anew on a page where it was declined; None when there is nothing to begin."""
    if door.address is None or door.address.state is not AddressState.REVOKED:
        return None
    addresses.set_state(conn, door.address.id, AddressState.PENDING)
    return _begin(conn, site, door.address)


def cookie_of(request: Request) -> str | None:
    """Return what this device holds for the page."""
    return request.cookies.get(COOKIE)


def _begin(conn: Connection, site: Site, address: Address) -> int | None:
    """Let the page open the dialogue of enrolment, which is the same on every channel."""
    raw = raw_of(address.external_id, start=STARTED)
    key = f"start:{posted.new_nonce()}"
    return receive(conn, NAME, ACCOUNT, key, address.external_id, raw, text="", now=site.now)


def _first_in_turn(conn: Connection, address: Address) -> None:
    """Put the newest page before older ones of hers: the device that she has just opened is the one she holds."""
    held = addresses.all_of(conn, [address.person_id])[address.person_id]
    first = min(one.position for one in held)
    if address.position != first:
        conn.execute(
            addresses.addresses.update().where(addresses.addresses.c.id == address.id).values(position=first - 1)
        )
