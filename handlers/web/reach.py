"""Who can be reached in the console: the students whom nothing reaches, and everybody with all ways to them."""

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.addresses.rules import Reachable
from bot.ledger import live_of
from bot.views.reach import Reached, reached
from bot.views.reach_all import How, counted, how_of_all
from handlers.web.paging import page_in
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site

PAGE = "/console/reach"
UNPROVEN = "unproven"
"""What the list may be narrowed to beside the ways of being reached: fewer than two proven channels."""
AT_ONCE = 50
"""Students on a page."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now, live = reader.eyes, site.now, live_of(site.services.settings)
        chosen = request.query_params.get("show", Reachable.NONE.value)

        def look(conn: Connection) -> tuple[list[How], list[Reached], tuple[int, int]]:
            every = how_of_all(conn, scope, now, live)
            some = [one for one in every if (one.lacks_proof if chosen == UNPROVEN else one.how.value == chosen)]
            pages = max(1, -(-len(some) // AT_ONCE))
            page = min(max(1, page_in(request)), pages)
            ids = [one.person_id for one in some[(page - 1) * AT_ONCE : page * AT_ONCE]]
            return every, reached(conn, ids, now, live), (page, pages)

        every, found, (page, pages) = await site.database.aread(look)
        return console_page(
            site,
            request,
            reader,
            "console/reach.html",
            chosen=chosen,
            counts=counted(every),
            unproven=sum(one.lacks_proof for one in every),
            found=found,
            page=page,
            pages=pages,
        )

    return [Route(PAGE, signed_in(site, show), methods=["GET"])]
