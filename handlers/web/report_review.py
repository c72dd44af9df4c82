"""Staff read one report, accept it or return it with words, give more time, or excuse her; each look is journalled."""

from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.report_life import accept, excuse, extend, give_back, part_with_feedback, trip_of
from bot.journal import store as journal
from bot.local_time import local_date, to_instant
from bot.people.store import by_id, by_ids
from bot.rendering.report_docx import report_docx
from bot.reports import versions
from bot.reports.files import files_of
from bot.reports.forms import FormLine
from bot.reports.model import Comment, File, Form, Version
from bot.storage.vault import vault_in
from bot.views.report_document import Written, written
from bot.views.report_forms import forms_of
from bot.views.reports import Listed, one_report
from handlers.web.report_files import as_word, sent_file
from handlers.web.reports import PAGE, allowed
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

SAID = frozenset({"accepted", "returned", "extended", "excused", "refused"})
LAST_HOUR = time(18, 0)
"""Until when on the last day of an extension."""


@dataclass(frozen=True)
class Seen:
    """One report with what its readers see of it."""

    listed: Listed
    comments: list[Comment]
    versions: list[Version]
    files: list[File]
    forms: list[FormLine] = field(default_factory=list)


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        seen = await site.database.aread(lambda conn: _look(conn, site, reader, request))
        return drawn(site, request, reader, seen, read=False)

    async def read(request: Request, reader: Reader, _fields: FormData) -> Response:
        seen = await site.database.awrite(lambda conn: _read(conn, site, reader, request))
        return drawn(site, request, reader, seen, read=True)

    async def decide(request: Request, reader: Reader, fields: FormData) -> Response:
        given = {name: str(value).replace("\x00", "").strip() for name, value in fields.items()}
        said = await site.database.awrite(lambda conn: _decide(conn, site, reader, request, given))
        site.nudge()
        return RedirectResponse(f"{PAGE}/{request.path_params['report_id']}?said={said}", 303)

    async def send(request: Request, reader: Reader) -> Response:
        seen = await site.database.aread(lambda conn: _look(conn, site, reader, request))
        return await handed_file(site, request, seen)

    async def take_out(request: Request, reader: Reader, _fields: FormData) -> Response:
        def take(conn: Connection) -> Written:
            return taken_out(conn, site, reader, _look(conn, site, reader, request), "report.exported")

        return await as_document(site, request, await site.database.awrite(take))

    path = f"{PAGE}/{{report_id:int}}"
    return [
        Route(path, signed_in(site, show), methods=["GET"], name="report"),
        Route(f"{path}/read", guarded_form(site, read), methods=["POST"]),
        Route(f"{path}/decide", guarded_form(site, decide), methods=["POST"]),
        Route(f"{path}/docx", guarded_form(site, take_out), methods=["POST"]),
        Route(f"{path}/files/{{file_id:int}}", signed_in(site, send), methods=["GET"]),
    ]


async def handed_file(site: Site, request: Request, seen: Seen) -> Response:
    """Return a file that was handed in with a report; 404 for any other."""
    shown = {number for version in seen.versions for number in version.files}
    number = request.path_params["file_id"]
    file = next((one for one in seen.files if one.id == number and one.id in shown), None)
    response = None if file is None else await sent_file(site, seen.listed.report, file)
    if response is None:
        raise HTTPException(404)
    return response


def _look(conn: Connection, site: Site, reader: Reader, request: Request) -> Seen:
    listed = one_report(conn, allowed(conn, reader.person, site), request.path_params["report_id"], site.now)
    if listed is None:
        raise HTTPException(404)
    return replace(seen_of(conn, listed), forms=forms_of(conn, listed.report, site.services.forms))


def seen_of(conn: Connection, listed: Listed) -> Seen:
    """Return what the readers of a report see of it."""
    report = listed.report
    names = {one.id: one.name for one in by_ids(conn, versions.authors_of(conn, report)).values()}
    found = versions.versions_of(conn, report)
    return Seen(listed, versions.comments_of(conn, report, names), found, files_of(conn, report, removed=True))


def _read(conn: Connection, site: Site, reader: Reader, request: Request) -> Seen:
    seen = _look(conn, site, reader, request)
    report = seen.listed.report
    if seen.versions:
        person, actor = report.person_id, reader.person.id
        line = journal.line(site.now, "report.read", person_id=person, actor_id=actor, report=report.id)
        journal.write(conn, [line])
    return seen


def taken_out(conn: Connection, site: Site, reader: Reader, seen: Seen, action: str) -> Written:
    """Return what is handed in, for a document, and write down who took it out; 404 where nothing is handed in."""
    report = seen.listed.report
    taken = written(conn, report)
    if taken is None:
        raise HTTPException(404)
    person, actor = report.person_id, reader.person.id
    line = journal.line(site.now, action, person_id=person, actor_id=actor, report=report.id, format="docx")
    journal.write(conn, [line])
    return taken


async def as_document(site: Site, request: Request, taken: Written, *, branch: bool = False) -> Response:
    """Return a report as a document of Word with its photos; those of branch matters lie apart."""
    data = await run_in_threadpool(_document, site, taken, branch)
    return as_word(data, f"report-{request.path_params['report_id']}.docx")


def _document(site: Site, taken: Written, branch: bool) -> bytes:  # noqa: FBT001 - as `as_document` says
    vault = vault_in(site.services.settings.reports.folder, site.database.keyring, branch=branch)
    template = site.services.settings.reports.template
    return report_docx(taken.facts, taken.pictures(vault.get), Path(template) if template else None)


def _decide(conn: Connection, site: Site, reader: Reader, request: Request, given: dict[str, str]) -> str:
    listed = _look(conn, site, reader, request).listed
    report, now, words, actor = listed.report, site.now, given.get("words", ""), reader.person.id
    deed, programmes = given.get("deed", ""), site.services.programmes
    version = int(number) if (number := given.get("version", "")).isdecimal() and len(number) < 10 else 0  # noqa: PLR2004
    done = False
    if deed == "accepted":
        done = accept(conn, report, version, actor, words, now)
        if done and (trip := trip_of(conn, report)) is not None:
            part_with_feedback(conn, report, site.services.sections, trip)
    elif deed == "returned":
        done = give_back(conn, report, version, actor, words, now, programmes)
    elif deed == "excused" and listed.cares:
        done = excuse(conn, report, actor, words, now)
    elif deed == "extended" and listed.cares:
        student = by_id(conn, report.person_id)
        try:
            day = date.fromisoformat(given.get("until", ""))
            until = to_instant(day, LAST_HOUR, "Asia/Shanghai" if student is None else student.zone)
        except (ValueError, OverflowError):
            return "refused"
        done = extend(conn, report, actor, until, words, now, programmes)
    else:
        raise HTTPException(404 if deed in SAID else 400)
    return deed if done else "refused"


def drawn(site: Site, request: Request, reader: Reader, seen: Seen, *, read: bool, page: str = PAGE) -> Response:
    """Return the page of one report; its words only where it is `read`."""
    said = request.query_params.get("said", "")
    due = seen.listed.due_at
    later = local_date(max(due or site.now, site.now), reader.person.zone) + timedelta(days=14)
    context: dict[str, Any] = {"one": seen.listed, "comments": seen.comments, "versions": seen.versions, "read": read}
    newest = seen.versions[0] if seen.versions else None
    files = [one for one in seen.files if newest is not None and one.id in newest.files]
    return console_page(
        site,
        request,
        reader,
        "console/report.html",
        **context,
        newest=newest,
        files=files,
        forms=seen.forms,
        later=later,
        page=page,
        is_study=seen.listed.report.form is Form.STUDY,
        said=said if said in SAID else "",
    )
