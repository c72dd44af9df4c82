"""The feed of her sessions that a calendar program fetches, and the file of one session from its answer page.

Whatever opens nothing is a bare 404: nobody learns whether there ever was such a link.
"""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.session_calendar import feed_of, file_of
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.store import by_id
from handlers.web.site import Site

MEDIA = "text/calendar; charset=utf-8"


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def feed(request: Request) -> Response:
        token = request.path_params["token"]
        return _answer(await site.database.aread(lambda conn: _feed(conn, site, token)), "calendar.ics")

    async def file(request: Request) -> Response:
        token = request.path_params["token"]
        return _answer(await site.database.aread(lambda conn: _file(conn, site, token)), "meeting.ics")

    return [
        Route("/calendar/{token}.ics", feed, methods=["GET"]),
        Route("/a/{token}/meeting.ics", file, methods=["GET"]),
    ]


def _answer(text: str | None, name: str) -> Response:
    if text is None:
        return Response(status_code=404)
    return Response(
        text,
        media_type=MEDIA,
        headers={"content-disposition": f'attachment; filename="{name}"', "x-robots-tag": "noindex"},
    )


def _feed(conn: Connection, site: Site, token: str) -> str | None:
    link = links.find(conn, token, LinkPurpose.CALENDAR)
    person = by_id(conn, link.person_id) if link else None
    if link is None or person is None or not links.is_live(link, site.real):
        return None
    if person.absent_at is not None or person.left_at is not None:
        return None
    return feed_of(conn, person, site.services.renderer, site.now)


def _file(conn: Connection, site: Site, token: str) -> str | None:
    link = links.find(conn, token, LinkPurpose.ANSWER)
    person = by_id(conn, link.person_id) if link else None
    if link is None or link.prompt_id is None or person is None or not links.is_live(link, site.real):
        return None
    return file_of(conn, link.prompt_id, person, site.services.renderer)
