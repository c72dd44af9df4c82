"""The programme in the console: what runs, a changed text with what it would change, and the press that loads it."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.programme_change import DAYS, ProgrammeChange, programme_change
from bot.engine.programme_replan import go_on
from bot.errors import Mistake, MistakesError
from bot.programmes import store
from bot.programmes.model import Programme, Recurring
from bot.storage.writer import Urgency
from handlers.programme_loaded import check, start_load
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/programme"
SOURCE = "programme"
_ITEM = re.compile(r'item "([^"]+)"')
_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True)
class Said:
    """A mistake with the line on which it stands, 0 where that is not known."""

    line: int
    mistake: Mistake


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        _office(reader)
        return await _page(site, request, reader, loaded=request.query_params.get("loaded") == "1")

    async def look(request: Request, reader: Reader, fields: FormData) -> Response:
        _office(reader)
        text = await _text(fields)
        if text is None:
            return await _page(site, request, reader, text=str(fields.get("text", "")), not_text=True)
        return await _preview(site, request, reader, text)

    async def load(request: Request, reader: Reader, fields: FormData) -> Response:
        _office(reader)
        text = _plain(str(fields.get("text", "")))
        running, sha256 = str(fields.get("running", "")), str(fields.get("sha256", ""))
        if sha256 != _sha256(text):
            return await _preview(site, request, reader, text, changed="text")
        services, actor = site.services, reader.person.id

        def work(conn: Connection) -> bool:
            if str(store.latest_id(conn) or "") != running:
                return False
            start_load(conn, text, site.now, services.programmes, actor, SOURCE)
            return True

        try:
            done = await site.database.awrite(work)
        except MistakesError:
            return await _preview(site, request, reader, text)
        if not done:
            return await _preview(site, request, reader, text, changed="running")
        await _plan_everybody(site)
        site.nudge()
        return RedirectResponse(f"{PAGE}?loaded=1", 303)

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(PAGE, guarded_form(site, look), methods=["POST"]),
        Route(f"{PAGE}/load", guarded_form(site, load), methods=["POST"]),
    ]


async def _plan_everybody(site: Site) -> None:
    """Plan slice by slice, so that what the page says next is true; should we end meanwhile, the bell goes on."""
    programmes = site.services.programmes
    while not (await site.database.awrite(lambda conn: go_on(conn, programmes), Urgency.BULK)).is_over:
        pass


def _office(reader: Reader) -> None:
    if not reader.eyes.whole:
        raise HTTPException(404)


async def _preview(site: Site, request: Request, reader: Reader, text: str, changed: str = "") -> Response:
    try:
        proposed = check(text, SOURCE)
    except MistakesError as error:
        said = [Said(_line_of(text, mistake), mistake) for mistake in error.mistakes]
        return await _page(site, request, reader, status=400, text=text, mistakes=said)
    now, programmes = site.now, site.services.programmes
    change: ProgrammeChange = await site.database.aread(lambda conn: programme_change(conn, programmes, proposed, now))
    return await _page(
        site, request, reader, text=text, change=change, sha256=_sha256(text), proposed=proposed, changed=changed
    )


async def _page(site: Site, request: Request, reader: Reader, *, status: int = 200, **context: Any) -> Response:
    def read(conn: Connection) -> tuple[Programme | None, str]:
        latest = store.latest_id(conn)
        if latest is None:
            return None, ""
        return site.services.programmes.current(conn), store.text_of(conn, latest) or ""

    running, running_text = await site.database.aread(read)
    empty: dict[str, Any] = {
        "mistakes": [],
        "change": None,
        "sha256": "",
        "proposed": None,
        "changed": "",
        "loaded": False,
    }
    shown = empty | {"not_text": False, "text": running_text} | context
    response = console_page(
        site,
        request,
        reader,
        "console/programme.html",
        running=running,
        days=DAYS,
        is_recurring=_recurs,
        parts_of=_parts,
        **shown,
    )
    response.status_code = status
    return response


def _recurs(when: object) -> bool:
    return isinstance(when, Recurring)


def _parts(rule: str) -> dict[str, str]:
    """Return the parts of a rule such as FREQ=WEEKLY;BYDAY=TU by name."""
    return dict(part.split("=", 1) for part in rule.split(";") if "=" in part)


async def _text(fields: FormData) -> str | None:
    """Return the text of the file that was chosen, else of the field; None when the file is no text."""
    file = fields.get("file")
    if isinstance(file, UploadFile) and file.filename:
        try:
            return _plain((await file.read()).decode("utf-8-sig"))
        except UnicodeDecodeError:
            return None
    return _plain(str(fields.get("text", "")))


def _plain(text: str) -> str:
    """Return the text with plain line ends: browsers send others than they were given."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _line_of(text: str, mistake: Mistake) -> int:
    if found := _LINE.search(mistake.what):
        return int(found[1])
    item = _ITEM.search(mistake.where)
    if item is None:
        return 0
    key = re.compile(rf'\s*key\s*=\s*"{re.escape(item[1])}"')
    return next((number for number, line in enumerate(text.split("\n"), 1) if key.match(line)), 0)
