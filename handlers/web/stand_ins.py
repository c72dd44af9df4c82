"""The press that brings students back to their counsellor before the day."""

from datetime import date

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from handlers import stand_in_ended as use
from handlers.web.people import PAGE as LIST
from handlers.web.session import Reader, guarded_form
from handlers.web.site import Site

PAGE = "/console/stand-ins/end"


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def end(_request: Request, reader: Reader, given: FormData) -> Response:
        scope, now, actor = reader.eyes, site.now, reader.person.id
        from_id, to_id, until = _id_in(given, "from"), _id_in(given, "to"), _day_in(given)
        if not use.may_end(scope, from_id):
            raise HTTPException(404)
        while await site.database.awrite(lambda conn: use.take_back(conn, scope, actor, from_id, to_id, until, now)):
            pass
        site.nudge()
        return RedirectResponse(f"{LIST}?said=back", 303)

    return [Route(PAGE, guarded_form(site, end), methods=["POST"])]


def _id_in(given: FormData, name: str) -> int:
    text = str(given.get(name, ""))
    if not (text.isascii() and text.isdecimal() and len(text) < 19):  # noqa: PLR2004 - an id in 64 bits
        raise HTTPException(400)
    return int(text)


def _day_in(given: FormData) -> date:
    try:
        return date.fromisoformat(str(given.get("until", "")))
    except ValueError as error:
        raise HTTPException(400) from error
