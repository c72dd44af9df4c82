"""A student who plans a stay reads what others tell of theirs, by country and host, without a name.

Looking changes nothing; the link is hers, from `/plan` in chat.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.links.model import LinkPurpose
from bot.views.experiences import experiences
from handlers.web.errors import plain
from handlers.web.owned import owner
from handlers.web.site import Site

LONGEST = 200


def routes(site: Site) -> list[Route]:
    """Return the route of this file."""

    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        country, host = (request.query_params.get(name, "")[:LONGEST] for name in ("country", "host"))
        prefilled = [one.key for one in site.services.sections.all if one.prefill]
        person = await site.database.aread(lambda conn: owner(conn, site, request, LinkPurpose.PLAN, own=False))
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
