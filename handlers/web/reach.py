"""Who can be reached in the console: the students whom nothing reaches, and everybody with all ways to them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.addresses.rules import Reachable
from bot.ledger import live_of
from bot.views.reach import counted, reachability
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site

PAGE = "/console/reach"
UNPROVEN = "unproven"
"""What the list may be narrowed to beside the ways of being reached: fewer than two proven channels."""
MOST = 500


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now, live = reader.eyes, site.now, live_of(site.services.settings)
        chosen = request.query_params.get("show", Reachable.NONE.value)
        every = await site.database.aread(lambda conn: reachability(conn, scope, now, live))
        if chosen == UNPROVEN:
            found = [one for one in every if one.lacks_proof]
        else:
            found = [one for one in every if one.how.value == chosen]
        return console_page(
            site,
            request,
            reader,
            "console/reach.html",
            chosen=chosen,
            counts=counted(every),
            unproven=sum(one.lacks_proof for one in every),
            found=found[:MOST],
            more=max(len(found) - MOST, 0),
        )

    return [Route(PAGE, signed_in(site, show), methods=["GET"])]
