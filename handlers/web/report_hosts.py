"""What students wrote of their hosts, for the office: by host, without a name, a date or an order, and never few.

A host of which fewer than five have written shows no word and no number, for one may know who was there.
"""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.figures.hiding import SMALLEST
from bot.reports.versions import feedback_by_host
from handlers.web.reports import PAGE
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site


@dataclass(frozen=True)
class _Host:
    country: str
    host: str
    said: list[str]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        if not reader.eyes.whole:
            raise HTTPException(404)
        shown, few = await site.database.aread(_look)
        return console_page(site, request, reader, "console/report_hosts.html", hosts=shown, few=few)

    return [Route(f"{PAGE}/hosts", signed_in(site, show), methods=["GET"])]


def _look(conn: Connection) -> tuple[list[_Host], bool]:
    found = feedback_by_host(conn)
    shown = [_Host(*host, said) for host, said in found.items() if len(said) >= SMALLEST]
    return shown, len(shown) < len(found)
