"""What a deed for a selection needs besides, typed before it is counted and pressed: the words of a notice."""

from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.selections import store
from bot.selections.model import LONGEST_NOTICE, NEEDS_A_WISH
from handlers.web.people_picked import PAGE, look, may_do, shown
from handlers.web.session import Reader, guarded_form
from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def wish(request: Request, reader: Reader, given: FormData) -> Response:
        scope, selection_id = reader.eyes, request.path_params["selection_id"]
        seen = await site.database.aread(lambda conn: look(conn, site, scope, selection_id, reader.person.id))
        if seen is None or seen.selection.deed not in NEEDS_A_WISH or not may_do(reader, seen.selection.deed):
            raise HTTPException(404)
        wanted, fault = _notice_in(given)
        if fault:
            return shown(site, request, reader, seen, fault=fault, typed=wanted, status=400)
        await site.database.awrite(lambda conn: store.wish(conn, selection_id, wanted))
        return RedirectResponse(f"{PAGE}/{selection_id}", 303)

    return [Route(f"{PAGE}/{{selection_id:int}}/wish", guarded_form(site, wish), methods=["POST"])]


def _notice_in(fields: FormData) -> tuple[dict[str, Any], str]:
    """Read what was typed, and why it cannot be so: "" when it can, else `empty` or `long`."""
    text = str(fields.get("text", "")).replace("\x00", "").replace("\r\n", "\n").strip()
    wanted = {"text": text, "urgent": fields.get("urgent") == "yes"}
    if not text:
        return wanted, "empty"
    return wanted, "long" if len(text) > LONGEST_NOTICE else ""
