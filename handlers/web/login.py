"""Signing in and out: a link that shows one button, the press of it, and the way out."""

import secrets
from datetime import timedelta

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.journal import store as journal
from bot.links import store as links
from bot.links.model import Link, LinkPurpose, new_token, token_hash
from bot.people.model import Person
from bot.people.store import by_id
from bot.signins import store as signins
from handlers.web import cookies
from handlers.web.errors import plain
from handlers.web.session import COOKIE, Reader, guarded_form, may_sign_in
from handlers.web.site import Site

SIGNED_IN_FOR = timedelta(hours=12)
HOME = "/console/"


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        link, person = await site.database.aread(lambda conn: _look(conn, token))
        if link is None or person is None:
            return plain(site, request, 404, what="login")
        if not links.is_live(link, site.real):
            return plain(site, request, 410, what="login", own=person.language)
        return site.page(request, "console/login.html", own=person.language, person=person)

    async def enter(request: Request) -> Response:
        token, cookie = request.path_params["token"], new_token()
        done = await site.database.awrite(lambda conn: _enter(conn, site, token, cookie))
        if done != 200:  # noqa: PLR2004 - HTTP's own number
            return plain(site, request, done, what="login")
        response = RedirectResponse(HOME, 303)
        cookies.put(site, response, COOKIE, cookie, seconds=int(SIGNED_IN_FOR.total_seconds()))
        return response

    async def leave(request: Request, reader: Reader, _fields: FormData) -> Response:
        real = site.real
        await site.database.awrite(lambda conn: signins.revoke(conn, reader.session_id, real))
        response = site.page(request, "console/signed_out.html", own=reader.person.language)
        cookies.drop(site, response, COOKIE)
        return response

    return [
        Route("/console/login/{token}", show, methods=["GET"]),
        Route("/console/login/{token}", enter, methods=["POST"]),
        Route("/console/sign-out", guarded_form(site, leave, for_readers=True), methods=["POST"]),
    ]


def _look(conn: Connection, token: str) -> tuple[Link | None, Person | None]:
    link = links.find(conn, token, LinkPurpose.LOGIN)
    person = by_id(conn, link.person_id) if link else None
    return link, person if person and may_sign_in(person) else None


def _enter(conn: Connection, site: Site, token: str, cookie: str) -> int:
    """Use the link and begin a session; return an HTTP status. Of two presses at once only one gets in."""
    real = site.real
    link, person = _look(conn, token)
    if link is None or person is None:
        return 404
    if not links.is_live(link, real) or not links.use(conn, link.id, real):
        return 410
    signins.add(
        conn,
        token_hash(cookie),
        person.id,
        secrets.token_urlsafe(24),
        real_now=real,
        expires_at=real + SIGNED_IN_FOR,
    )
    journal.write(conn, [journal.line(site.now, "console.signed_in", person_id=person.id, actor_id=person.id)])
    return 200
