"""Staff see how reports stand, and ask for one or many once more, after they have seen how many that would be."""

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.report_chasing import Chased, chase, would
from bot.people.model import Person
from bot.reports.model import ReportState
from bot.views.reports import CHASEABLE, MOST, Listed, Readers, list_reports, readers_of
from handlers.web.paging import one_of
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/reports"
_SAID = ("asked", "today", "unreachable", "over")
_LONGEST_ID = 19


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        now, state = site.now, one_of(request, "state", set(ReportState))

        def look(conn: Connection) -> tuple[list[Listed], dict[str, int]]:
            return list_reports(conn, allowed(conn, reader.person, site), now, state)

        found, counts = await site.database.aread(look)
        said = {name: request.query_params.get(name, "") for name in _SAID}
        done = {name: int(value) for name, value in said.items() if value.isascii() and value.isdecimal()}
        return console_page(
            site,
            request,
            reader,
            "console/reports.html",
            found=found[:MOST],
            more=max(len(found) - MOST, 0),
            counts=counts,
            states=[one.value for one in ReportState],
            state=state,
            chaseable=[one.report.id for one in found if one.cares and one.state in CHASEABLE],
            done=done,
        )

    async def ask(request: Request, reader: Reader, fields: FormData) -> Response:
        ids = {int(one) for one in str(fields.get("ids", "")).split(",") if one.isascii() and one.isdecimal()}
        if not ids or any(len(str(one)) >= _LONGEST_ID for one in ids):
            raise HTTPException(400)
        sure = bool(fields.get("sure"))
        work = site.database.awrite if sure else site.database.aread
        chased = await work(lambda conn: _chase(conn, site, reader.person, ids, sure=sure))
        if sure:
            site.nudge()
            said = "&".join(f"{name}={getattr(chased, name)}" for name in _SAID)
            return RedirectResponse(f"{PAGE}?{said}", 303)
        return console_page(
            site, request, reader, "console/reports_chase.html", chased=chased, ids=",".join(map(str, sorted(ids)))
        )

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/chase", guarded_form(site, ask), methods=["POST"]),
    ]


def allowed(conn: Connection, person: Person, site: Site) -> Readers:
    """Return whose reports a reader may see; the page does not exist for whoever may see nobody's."""
    readers = readers_of(conn, person, site.now)
    if readers is None:
        raise HTTPException(404)
    return readers


def _chase(conn: Connection, site: Site, person: Person, ids: set[int], *, sure: bool) -> Chased:
    found, _ = list_reports(conn, allowed(conn, person, site), site.now)
    hers = [one.report for one in found if one.cares and one.report.id in ids]
    if sure:
        return chase(conn, hers, person.id, site.now, site.services.programmes)
    return would(conn, hers, site.now)
