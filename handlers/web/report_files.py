"""A student adds photos and documents to her report, looks at them, and takes them out again.

What comes is looked at by its content before it is kept (`bot.reports.incoming`), and is never shown as a page.
"""

from typing import Protocol
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.file_keeping import Lying, keep_in_report
from bot.reports.files import files_of, remove_file
from bot.reports.incoming import Looked, Refusal, look_at, named
from bot.reports.model import WRITABLE, File, Report
from bot.storage.vault import Vault
from handlers.web import report_door
from handlers.web.report_door import Door
from handlers.web.report_page import closed
from handlers.web.site import Site

UPLOAD = "/report-files/"
"""Below it bodies may be as large as a file."""
TYPES = {
    "jpeg": "image/jpeg",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_ONLY_A_FILE = "default-src 'none'; sandbox"


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def upload(request: Request) -> Response:
        token = request.path_params["token"]
        door = await site.database.aread(lambda conn: report_door.look(conn, site, token))
        if door.report is None or door.report.stage not in WRITABLE:
            return closed(site, request, door)
        limit = site.services.settings.reports
        async with request.form(max_files=1, max_fields=4) as form:
            sent = form.get("file")
            data = await sent.read() if isinstance(sent, UploadFile) else b""
            name = sent.filename or "" if isinstance(sent, UploadFile) else ""
        looked = await run_in_threadpool(look_at, data, limit.file_bytes)
        if isinstance(looked, Refusal):
            return RedirectResponse(f"/report/{token}?refused={looked.value}#files", 303)
        digest = await run_in_threadpool(site.vault_of(door.report).put, looked.data)
        said = await site.database.awrite(lambda conn: _add(conn, site, token, digest, looked, name))
        return RedirectResponse(f"/report/{token}?{said}#files", 303)

    async def remove(request: Request) -> Response:
        token, number = request.path_params["token"], request.path_params["number"]

        def take_out(conn: Connection) -> Door:
            door = report_door.look(conn, site, token)
            if door.report is not None and door.report.stage in WRITABLE:
                remove_file(conn, door.report, number, site.now)
            return door

        door = await site.database.awrite(take_out)
        return closed(site, request, door) if door.report is None else RedirectResponse(f"/report/{token}#files", 303)

    async def send(request: Request) -> Response:
        token, number = request.path_params["token"], request.path_params["number"]

        def find(conn: Connection) -> tuple[Door, File | None]:
            door = report_door.look(conn, site, token)
            mine = [] if door.report is None else files_of(conn, door.report)
            return door, next((one for one in mine if one.id == number), None)

        door, file = await site.database.aread(find)
        response = None if file is None or door.report is None else await sent_file(site, door.report, file)
        return response or closed(site, request, Door(404, door.person))

    path = "/report/{token}/files"
    return [
        Route(f"{UPLOAD}{{token}}", upload, methods=["POST"]),
        Route(f"{path}/{{number:int}}", send, methods=["GET"]),
        Route(f"{path}/{{number:int}}/remove", remove, methods=["POST"]),
    ]


class Kept(Protocol):
    """A file whose bytes lie in the vault."""

    @property
    def digest(self) -> str:
        """Return under what its bytes lie."""

    @property
    def kind(self) -> str:
        """Return what it is."""

    @property
    def name(self) -> str:
        """Return what it is called."""


async def sent_file(site: Site, report: Report, file: File) -> Response | None:
    """Return a file of a report as `shown_file` does."""
    return await shown_file(site.vault_of(report), file)


async def shown_file(vault: Vault, file: Kept) -> Response | None:
    """Return a file as a browser takes it: a photo to look at, anything else to keep; None when its bytes are gone."""
    data = await run_in_threadpool(vault.get, file.digest)
    if data is None:
        return None
    way = "inline" if file.kind == "jpeg" else "attachment"
    headers = {
        "content-disposition": f"{way}; filename*=UTF-8''{quote(file.name)}",
        "content-security-policy": _ONLY_A_FILE,
    }
    return Response(data, media_type=TYPES[file.kind], headers=headers)


def as_word(data: bytes, name: str) -> Response:
    """Return a Word document that a browser keeps under a name of plain letters."""
    return Response(data, media_type=TYPES["docx"], headers={"content-disposition": f'attachment; filename="{name}"'})


def _add(conn: Connection, site: Site, token: str, digest: str, looked: Looked, name: str) -> str:
    door = report_door.look(conn, site, token)
    if door.report is None or door.report.stage not in WRITABLE:
        return "said=over"
    most = site.services.settings.reports.most_files
    file = Lying(digest, looked.kind, named(name, looked.kind), len(looked.data))
    kept = keep_in_report(conn, door.report, file, most, site.now)
    return f"refused={kept.value}" if isinstance(kept, Refusal) else "said=file"
