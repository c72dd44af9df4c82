"""Whoever leads a branch shares a title with a link or a file, and takes it back. Who reads it is never counted."""

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.journal import store as journal
from bot.materials import store
from bot.materials.model import Fault, Material
from bot.materials.rules import fault_in
from bot.reports.incoming import Looked, Refusal, look_at, named
from bot.views.session_board import branch_led, branches_led_by
from handlers.web.branch_page import Typed, show_page
from handlers.web.report_files import shown_file
from handlers.web.session import Reader, guarded_form, signed_in
from handlers.web.site import Site
from handlers.web.study_review import PAGE

MATERIALS = f"{PAGE}/materials"
"""Below it bodies may be as large as a file."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def share(request: Request, reader: Reader, fields: FormData) -> Response:
        sent = fields.get("file")
        data = await sent.read() if isinstance(sent, UploadFile) else b""
        name = sent.filename or "" if isinstance(sent, UploadFile) else ""
        typed = Typed(*(_text(fields, key) for key in ("branch", "title", "link")))
        limit = site.services.settings.reports.file_bytes
        looked = await run_in_threadpool(look_at, data, limit) if data else None
        fault = fault_in(typed.title, typed.link, has_file=isinstance(looked, Looked))
        if isinstance(looked, Refusal) or fault is not None:
            why = looked.value if isinstance(looked, Refusal) else fault.value if fault else ""
            return await show_page(site, request, reader, typed, why)
        digest = ""
        if isinstance(looked, Looked):
            digest = await run_in_threadpool(site.branch_vault.put, looked.data)
            name = named(name, looked.kind)
        kind = looked.kind if isinstance(looked, Looked) else ""
        done = await site.database.awrite(lambda conn: _add(conn, site, reader, typed, digest, kind, name))
        if not done:
            return await show_page(site, request, reader, typed, Fault.BRANCH.value)
        return RedirectResponse(f"{PAGE}?said=shared#materials", 303)

    async def remove(request: Request, reader: Reader, _fields: FormData) -> Response:
        number = request.path_params["material_id"]
        await site.database.awrite(lambda conn: _remove(conn, site, reader, number))
        return RedirectResponse(f"{PAGE}?said=removed#materials", 303)

    async def send(request: Request, reader: Reader) -> Response:
        number = request.path_params["material_id"]

        def find(conn: Connection) -> Material:
            found = store.by_id(conn, number)
            if found is None or found.branch_id not in branches_led_by(conn, reader.person) or not found.digest:
                raise HTTPException(404)
            return found

        response = await shown_file(site.branch_vault, await site.database.aread(find))
        if response is None:
            raise HTTPException(404)
        return response

    return [
        Route(MATERIALS, guarded_form(site, share), methods=["POST"]),
        Route(f"{MATERIALS}/{{material_id:int}}/file", signed_in(site, send), methods=["GET"]),
        Route(f"{MATERIALS}/{{material_id:int}}/remove", guarded_form(site, remove), methods=["POST"]),
    ]


def _text(fields: FormData, key: str) -> str:
    value = fields.get(key, "")
    return " ".join(str(value).replace("\x00", "").split()) if isinstance(value, str) else ""


def _add(conn: Connection, site: Site, reader: Reader, typed: Typed, digest: str, kind: str, name: str) -> bool:
    branch_id = branch_led(conn, reader.person, typed.branch)
    if branch_id is None:
        return False
    values = {"title": typed.title, "link": typed.link or None, "digest": digest, "kind": kind, "name": name}
    store.add(conn, branch_id=branch_id, author_id=reader.person.id, at=site.now, **values)
    line = journal.line(site.now, "branch.material_shared", person_id=None, actor_id=reader.person.id, branch=branch_id)
    journal.write(conn, [line])
    return True


def _remove(conn: Connection, site: Site, reader: Reader, number: int) -> None:
    found = store.by_id(conn, number)
    if found is None or found.branch_id not in branches_led_by(conn, reader.person):
        raise HTTPException(404)
    store.remove(conn, number)
    actor, branch = reader.person.id, found.branch_id
    line = journal.line(site.now, "branch.material_removed", person_id=None, actor_id=actor, branch=branch)
    journal.write(conn, [line])
