"""The page of one mail: its message with its buttons. Looking changes nothing, for scanners of mail look at every link.

It belongs to the first device that presses or writes something. Any other device, and whoever comes too late, can still
call for help there and do nothing else.
"""

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.addresses import store as addresses
from bot.addresses.model import Address, AddressState
from bot.channels.web.understand import raw_of, understand
from bot.inbox.rules import cry_in
from bot.journal import store as journal
from bot.links import store as links
from bot.links.model import Link, LinkPurpose, new_token, token_hash
from bot.outbox import attempts
from bot.outbox.model import Rendered
from bot.people.model import Person, RoleKind
from bot.people.store import by_id
from bot.storage.writer import Urgency
from handlers.web import cookies, mail_sign_in, posted
from handlers.web.errors import plain
from handlers.web.mail_said import Page, said
from handlers.web.posted import Posted
from handlers.web.site import Site

COOKIE = "yanxin_mail"
KEPT_FOR = 14 * 24 * 3600
"""Seconds for which a device is known on the page of a mail; no page works longer."""


@dataclass(frozen=True)
class _Door:
    """A link of a mail as this device finds it: 200 when it is hers here, 403 another device's, 410 too late."""

    status: int
    link: Link
    person: Person
    address: Address
    body: Rendered

    @property
    def is_student(self) -> bool:
        return self.person.has_role(RoleKind.STUDENT)


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request) -> Response:
        cookie = request.cookies.get(COOKIE)
        door = await site.database.aread(lambda conn: _look(conn, site, request.path_params["token"], cookie))
        return plain(site, request, 404) if door is None else _render(site, request, door, [door.body], first=True)

    async def press(request: Request) -> Response:
        form = posted.read(await request.form())
        if form is None:
            return plain(site, request, 400)
        if form.press == mail_sign_in.PRESS:
            return await sign_in(request)
        token, cookie = request.path_params["token"], request.cookies.get(COOKIE) or new_token()
        urgency = Urgency.HELP if form.is_urgent else Urgency.PERSON
        try:
            outcome = await site.database.awrite(lambda conn: _say(conn, site, token, cookie, form), urgency)
        except ValueError:
            raise HTTPException(400) from None
        if outcome is None:
            return plain(site, request, 404)
        door, replies = outcome
        site.nudge()
        response = _render(site, request, door, replies, first=not replies)
        if door.status == 200:  # noqa: PLR2004 - HTTP's own number
            cookies.put(site, response, COOKIE, cookie, seconds=KEPT_FOR, path=f"/m/{token}")
        return response

    async def sign_in(request: Request) -> Response:
        token = request.path_params["token"]
        door = await site.database.awrite(lambda conn: _sign_in(conn, site, token), Urgency.PERSON)
        site.nudge()
        return plain(site, request, 404) if door is None else _render(site, request, door, [], first=True, mailed=True)

    return [Route("/m/{token}", show, methods=["GET"]), Route("/m/{token}", press, methods=["POST"])]


def _look(conn: Connection, site: Site, token: str, cookie: str | None) -> _Door | None:
    link = links.find(conn, token, LinkPurpose.MAIL)
    if link is None or link.outbox_id is None or link.address_id is None or link.revoked_at is not None:
        return None
    person, address = by_id(conn, link.person_id), addresses.by_id(conn, link.address_id)
    body = attempts.last_body(conn, link.outbox_id)
    if person is None or address is None or body is None or person.absent_at is not None:
        return None
    status = 200
    taken_back = address.state is AddressState.REVOKED or address.person_id != person.id
    if taken_back or not links.is_live(link, site.real):
        status = 410
    elif link.device is not None and not hmac.compare_digest(link.device, token_hash(cookie or "")):
        status = 403
    return _Door(status, link, person, address, body)


def _say(conn: Connection, site: Site, token: str, cookie: str, form: Posted) -> tuple[_Door, list[Rendered]] | None:
    door = _look(conn, site, token, cookie)
    if door is None:
        return None
    cry = door.is_student and (form.press == "sos:yes" or cry_in(form.text) is not None)
    if door.status == 200 and door.link.device is None and not _bound(conn, site, door, cookie):  # noqa: PLR2004
        door = _look(conn, site, token, cookie) or door
    if door.status != 200 and not cry:  # noqa: PLR2004 - HTTP's own number
        return door, []
    raw = raw_of(door.address.external_id, text=form.text, press=form.press, position=form.position)
    page = Page(door.link.id, door.person, door.address, door.body)
    return door, said(conn, page, raw, understand(raw), form.key, site.services, site.now)


def _sign_in(conn: Connection, site: Site, token: str) -> _Door | None:
    """Mail a link to the address of this page; whoever holds the page gets no more than that."""
    door = _look(conn, site, token, None)
    if door is not None and mail_sign_in.is_offered(door.person, door.address):
        mail_sign_in.asked(conn, site, door.person, door.address)
    return door


def _bound(conn: Connection, site: Site, door: _Door, cookie: str) -> bool:
    """Bind a link to the device that confirms it; of two at the same moment one gets it."""
    table = links.links
    done = conn.execute(
        table.update().where(table.c.id == door.link.id, table.c.device.is_(None)).values(device=token_hash(cookie))
    )
    if done.rowcount != 1:
        return False
    addresses.worked(conn, [door.address.id], site.now)  # she has used a link that went there: it is hers
    journal.write(conn, [journal.line(site.now, "mail.used", person_id=door.person.id)])
    return True


def _render(
    site: Site, request: Request, door: _Door, shown: list[Rendered], *, first: bool, mailed: bool = False
) -> Response:
    is_closed = door.status != 200  # noqa: PLR2004 - HTTP's own number
    offers = mail_sign_in.is_offered(door.person, door.address)
    return site.page(
        request,
        "web/mail.html",
        status=door.status if is_closed and first and not (mailed and offers) else 200,
        own=door.person.language,
        messages=[] if is_closed and first else shown,
        closed=door.status if is_closed else 0,
        first=first,
        is_student=door.is_student,
        sign_in=mail_sign_in.PRESS if offers else "",
        mailed_to=mail_sign_in.hidden(door.address.external_id) if mailed and offers else "",
        nonce=posted.new_nonce,
        ask_position=next((message.ask_position for message in shown if message.ask_position), None),
    )
