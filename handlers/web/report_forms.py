"""The same report in the form of others: a student takes it out as a document, and notes that she handed it in."""

from pathlib import Path

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.stay_matters import form_key
from bot.engine.stay_reminders import noted
from bot.journal import store as journal
from bot.rendering.report_docx import report_docx
from bot.reports import handed_on
from bot.reports.forms import FormLine
from bot.views.report_document import Written
from bot.views.report_forms import as_form, forms_of
from handlers.web import report_door
from handlers.web.report_door import Door
from handlers.web.report_files import as_word
from handlers.web.report_page import closed
from handlers.web.site import Site

_DEEDS = {"given": True, "back": False}


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def take_out(request: Request) -> Response:
        door, line, taken = await site.database.aread(lambda conn: _document(conn, site, request))
        if line is None or taken is None:
            return closed(site, request, Door(404, door.person))
        template = Path(line.form.template) if line.form.template else None
        pictures = await run_in_threadpool(taken.pictures, site.vault.get)
        data = await run_in_threadpool(report_docx, taken.facts, pictures, template)
        return as_word(data, f"{line.form.key}-{line.period}.docx")

    async def note(request: Request) -> Response:
        form = await request.form()
        given = _DEEDS.get(str(form.get("deed", "")))

        def keep(conn: Connection) -> tuple[Door, FormLine | None]:
            door, line = _find(conn, site, request)
            if door.report is not None and line is not None and given is not None:
                handed_on.note(conn, door.report, line.form.key, line.period, site.now, given=given)
                quiet, key = site.services.programmes.current(conn).quiet, form_key(line.form.key, line.period)
                noted(conn, door.report.trip_id, key, site.now, quiet, given=given)
                entry = journal.line(
                    site.now,
                    "report.handed_on",
                    person_id=door.report.person_id,
                    report=door.report.id,
                    form=line.form.key,
                    period=line.period,
                    given=given,
                )
                journal.write(conn, [entry])
            return door, line

        door, line = await site.database.awrite(keep)
        if line is None:
            return closed(site, request, Door(404, door.person))
        return RedirectResponse(f"/report/{request.path_params['token']}#forms", 303)

    path = "/report/{token}/forms/{form}/{period:int}"
    return [
        Route(f"{path}/docx", take_out, methods=["GET"]),
        Route(path, note, methods=["POST"]),
    ]


def _find(conn: Connection, site: Site, request: Request) -> tuple[Door, FormLine | None]:
    door = report_door.look(conn, site, request.path_params["token"])
    wanted = (request.path_params["form"], request.path_params["period"])
    found = [] if door.report is None else forms_of(conn, door.report, site.services.forms)
    return door, next((one for one in found if (one.form.key, one.period) == wanted), None)


def _document(conn: Connection, site: Site, request: Request) -> tuple[Door, FormLine | None, Written | None]:
    door, line = _find(conn, site, request)
    if line is None or door.report is None or door.person is None:
        return door, None, None
    language = door.person.language
    return door, line, as_form(conn, door.report, line, site.services.sections, language, site.now)
