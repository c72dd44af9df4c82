"""The board of today, narrowed as the reader wishes."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.views.board import Filter, board
from bot.views.reports import waiting_for
from bot.views.safety import Category
from bot.views.stand_ins import passed_on
from handlers.web.login import HOME
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site

LONGEST = 200
"""Characters of a filter; what is longer fits nothing."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def front(_request: Request) -> Response:
        return RedirectResponse(HOME, 303)

    async def show(request: Request, reader: Reader) -> Response:
        scope, now = reader.scope, site.now
        if scope is None:
            reports = await site.database.aread(lambda conn: waiting_for(conn, reader.person, now))
            return console_page(site, request, reader, "console/no_safety.html", reports=reports)
        chosen = chosen_in(request)
        seen, passed, reports = await site.database.aread(
            lambda conn: (
                board(conn, scope, now, chosen),
                passed_on(conn, scope, now),
                waiting_for(conn, reader.person, now),
            )
        )
        shown = {"board": seen, "chosen": chosen, "passed_on": passed, "reports": reports}
        return console_page(site, request, reader, "console/board.html", **shown)

    return [Route("/", front, methods=["GET"]), Route(HOME, signed_in(site, show), methods=["GET"])]


def chosen_in(request: Request) -> Filter:
    """Read the filter from the address of the page; what makes no sense is left out."""
    given = {name: request.query_params.get(name, "").strip()[:LONGEST] for name in ("unit", "country", "city", "q")}
    category = request.query_params.get("category", "")
    page = request.query_params.get("page", "")
    return Filter(
        category=category if category in set(Category) else "",
        unit=given["unit"],
        country=given["country"],
        city=given["city"],
        words=given["q"],
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,  # noqa: PLR2004 - sane pages
    )
