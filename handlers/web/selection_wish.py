"""What a deed for a selection needs besides, typed before it is pressed: the words of a notice, to whom and when."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.standing_in import fault_of
from bot.people import store as people
from bot.selections import store
from bot.selections.model import LONGEST_NOTICE, NEEDS_A_WISH, Deed
from bot.stand_ins.rules import day_in
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
        if seen.selection.deed is Deed.PASS_ON:
            wanted, fault = await site.database.aread(lambda conn: _pass_on_in(conn, given, reader, site.now))
        else:
            wanted, fault = _notice_in(given)
        if fault:
            return shown(site, request, reader, seen, fault=fault, typed=wanted, status=400)
        await site.database.awrite(lambda conn: store.wish(conn, selection_id, wanted))
        return RedirectResponse(f"{PAGE}/{selection_id}", 303)

    return [Route(f"{PAGE}/{{selection_id:int}}/wish", guarded_form(site, wish), methods=["POST"])]


def _pass_on_in(conn: Connection, fields: FormData, reader: Reader, now: datetime) -> tuple[dict[str, Any], str]:
    """Read to whom and until when, and why it cannot be so: a word of `bot.engine.standing_in.fault_of`."""
    number, day = str(fields.get("to", "")).replace("\x00", "")[:64], str(fields.get("until", ""))[:10]
    colleague = people.by_number(conn, number) if number else None
    to_id = None if colleague is None or colleague.id == reader.person.id else colleague.id
    until = day_in(day)
    fault = fault_of(conn, to_id, until, reader.person.zone, now)
    return {"to": to_id, "until": until.isoformat() if until else day}, fault


def _notice_in(fields: FormData) -> tuple[dict[str, Any], str]:
    """Read what was typed, and why it cannot be so: "" when it can, else `empty` or `long`."""
    text = str(fields.get("text", "")).replace("\x00", "").replace("\r\n", "\n").strip()
    wanted = {"text": text, "urgent": fields.get("urgent") == "yes"}
    if not text:
        return wanted, "empty"
    return wanted, "long" if len(text) > LONGEST_NOTICE else ""
