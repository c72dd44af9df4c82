"""Finding the hour in the form of a session: the best slots of the coming weeks, and one of them put into the form."""

from datetime import datetime

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.session_audience import OPEN, whose
from bot.engine.session_company import Whose, of_audience
from bot.engine.session_hours import NOTICE, Hours, hours_for
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Session
from bot.sessions.reading import zone_in
from bot.views.session_board import branch_led, members_of
from handlers.web.session import Reader, guarded_form
from handlers.web.session_board import HOME, led_in, quiet_hours
from handlers.web.session_fields import Filled, length_of, start_of, typed, with_start
from handlers.web.session_form import may_invite, must_lead, show_form
from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def find(request: Request, reader: Reader, fields: FormData) -> Response:
        must_lead(reader)
        filled, picked = typed(fields), str(fields.get("pick", ""))
        if picked:
            filled = with_start(filled, picked)

        def look(conn: Connection) -> tuple[Session | None, Hours | None, Fault | None]:
            is_new = "session_id" not in request.path_params
            session = None if is_new else led_in(conn, request, reader).session
            try:
                return session, _found(conn, site, reader, filled, session), None
            except SessionRefused as error:
                return session, None, error.fault

        session, hours, fault = await site.database.aread(look)
        return await show_form(site, request, reader, filled, session, fault, hours)

    paths = (f"{HOME}/hours", f"{HOME}/{{session_id:int}}/hours")
    return [Route(path, guarded_form(site, find), methods=["POST"]) for path in paths]


def _found(conn: Connection, site: Site, reader: Reader, filled: Filled, session: Session | None) -> Hours:
    at = start_of(filled)
    company = _company(conn, reader, filled, session, at if at and at > site.now else site.now + NOTICE)
    zone, length = zone_in(filled["zone"] or None), length_of(filled)
    return hours_for(
        conn,
        company,
        quiet_hours(conn, site),
        site.now,
        length=length,
        at=at,
        zone=zone,
        host_id=reader.person.id,
    )


def _company(conn: Connection, reader: Reader, filled: Filled, session: Session | None, at: datetime) -> Whose:
    """Return who shall meet, as the form names them; SessionRefused for whom the reader may not invite."""
    if session is not None and session.audience is not None:
        return of_audience(conn, session.audience, at)
    if session is None and filled["branch"].startswith(OPEN):
        may_invite(conn, reader, filled["branch"])
        return of_audience(conn, whose(conn, filled["branch"])[1] or "", at)
    branch_id = session.branch_id if session else branch_led(conn, reader.person, filled["branch"])
    if branch_id is None:
        raise SessionRefused(Fault.BRANCH, filled["branch"])
    return Whose(members_of(conn, reader.person, branch_id), branch_id)
