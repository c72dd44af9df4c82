"""A roster that may be handed in through the console: the form, its files, and an empty one to fill."""

from collections.abc import Collection
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.handed import store
from bot.roster.columns import SHEETS
from bot.storage.writer import Urgency
from handlers.web.session import Reader, console_page, guarded_form, reads_only, signed_in
from handlers.web.site import Site

PAGE = "/console/import"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WAITING = 5
"""How many rosters that were not imported are offered again."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        office_only(reader)
        return await _first(site, request, reader, said=request.query_params.get("said", ""))

    async def take(request: Request, reader: Reader, fields: FormData) -> Response:
        office_only(reader)
        files = [
            (one.filename, await one.read())
            for one in fields.getlist("file")
            if isinstance(one, UploadFile) and one.filename
        ]
        prune = sheets_in(fields)
        if not files:
            return await _first(site, request, reader, status=400, said="none", prune=prune)
        now, author = site.now, reader.person.id
        made = await site.database.awrite(lambda conn: store.add(conn, author, files, prune, now), Urgency.BULK)
        return RedirectResponse(f"{PAGE}/{made}", 303)

    async def template(request: Request, reader: Reader) -> Response:
        office_only(reader)
        language = site.language(request, reader.person.language)
        content = await run_in_threadpool(_template, language)
        headers = {"content-disposition": 'attachment; filename="roster.xlsx"'}
        return Response(content, media_type=XLSX, headers=headers)

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(PAGE, guarded_form(site, take), methods=["POST"]),
        Route(f"{PAGE}/template.xlsx", signed_in(site, template), methods=["GET"]),
    ]


def office_only(reader: Reader) -> None:
    """Let nobody in but the office: for everybody else there is no such page."""
    if not reader.eyes.whole or reads_only(reader.person):
        raise HTTPException(404)


def sheets_in(fields: FormData) -> set[str]:
    """Return the sheets that are ticked in a form."""
    return {str(one) for one in fields.getlist("prune")} & set(SHEETS)


def _template(language: str) -> bytes:
    from bot.roster.template import template_bytes  # noqa: PLC0415 - loads openpyxl, which a service starts without

    return template_bytes(language)


async def _first(
    site: Site, request: Request, reader: Reader, *, status: int = 200, said: str = "", prune: Collection[str] = ()
) -> Response:
    waiting = await site.database.aread(lambda conn: store.waiting_of(conn, reader.person.id, WAITING))
    shown: dict[str, Any] = {"waiting": waiting, "said": said, "prune": prune, "sheets": SHEETS}
    most = site.services.settings.limits.import_body_bytes // (1024 * 1024)
    response = console_page(site, request, reader, "console/roster_new.html", most=most, **shown)
    response.status_code = status
    return response
