"""Roles and sign-ins: everybody sees and ends the own ones, the office those of all members of staff."""

from datetime import datetime

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.journal import store as journal
from bot.signins import store as signins
from bot.views.staff_list import staff_list
from handlers.web.paging import page_in
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE, OWN = "/console/staff", "/console/me"
LONGEST = 200
MOST = 2**63


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def everybody(request: Request, reader: Reader) -> Response:
        if not reader.eyes.whole:
            raise HTTPException(404)
        real, page, words = site.real, page_in(request), request.query_params.get("q", "").strip()[:LONGEST]
        found = await site.database.aread(lambda conn: staff_list(conn, real, words, page))
        return console_page(site, request, reader, "console/staff.html", listed=found, words=words, real=real)

    async def own(request: Request, reader: Reader) -> Response:
        real, person = site.real, reader.person
        live = await site.database.aread(lambda conn: signins.of_people(conn, [person.id], real))
        return console_page(site, request, reader, "console/me.html", sessions=live, this=reader.session_id)

    async def end(request: Request, reader: Reader, fields: FormData) -> Response:
        now, real, session_id = site.now, site.real, request.path_params["session_id"]
        if not await site.database.awrite(lambda conn: _end(conn, reader, session_id, now, real)):
            raise HTTPException(404)
        return RedirectResponse(PAGE if fields.get("back") == "staff" else OWN, 303)

    return [
        Route(PAGE, signed_in(site, everybody), methods=["GET"]),
        Route(OWN, signed_in(site, own), methods=["GET"]),
        Route(f"{OWN}/sessions/{{session_id:int}}/end", guarded_form(site, end, for_readers=True), methods=["POST"]),
    ]


def _end(conn: Connection, reader: Reader, session_id: int, now: datetime, real: datetime) -> bool:
    """End a session of one's own, or as the office anybody's; of others nobody learns whether there is one."""
    if session_id >= MOST:
        return False
    is_office = reader.scope is not None and reader.scope.whole
    owner = signins.revoke_live(conn, session_id, real, None if is_office else reader.person.id)
    if owner is None:
        return False
    line = journal.line(now, "console.session_ended", person_id=owner, actor_id=reader.person.id, session=session_id)
    journal.write(conn, [line])
    return True
