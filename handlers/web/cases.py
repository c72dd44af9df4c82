"""The list of cases that a reader may see: open ones first, narrowed by state and reason."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.cases.model import CaseState, Reason
from bot.views.case_list import CaseFilter, case_list
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site

PAGE = "/console/cases"


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now, chosen = reader.eyes, site.now, chosen_in(request)
        seen = await site.database.aread(lambda conn: case_list(conn, scope, now, chosen))
        return console_page(site, request, reader, "console/cases.html", listed=seen, chosen=chosen)

    return [Route(PAGE, signed_in(site, show), methods=["GET"])]


def chosen_in(request: Request) -> CaseFilter:
    """Read the filter from the address of the page; what makes no sense is left out."""
    state, reason, page = (request.query_params.get(name, "") for name in ("state", "reason", "page"))
    return CaseFilter(
        state=state if state in set(CaseState) else "",
        reason=reason if reason in set(Reason) else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,  # noqa: PLR2004 - sane pages
    )
