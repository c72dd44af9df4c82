"""A student who plans a stay reads what others tell of theirs, by country and host, without a name.

Looking changes nothing; the link is hers, from `/plan` in chat.
"""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.model import Person
from bot.people.store import by_id
from bot.views.experiences import experiences
from handlers.web.errors import plain
from handlers.web.site import Site

LONGEST = 200


def routes(site: Site) -> list[Route]:
    """Return the route of this file."""

    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        country, host = (request.query_params.get(name, "")[:LONGEST] for name in ("country", "host"))
        prefilled = [one.key for one in site.services.sections.all if one.prefill]
        person = await site.database.aread(lambda conn: whose(conn, site, token))
        if isinstance(person, int):
            return plain(site, request, person, what="plan")
        shown, hosts = await site.database.aread(lambda conn: experiences(conn, prefilled, country, host))
        return site.page(
            request,
            "web/plan.html",
            own=person.language,
            base=f"/plan/{token}",
            shown=shown,
            hosts=hosts,
            countries=sorted({code for code, _ in hosts}),
            country=country,
            host=host,
        )

    return [Route("/plan/{token}", show, methods=["GET"])]


def whose(conn: Connection, site: Site, token: str) -> Person | int:
    """Return whose link it is, or an HTTP status: 404 unknown, 410 too old."""
    link = links.find(conn, token, LinkPurpose.PLAN)
    person = by_id(conn, link.person_id) if link else None
    if link is None or person is None or person.absent_at is not None or person.left_at is not None:
        return 404
    return person if links.is_live(link, site.real) else 410
