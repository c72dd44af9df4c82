"""Whoever leads a home branch reads the study reports of its members, accepts or returns them with words, gives time.

For everybody else these pages do not exist. Each look at the words is journalled, and the member can see it.
"""

from datetime import date

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine import study_life
from bot.journal import store as journal
from bot.views.report_document import Written
from bot.views.study import one_study
from handlers.web.report_review import SAID, Seen, as_document, drawn, handed_file, seen_of, taken_out
from handlers.web.session import Reader, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/branch"
_REPORTS = f"{PAGE}/reports"


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        seen = await site.database.aread(lambda conn: _look(conn, site, reader, request))
        return drawn(site, request, reader, seen, read=False, page=_REPORTS)

    async def read(request: Request, reader: Reader, _fields: FormData) -> Response:
        seen = await site.database.awrite(lambda conn: _read(conn, site, reader, request))
        return drawn(site, request, reader, seen, read=True, page=_REPORTS)

    async def decide(request: Request, reader: Reader, fields: FormData) -> Response:
        given = {name: str(value).replace("\x00", "").strip() for name, value in fields.items()}
        said = await site.database.awrite(lambda conn: _decide(conn, site, reader, request, given))
        site.nudge()
        return RedirectResponse(f"{_REPORTS}/{request.path_params['report_id']}?said={said}", 303)

    async def send(request: Request, reader: Reader) -> Response:
        seen = await site.database.aread(lambda conn: _look(conn, site, reader, request))
        return await handed_file(site, request, seen)

    async def take_out(request: Request, reader: Reader, _fields: FormData) -> Response:
        def take(conn: Connection) -> Written:
            return taken_out(conn, site, reader, _look(conn, site, reader, request), "study.exported")

        return await as_document(site, request, await site.database.awrite(take), branch=True)

    async def back(_request: Request, _reader: Reader) -> Response:
        return RedirectResponse(PAGE, 303)

    path = f"{_REPORTS}/{{report_id:int}}"
    return [
        Route(_REPORTS, signed_in(site, back), methods=["GET"]),
        Route(path, signed_in(site, show), methods=["GET"]),
        Route(f"{path}/read", guarded_form(site, read), methods=["POST"]),
        Route(f"{path}/decide", guarded_form(site, decide), methods=["POST"]),
        Route(f"{path}/docx", guarded_form(site, take_out), methods=["POST"]),
        Route(f"{path}/files/{{file_id:int}}", signed_in(site, send), methods=["GET"]),
    ]


def _look(conn: Connection, site: Site, reader: Reader, request: Request) -> Seen:
    listed = one_study(conn, reader.person, request.path_params["report_id"], site.now)
    if listed is None:
        raise HTTPException(404)
    return seen_of(conn, listed)


def _read(conn: Connection, site: Site, reader: Reader, request: Request) -> Seen:
    seen = _look(conn, site, reader, request)
    report = seen.listed.report
    if seen.versions:
        person, actor = report.person_id, reader.person.id
        line = journal.line(site.now, "study.read", person_id=person, actor_id=actor, report=report.id)
        journal.write(conn, [line])
    return seen


def _decide(conn: Connection, site: Site, reader: Reader, request: Request, given: dict[str, str]) -> str:
    report = _look(conn, site, reader, request).listed.report
    now, words, actor, deed = site.now, given.get("words", ""), reader.person.id, given.get("deed", "")
    channels = site.services.settings.branches.channels
    version = int(number) if (number := given.get("version", "")).isdecimal() and len(number) < 10 else 0  # noqa: PLR2004
    if deed == "accepted":
        done = study_life.accept(conn, report, version, actor, words, now, channels)
    elif deed == "returned":
        done = study_life.give_back(conn, report, version, actor, words, now, channels)
    elif deed == "excused":
        done = study_life.excuse(conn, report, actor, words, now, channels)
    elif deed == "extended":
        try:
            until = date.fromisoformat(given.get("until", ""))
        except ValueError:
            return "refused"
        done = study_life.extend(conn, report, actor, until, words, now, channels)
    else:
        raise HTTPException(404 if deed in SAID else 400)
    return deed if done else "refused"
