"""Staff see who departs soon and who is ready; the office looks at what was handed in, and signs or returns it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.checklists import store
from bot.checklists.model import StepFile
from bot.engine.checklist_life import LONGEST, sign
from bot.engine.departing import MOST, Departing, departing
from bot.journal import store as journal
from bot.people.store import people
from bot.programmes.model import Programme
from bot.trips.store import trips
from bot.views.scope import Scope
from handlers.web.paging import one_of
from handlers.web.report_files import shown_file
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/ready"
LONG = timedelta(days=400)
"""How long before departure one student can be looked at by her own link."""
_SAID = frozenset({"signed", "returned", "not"})


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        today, only = site.now.date(), one_of(request, "only", {"ready", "open", "waiting"})

        def look(conn: Connection) -> list[Departing]:
            programme = site.services.programmes.current(conn)
            return departing(conn, of_scope(reader.eyes, today), programme, today - timedelta(days=1))

        found = await site.database.aread(look)
        shown = [one for one in found if not only or _is(one, only)]
        counts = {word: sum(_is(one, word) for one in found) for word in ("open", "waiting", "ready")}
        context: dict[str, Any] = {"found": shown[:MOST], "more": max(len(shown) - MOST, 0)}
        return console_page(
            site, request, reader, "console/ready.html", counts=counts, only=only, total=len(found), **context
        )

    async def one(request: Request, reader: Reader) -> Response:
        seen, files = await site.database.aread(lambda conn: _look(conn, site, reader, request))
        said = one_of(request, "said", _SAID)
        names = {"seen": seen, "files": files, "said": said, "longest": LONGEST}
        return console_page(site, request, reader, "console/ready_one.html", **names)

    async def decide(request: Request, reader: Reader, fields: FormData) -> Response:
        given = {name: str(fields.get(name, "")).replace("\x00", "").strip() for name in ("step", "deed", "words")}
        said = await site.database.awrite(lambda conn: _decide(conn, site, reader, request, given))
        site.nudge()
        return RedirectResponse(f"{PAGE}/{request.path_params['trip_id']}?said={said}", 303)

    async def send(request: Request, reader: Reader, _fields: FormData) -> Response:
        def find(conn: Connection) -> StepFile | None:
            seen, files = _look(conn, site, reader, request)
            file = next((each for each in files if each.id == request.path_params["file_id"]), None)
            if file is not None:
                actor, trip_id = reader.person.id, seen.checklist.trip.id
                line = journal.line(
                    site.now, "console.step_file", person_id=seen.person_id, actor_id=actor, trip=trip_id
                )
                journal.write(conn, [line])
            return file

        file = await site.database.awrite(find)
        response = None if file is None else await shown_file(site.vault, file)
        if response is None:
            raise HTTPException(404)
        return response

    path = f"{PAGE}/{{trip_id:int}}"
    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(path, signed_in(site, one), methods=["GET"]),
        Route(f"{path}/decide", guarded_form(site, decide), methods=["POST"]),
        Route(f"{path}/files/{{file_id:int}}", guarded_form(site, send, for_readers=False), methods=["POST"]),
    ]


def _is(one: Departing, word: str) -> bool:
    if word == "waiting":
        return one.waits > 0
    return one.checklist.is_ready is (word == "ready")


def of_scope(scope: Scope, today: date) -> ColumnElement[bool]:
    """Return the condition on `people` for whose lists a reader may see: whom the reader looks after."""
    plain = replace(scope, support=False)
    present = and_(people.c.absent_at.is_(None), people.c.left_at.is_(None))
    return and_(present, plain.students(today), plain.let_in())


def _one(conn: Connection, scope: Scope, programme: Programme, trip_id: int, now: datetime) -> Departing | None:
    within = and_(of_scope(scope, now.date()), trips.c.id == trip_id)
    found = departing(conn, within, programme, now.date() - timedelta(days=1), LONG)
    return next(iter(found), None)


def _look(conn: Connection, site: Site, reader: Reader, request: Request) -> tuple[Departing, list[StepFile]]:
    programme = site.services.programmes.current(conn)
    seen = _one(conn, reader.eyes, programme, request.path_params["trip_id"], site.now)
    if seen is None:
        raise HTTPException(404)
    return seen, store.files_of(conn, seen.checklist.trip.id)


def _decide(conn: Connection, site: Site, reader: Reader, request: Request, given: dict[str, str]) -> str:
    seen, _ = _look(conn, site, reader, request)
    words = given["words"] if given["deed"] == "returned" else ""
    if given["deed"] not in {"signed", "returned"} or (given["deed"] == "returned" and not words):
        return "not"
    programme = site.services.programmes.current(conn)
    done = sign(conn, seen.checklist, given["step"], reader.person.id, programme, site.now, words)
    return given["deed"] if done else "not"
