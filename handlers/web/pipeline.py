"""The pipeline: for every item of the programme how many are at which step, their names, and what is done for them.

What is done goes through the same pages as for people picked from the list.
"""

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.item_deeds import GOES_ON, PUT_OFF
from bot.programmes.model import Item, Kind, Programme
from bot.selections.model import Deed
from bot.views.pipeline import Line, Named, Step, names, pipeline
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
            programme = _programme(conn, site)
            return [] if programme is None else pipeline(conn, scope, programme, now)

        lines = await site.database.aread_long(look)
        return console_page(site, request, reader, "console/pipeline.html", lines=lines, steps=list(Step))

    async def show_names(request: Request, reader: Reader) -> Response:
        scope, now, key = reader.eyes, site.now, request.path_params["item"]
        step = one_of(request, "step", set(Step)) if "step" in request.query_params else Step.ASKED.value

        def look(conn: Connection) -> tuple[Item | None, list[Named], int]:
            programme = _programme(conn, site)
            item = None if programme is None else programme.item(key)
            if item is None or not step:
                return None, [], 0
            return (item, *names(conn, scope, key, Step(step), now))

        item, found, more = await site.database.aread_long(look)
        if item is None:
            raise HTTPException(404)
        return console_page(
            site,
            request,
            reader,
            "console/pipeline_names.html",
            item=item,
            step=step,
            found=found,
            more=more,
            deeds=[deed for deed in _deeds(item.kind, Step(step)) if may_do(reader, deed)],
        )

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/{{item}}", signed_in(site, show_names), methods=["GET"]),
    ]


def _deeds(kind: Kind, step: Step) -> list[Deed]:
    """Return what can be done for whoever is at a step of an item: nobody is reminded of what is done or ahead."""
    after = {Step.SILENT, Step.NOT_REACHED} if kind is Kind.REPORT else {Step.SILENT} if kind in GOES_ON else set()
    deeds = [Deed.REMIND] if step in _WAITING | after else []
    deeds += [Deed.EXTEND] if step in _WAITING and kind in PUT_OFF else []
    return [*deeds, Deed.NOTICE, Deed.ROLLCALL]


def _programme(conn: Connection, site: Site) -> Programme | None:
    try:
        return site.services.programmes.current(conn)
    except LookupError:
        return None
