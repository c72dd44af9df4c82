"""A student reads who was told what about her: on her private page, or by the link that `/mydata` gives for a day."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.agreements.model import Agreement
from bot.engine.facts import load_facts
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.model import Person
from bot.people.store import by_id
from bot.views.agreed import agreed_with
from bot.views.looks import Look, looks_at
from bot.views.receipt import Receipt, receipt_of
from handlers.web import chat_door
from handlers.web.chat_door import cookie_of
from handlers.web.errors import plain
from handlers.web.site import Site

LOOKS = 50


@dataclass(frozen=True)
class _Shown:
    """What stands on the page; `zone` is where she reads it."""

    person: Person
    zone: str
    receipts: list[Receipt]
    looks: list[Look]
    agreed: list[Agreement]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def by_link(request: Request) -> Response:
        found = await site.database.aread(lambda conn: _by_link(conn, site, request.path_params["token"]))
        return _render(site, request, found, what="told")

    async def on_her_page(request: Request) -> Response:
        token, cookie = request.path_params["token"], cookie_of(request)
        found = await site.database.aread(lambda conn: _on_her_page(conn, site, token, cookie))
        return _render(site, request, found, what="device" if found == 403 else "chat")  # noqa: PLR2004 - HTTP's own

    own = [Route("/chat/{token}/told", on_her_page, methods=["GET"])]
    return [
        Route("/told/{token}", by_link, methods=["GET"]),
        *(own if site.services.settings.channels.web.enabled else []),
    ]


def _by_link(conn: Connection, site: Site, token: str) -> _Shown | int:
    link = links.find(conn, token, LinkPurpose.RECEIPT)
    person = by_id(conn, link.person_id) if link else None
    if link is None or person is None or person.absent_at is not None:
        return 404
    return _shown(conn, site, person) if links.is_live(link, site.real) else 410


def _on_her_page(conn: Connection, site: Site, token: str, cookie: str | None) -> _Shown | int:
    door = chat_door.look(conn, site, token, cookie)
    if door.person is None or door.status != 200:  # noqa: PLR2004 - HTTP's own number
        return door.status
    return 403 if door.address is None else _shown(conn, site, door.person)


def _shown(conn: Connection, site: Site, person: Person) -> _Shown:
    now = site.now
    return _Shown(
        person=person,
        zone=load_facts(conn, [person.id])[person.id].zone_now(now),
        receipts=receipt_of(conn, person.id, site.services.settings.retention, now),
        looks=looks_at(conn, person.id, LOOKS),
        agreed=agreed_with(conn, person.id),
    )


def _render(site: Site, request: Request, found: _Shown | int, *, what: str) -> Response:
    if isinstance(found, int):
        return plain(site, request, found, what=what)
    retention = site.services.settings.retention
    path = request.url.path
    return site.page(
        request,
        "web/told.html",
        own=found.person.language,
        zone=found.zone,
        receipts=found.receipts,
        looks=found.looks,
        agreed=found.agreed,
        retention=retention,
        back=path.removesuffix("/told") if path.startswith("/chat/") else "",
    )
