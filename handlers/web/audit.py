"""The journal in the console, narrowed by whom, by whom it was done, by kind and by days of the reader's own clock."""

from datetime import date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.local_time import to_instant
from bot.views.audit import KINDS, AuditFilter, audit
from handlers.web.paging import one_of
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site

PAGE = "/console/audit"
LONGEST = 64
DIGITS = 19


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now, chosen = reader.eyes, site.now, chosen_in(request, reader.person.zone)
        lines, older = await site.database.aread(lambda conn: audit(conn, scope, now, chosen))
        given = {name: request.query_params.get(name, "")[:LONGEST] for name in ("person", "actor", "since", "until")}
        given["kind"] = chosen.kind
        page = {"lines": lines, "older": older, "given": given, "kinds": KINDS, "is_first": chosen.before is None}
        return console_page(site, request, reader, "console/audit.html", **page)

    return [Route(PAGE, signed_in(site, show), methods=["GET"])]


def chosen_in(request: Request, zone: str) -> AuditFilter:
    """Read the filter from the address of the page; what makes no sense is left out."""
    person, actor, before = (request.query_params.get(name, "").strip()[:LONGEST] for name in _NAMED)
    return AuditFilter(
        person=person,
        actor=actor,
        kind=one_of(request, "kind", KINDS),
        since=_day(request, "since", zone),
        until=_day(request, "until", zone, later=timedelta(days=1)),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < DIGITS else None,
    )


_NAMED = ("person", "actor", "before")


def _day(request: Request, name: str, zone: str, later: timedelta = timedelta(0)) -> datetime | None:
    try:
        return to_instant(date.fromisoformat(request.query_params.get(name, "")) + later, time(0), zone)
    except (ValueError, OverflowError):
        return None
