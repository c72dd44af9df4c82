"""Messages and the health of the channels: what waits, what became of the others, and what broke, to be tried again."""

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.outbox.model import OutboxState
from bot.views.channel_health import channel_health
from bot.views.message_list import LISTED, MessageFilter, message_list
from bot.views.set_aside import set_aside
from handlers.set_aside_tried import try_again
from handlers.web.paging import one_of, page_in
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/messages"
MOST = 2**63


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now = reader.eyes, site.now
        live, troubles = site.services.settings.channels.live, site.troubles()
        health = await site.database.aread(lambda conn: channel_health(conn, scope, now, live, troubles))
        chosen = MessageFilter(
            state=one_of(request, "state", set(OutboxState)),
            channel=one_of(request, "channel", {one.channel for one in health}),
            kind=one_of(request, "kind", set(LISTED)),
            page=page_in(request),
        )
        listed = await site.database.aread(lambda conn: message_list(conn, scope, now, chosen))
        aside = await site.database.aread(lambda conn: set_aside(conn, scope, now))
        said = {"health": health, "listed": listed, "aside": aside, "chosen": chosen}
        return console_page(
            site,
            request,
            reader,
            "console/messages.html",
            states=list(OutboxState),
            kinds=LISTED,
            is_tried=request.query_params.get("tried") == "1",
            problems=await site.problems() if scope.whole else [],
            **said,
        )

    async def again(request: Request, reader: Reader, _fields: FormData) -> Response:
        scope, now, what, row_id = reader.eyes, site.now, request.path_params["what"], request.path_params["row_id"]
        if what not in {"prompt", "message"} or row_id >= MOST:
            raise HTTPException(404)
        person = reader.person
        if not await site.database.awrite(lambda conn: try_again(conn, scope, what, row_id, person, now)):
            raise HTTPException(404)
        site.nudge()
        return RedirectResponse(f"{PAGE}?tried=1", 303)

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/aside/{{what}}/{{row_id:int}}", guarded_form(site, again), methods=["POST"]),
    ]
