"""The pipeline: for every item of the programme how many are at which step, their names, and what is done for them.

What is done goes through the same pages as for people picked from the list.
"""

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.item_deeds import GOES_ON, PUT_OFF
from bot.programmes.model import Kind
from bot.selections.model import Deed
from bot.views.pipeline import Line, Named, Step, names, pipeline
from bot.views.pipeline_days import Matter, day_lines, day_names
from handlers.item_done import matter_of
from handlers.web.paging import one_of
from handlers.web.people_picked import may_do
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site

PAGE = "/console/pipeline"
_WAITING = frozenset({Step.ASKED, Step.REMINDED})


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now = reader.eyes, site.now

        def look(conn: Connection) -> list[Line]:
            programme = site.services.programmes.if_any(conn)
            items = [] if programme is None else pipeline(conn, scope, programme, now)
            return [*items, *day_lines(conn, scope, now)]

        lines = await site.database.aread_long(look)
        return console_page(site, request, reader, "console/pipeline.html", lines=lines, steps=list(Step))

    async def show_names(request: Request, reader: Reader) -> Response:
        scope, now, key = reader.eyes, site.now, request.path_params["item"]
        step = one_of(request, "step", set(Step)) if "step" in request.query_params else Step.ASKED.value

        def look(conn: Connection) -> tuple[Matter | None, list[Named], int]:
            matter, programme = matter_of(conn, key, site.services.programmes), site.services.programmes.if_any(conn)
            if matter is None or not step:
                return None, [], 0
            named = day_names if programme is None or programme.item(key) is None else names
            return (matter, *named(conn, scope, key, Step(step), now))

        matter, found, more = await site.database.aread_long(look)
        if matter is None:
            raise HTTPException(404)
        return console_page(
            site,
            request,
            reader,
            "console/pipeline_names.html",
            matter=matter,
            key=key,
            step=step,
            found=found,
            more=more,
            deeds=[deed for deed in _deeds(matter.kind, Step(step)) if may_do(reader, deed)],
        )

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/{{item}}", signed_in(site, show_names), methods=["GET"]),
    ]


def _deeds(kind: str, step: Step) -> list[Deed]:
    """Return what can be done for whoever is at a step of an item: nobody is reminded of what is done or ahead."""
    after = {Step.SILENT, Step.NOT_REACHED} if kind == Kind.REPORT else {Step.SILENT} if kind in GOES_ON else set()
    deeds = [Deed.REMIND] if step in _WAITING | after else []
    deeds += [Deed.EXTEND] if step in _WAITING and kind in PUT_OFF else []
    return [*deeds, Deed.NOTICE, Deed.ROLLCALL]
