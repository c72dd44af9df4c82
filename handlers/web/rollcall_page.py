"""One roll-call in the console: its live board, and the people behind a number."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.rollcall_roles import may_start
from bot.rollcalls.model import UNHEARD, MemberState
from bot.views.rollcall_board import MOST_LISTED, board, listed
from handlers.web.rollcalls import HOME, eyes
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site

_ORDER = tuple(MemberState)


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now, rollcall_id = eyes(reader), site.now, request.path_params["rollcall_id"]
        seen = await site.database.aread(lambda conn: board(conn, scope, rollcall_id, now))
        if seen is None:
            raise HTTPException(404)
        context = {"board": seen, "may_close": may_start(reader.person), "states": _ORDER}
        return console_page(site, request, reader, "console/rollcall.html", **context)

    async def names(request: Request, reader: Reader) -> Response:
        scope, now, rollcall_id = eyes(reader), site.now, request.path_params["rollcall_id"]
        given = request.query_params
        city, state = given.get("city"), given.get("state", "")
        states = tuple(UNHEARD) if state == "unheard" else (MemberState(state),) if state in set(MemberState) else ()
        seen = await site.database.aread(lambda conn: board(conn, scope, rollcall_id, now))
        if seen is None:
            raise HTTPException(404)
        country = given.get("country", "")
        rows = await site.database.aread(
            lambda conn: listed(conn, scope, rollcall_id, now, country=country, city=city, states=states)
        )
        context: dict[str, Any] = {"rows": rows, "city": city, "country": country, "state": state, "most": MOST_LISTED}
        context |= {"board": seen, "said": given.get("said", ""), "back": request.url.query}
        return console_page(site, request, reader, "console/rollcall_people.html", **context)

    one = f"{HOME}/{{rollcall_id:int}}"
    return [
        Route(one, signed_in(site, show), methods=["GET"]),
        Route(f"{one}/people", signed_in(site, names), methods=["GET"]),
    ]
