"""One student's page, and the press that shows what she wrote: that look is journalled and she can see that it was."""

from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.agreements.model import LONGEST
from bot.journal import store as journal
from bot.ledger import live_of
from bot.views.person import PersonView, find, view_person
from bot.views.scope import Scope
from bot.views.words import Words, words_of
from handlers import agreed
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        seen = await _view(site, reader.eyes, request.path_params["number"])
        return _page(site, request, reader, seen)

    async def read(request: Request, reader: Reader, _fields: FormData) -> Response:
        scope, now, number = reader.eyes, site.now, request.path_params["number"]
        words = await site.database.awrite(lambda conn: _read(conn, scope, number, reader.person.id, now))
        if words is None:
            raise HTTPException(404)
        seen = await _view(site, scope, number)
        return _page(site, request, reader, seen, words_read=words)

    async def agree(request: Request, reader: Reader, fields: FormData) -> Response:
        number, text = request.path_params["number"], str(fields.get("text", "")).replace("\x00", "").strip()
        text = text.replace("\r\n", "\n")
        who = agreed.Writer(reader.person.id, reader.eyes, site.now)
        if len(text) > LONGEST:
            response = _page(site, request, reader, await _view(site, reader.eyes, number), agreed_text=text)
            response.status_code = 400
            return response
        if text and not await site.database.awrite(lambda conn: agreed.write(conn, who, number, text)):
            raise HTTPException(404)
        return _back(number)

    async def settle(request: Request, reader: Reader, fields: FormData) -> Response:
        number, note = request.path_params["number"], request.path_params["agreed_id"]
        who = agreed.Writer(reader.person.id, reader.eyes, site.now)
        act = {"done": agreed.done, "take_back": agreed.take_back}.get(str(fields.get("deed", "")))
        if act is None or note >= 2**63:
            raise HTTPException(404)
        await _view(site, reader.eyes, number)
        await site.database.awrite(lambda conn: act(conn, who, number, note))
        return _back(number)

    return [
        Route("/console/people/{number}", signed_in(site, show), methods=["GET"], name="person"),
        Route("/console/people/{number}/words", guarded_form(site, read), methods=["POST"]),
        Route("/console/people/{number}/agreed", guarded_form(site, agree), methods=["POST"]),
        Route("/console/people/{number}/agreed/{agreed_id:int}", guarded_form(site, settle), methods=["POST"]),
    ]


def _page(
    site: Site,
    request: Request,
    reader: Reader,
    seen: PersonView,
    *,
    words_read: list[Words] | None = None,
    agreed_text: str = "",
) -> Response:
    given = {"view": seen, "words_read": words_read, "agreed_text": agreed_text, "longest": LONGEST}
    return console_page(site, request, reader, "console/person.html", **given)


def _back(number: str) -> Response:
    return RedirectResponse(f"/console/people/{quote(number, safe='')}#agreed", 303)


async def _view(site: Site, scope: Scope, number: str) -> PersonView:
    now, live = site.now, live_of(site.services.settings)
    seen = await site.database.aread(lambda conn: view_person(conn, scope, number, now, live))
    if seen is None:
        raise HTTPException(404)
    return seen


def _read(conn: Connection, scope: Scope, number: str, reader_id: int, now: datetime) -> list[Words] | None:
    person = find(conn, scope, number, now)
    if person is None:
        return None
    words = words_of(conn, scope, person)
    journal.write(
        conn, [journal.line(now, "console.words_read", person_id=person.id, actor_id=reader_id, pieces=len(words))]
    )
    return words
