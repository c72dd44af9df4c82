"""A student's private chat page: her link opens it on her device, and there it is a chat like any other.

Looking changes nothing. What she sends becomes an inbox row first, is processed at once and the replies lie there when
the page comes back; the page works without scripts, with them it also fetches what is new.
"""

import structlog
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.addresses import store as addresses
from bot.addresses.model import Address, AddressState
from bot.channels.web.understand import raw_of
from bot.engine.asked import shown
from bot.engine.facts import load_facts
from bot.links.model import new_token
from bot.storage.writer import Urgency
from bot.views.mine import branches_in
from handlers.chat.enrolled import masked
from handlers.process import process, set_aside
from handlers.receive import receive
from handlers.web import chat_door, cookies, posted
from handlers.web.chat_door import COOKIE, Door, cookie_of
from handlers.web.chat_lines import Lines, label_of, lines_of, unseen_upto
from handlers.web.errors import plain
from handlers.web.posted import Posted
from handlers.web.site import Site
from handlers.zone_seen import zone_seen

log = structlog.get_logger(__name__)

KEPT_FOR = 400 * 24 * 3600
"""Seconds for which browsers keep a cookie at most."""


class ChatPage:
    """The pages and forms below one link."""

    def __init__(self, site: Site) -> None:
        """Take the site."""
        self._site = site

    async def show(self, request: Request) -> Response:
        """Show whose page it is to a device that has not confirmed it, else the chat."""
        door = await self._door(request)
        if door.is_new and door.person is not None:
            own = door.person.language
            return self._site.page(request, "web/chat_door.html", own=own, masked=masked(door.person))
        return await _render(self._site, request, door, "web/chat.html")

    async def lines(self, request: Request) -> Response:
        """Return the lines alone; nothing (204) while they are those that the page has."""
        return await _render(self._site, request, await self._door(request), "web/chat_lines.html", only_new=True)

    async def enter(self, request: Request) -> Response:
        """Bind the page to this device and begin the enrolment."""
        site, token, cookie = self._site, request.path_params["token"], cookie_of(request) or new_token()
        door, inbox_id = await site.database.awrite(lambda conn: chat_door.enter(conn, site, token, cookie))
        if door.address is None:
            return _closed(site, request, door)
        await _work(site, inbox_id)
        response = RedirectResponse(_path(request), 303)
        cookies.put(site, response, COOKIE, cookie, seconds=KEPT_FOR, path=_path(request))
        return response

    async def again(self, request: Request) -> Response:
        """Begin the enrolment once more after it was declined."""
        site, door = self._site, await self._door(request)
        if door.address is None:
            return _closed(site, request, door)
        await _work(site, await site.database.awrite(lambda conn: chat_door.again(conn, site, door)))
        return RedirectResponse(_path(request), 303)

    async def say(self, request: Request) -> Response:
        """Take a text, a press or a position."""
        site, door = self._site, await self._door(request)
        if door.address is None:
            return _closed(site, request, door)
        address, form = door.address, posted.read(await request.form())
        if form is not None:
            urgency = Urgency.HELP if form.is_urgent else Urgency.PERSON
            stored = await site.database.awrite(lambda conn: _store(conn, site, address, form), urgency)
            await _work(site, stored, urgency)
        return RedirectResponse(f"{_path(request)}#end", 303)

    async def seen(self, request: Request) -> Response:
        """Record that the page has shown its questions up to a line: now they have been asked."""
        site, door = self._site, await self._door(request)
        if door.address is None:
            return Response(status_code=door.status)
        address, last = door.address, str((await request.form()).get("last", ""))
        if last.isascii() and last.isdigit() and len(last) < 16:  # noqa: PLR2004 - sane numbers of rows
            await site.database.awrite(lambda conn: _seen(conn, site, address, int(last)))
        return Response(status_code=204)

    async def zone(self, request: Request) -> Response:
        """Take the zone of the device after it has changed; it is compared and forgotten."""
        site, door = self._site, await self._door(request)
        if door.address is None:
            return Response(status_code=door.status)
        address, zone = door.address, str((await request.form()).get("zone", ""))
        if await site.database.awrite(lambda conn: zone_seen(conn, address, zone, site.services)):
            await site.settle()
        return Response(status_code=204)

    async def _door(self, request: Request) -> Door:
        site, token, cookie = self._site, request.path_params["token"], cookie_of(request)
        return await site.database.aread_first(lambda conn: chat_door.look(conn, site, token, cookie))


def routes(site: Site) -> list[Route]:
    """Return the routes of this file; there are none where the web is no channel."""
    if not site.services.settings.channels.web.enabled:
        return []
    page = ChatPage(site)
    return [
        Route("/chat/{token}", page.show, methods=["GET"]),
        Route("/chat/{token}", page.say, methods=["POST"]),
        Route("/chat/{token}/lines", page.lines, methods=["GET"]),
        Route("/chat/{token}/open", page.enter, methods=["POST"]),
        Route("/chat/{token}/again", page.again, methods=["POST"]),
        Route("/chat/{token}/seen", page.seen, methods=["POST"]),
        Route("/chat/{token}/zone", page.zone, methods=["POST"]),
    ]


def _store(conn: Connection, site: Site, address: Address, form: Posted) -> int | None:
    """Store what she sent; None when this very form is there already. A cry begins again what she had declined."""
    if form.is_urgent and address.state is AddressState.REVOKED:
        addresses.set_state(conn, address.id, AddressState.PENDING)
    label = label_of(conn, address, form.message, form.press) if form.press else ""
    raw = raw_of(address.external_id, text=form.text, press=form.press, label=label, position=form.position)
    key = f"{address.id}:{form.key}"
    said = form.text or form.press
    return receive(conn, address.channel, address.account, key, address.external_id, raw, text=said, now=site.now)


async def _work(site: Site, inbox_id: int | None, urgency: Urgency = Urgency.PERSON) -> None:
    """Process one message now and deliver the replies; one that breaks stays for the loop that tries again."""
    if inbox_id is not None:
        try:
            await site.database.awrite(lambda conn: process(conn, inbox_id, site.services), urgency)
        except Exception as error:  # noqa: BLE001 - it is kept, tried again and shown to the operator
            broken = error
            log.error("chat.message_broke", inbox_id=inbox_id, error=type(error).__name__)  # noqa: TRY400
            await site.database.awrite(lambda conn: set_aside(conn, inbox_id, broken, site.now))
    await site.settle()
    site.nudge()


def _seen(conn: Connection, site: Site, address: Address, last: int) -> None:
    prompts = unseen_upto(conn, address, last)
    if prompts:
        shown(conn, address.id, prompts, site.now, site.services.programmes)


async def _render(site: Site, request: Request, door: Door, template: str, *, only_new: bool = False) -> Response:
    if door.address is None or door.person is None:
        return _closed(site, request, door)
    address, person = door.address, door.person

    def read(conn: Connection) -> tuple[Lines, str, bool]:
        zone = load_facts(conn, [person.id])[person.id].zone_now(site.now)
        return lines_of(conn, address), zone, bool(branches_in(conn, person.id))

    shown_lines, zone, is_member = await site.database.aread_first(read)
    if only_new and request.query_params.get("have") == shown_lines.mark:
        return Response(status_code=204)
    return site.page(
        request,
        template,
        own=person.language,
        chat=shown_lines,
        zone=zone,
        base=_path(request),
        nonce=posted.new_nonce,
        is_member=is_member,
        revoked=address.state is AddressState.REVOKED and person.left_at is None,
    )


def _closed(site: Site, request: Request, door: Door) -> Response:
    own = door.person.language if door.person else None
    status = door.status if door.status != 200 else 410  # noqa: PLR2004 - HTTP's own number
    return plain(site, request, status, what="device" if status == 403 else "chat", own=own)  # noqa: PLR2004 - as above


def _path(request: Request) -> str:
    return f"/chat/{request.path_params['token']}"
