"""One student's page, and the press that shows what she wrote: that look is journalled and she can see that it was."""

from datetime import datetime

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.journal import store as journal
from bot.ledger import live_of
from bot.views.person import PersonView, find, view_person
from bot.views.scope import Scope
from bot.views.words import Words, words_of
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        seen = await _view(site, reader.eyes, request.path_params["number"])
        return console_page(site, request, reader, "console/person.html", view=seen, words_read=None)

    async def read(request: Request, reader: Reader, _fields: FormData) -> Response:
        scope, now, number = reader.eyes, site.now, request.path_params["number"]
        words = await site.database.awrite(lambda conn: _read(conn, scope, number, reader.person.id, now))
        if words is None:
            raise HTTPException(404)
        seen = await _view(site, scope, number)
        return console_page(site, request, reader, "console/person.html", view=seen, words_read=words)

    return [
        Route("/console/people/{number}", signed_in(site, show), methods=["GET"], name="person"),
        Route("/console/people/{number}/words", guarded_form(site, read), methods=["POST"]),
    ]


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
