"""A student sees on her private page where we write to her, and moves a channel up or down."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.facts import load_facts
from bot.engine.second_channel import to_add
from bot.ledger import live_of, ways_of
from bot.people.model import Person
from handlers.chat.channels_ordered import hers, move, shown
from handlers.web import chat_door
from handlers.web.chat_door import cookie_of
from handlers.web.errors import plain
from handlers.web.site import Site

CLOSED = {403: "device"}


@dataclass(frozen=True)
class _Shown:
    """What stands on the page; `zone` is where she reads it, `more` what she could add."""

    person: Person
    zone: str
    ways: list[dict[str, Any]]
    more: dict[str, Any]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file; there are none where the web is no channel."""
    if not site.services.settings.channels.web.enabled:
        return []

    async def show(request: Request) -> Response:
        token, cookie = request.path_params["token"], cookie_of(request)
        found = await site.database.aread(lambda conn: _look(conn, site, token, cookie))
        if isinstance(found, int):
            return plain(site, request, found, what=CLOSED.get(found, "chat"))
        back = request.url.path.removesuffix("/channels")
        own = found.person.language
        return site.page(
            request, "web/channels.html", own=own, zone=found.zone, ways=found.ways, base=back, **found.more
        )

    async def order(request: Request) -> Response:
        token, cookie, form = request.path_params["token"], cookie_of(request), await request.form()
        which, way = str(form.get("address", "")), str(form.get("move", ""))
        if which.isascii() and which.isdecimal() and len(which) < 16 and way in {"up", "down"}:  # noqa: PLR2004 - sane ids
            status = await site.database.awrite(
                lambda conn: _move(conn, site, token, cookie, int(which), up=way == "up")
            )
            if status != 200:  # noqa: PLR2004 - HTTP's own number
                return plain(site, request, status, what=CLOSED.get(status, "chat"))
        return RedirectResponse(request.url.path, 303)

    path = "/chat/{token}/channels"
    return [Route(path, show, methods=["GET"]), Route(path, order, methods=["POST"])]


def _look(conn: Connection, site: Site, token: str, cookie: str | None) -> _Shown | int:
    person = _owner(conn, site, token, cookie)
    if isinstance(person, int):
        return person
    ways = hers(ways_of(conn, [person.id], site.now, live_of(site.services.settings)).get(person.id, []))
    zone = load_facts(conn, [person.id])[person.id].zone_now(site.now)
    more = to_add(conn, site.services.settings, person.id, [way.address for way in ways])  # a look makes no invitation
    return _Shown(person, zone, [shown(way, number) for number, way in enumerate(ways, start=1)], more)


def _move(conn: Connection, site: Site, token: str, cookie: str | None, address_id: int, *, up: bool) -> int:
    person = _owner(conn, site, token, cookie)
    if isinstance(person, int):
        return person
    move(conn, person.id, address_id, site.now, up=up)
    return 200


def _owner(conn: Connection, site: Site, token: str, cookie: str | None) -> Person | int:
    door = chat_door.look(conn, site, token, cookie)
    if door.person is None or door.status != 200:  # noqa: PLR2004 - HTTP's own number
        return door.status
    return 403 if door.address is None else door.person
