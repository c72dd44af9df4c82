"""A student proves a step of her list with a photo or a file, looks at it, and takes it out again.

What comes is looked at by its content before it is kept, as with reports, and is never shown as a page.
"""

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.checklists import store
from bot.checklists.model import StepFile
from bot.engine.checklist_life import takes_file
from bot.engine.file_keeping import Lying, keep_for_step
from bot.reports.incoming import Looked, Refusal, look_at, named
from handlers.web import todo_door
from handlers.web.report_files import shown_file
from handlers.web.site import Site
from handlers.web.todo_door import Door, closed, programme_of

UPLOAD = "/todo-files/"
"""Below it bodies may be as large as a file."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def upload(request: Request) -> Response:
        token, key = request.path_params["token"], request.path_params["step"]
        door = await site.database.aread(lambda conn: todo_door.look(conn, site, token))
        if door.facts is None:
            return closed(site, request, door)
        back = f"/todo/{token}?at={key}"
        if door.checklist is None or not takes_file(door.checklist, key):
            return RedirectResponse(f"{back}&said=not", 303)
        async with request.form(max_files=1, max_fields=4) as form:
            sent = form.get("file")
            data = await sent.read() if isinstance(sent, UploadFile) else b""
            name = sent.filename or "" if isinstance(sent, UploadFile) else ""
        looked = await run_in_threadpool(look_at, data, site.services.settings.reports.file_bytes)
        if isinstance(looked, Refusal):
            return RedirectResponse(f"{back}&refused={looked.value}#{key}", 303)
        digest = await run_in_threadpool(site.vault.put, looked.data)
        said = await site.database.awrite(lambda conn: _add(conn, site, token, key, digest, looked, name))
        site.nudge()
        return RedirectResponse(f"{back}&{said}#{key}", 303)

    async def remove(request: Request) -> Response:
        token, number = request.path_params["token"], request.path_params["number"]

        def take_out(conn: Connection) -> Door:
            door, file = _find(conn, site, token, number)
            if door.checklist is not None and file is not None and takes_file(door.checklist, file.step):
                store.remove_file(conn, door.checklist.trip.id, number)
            return door

        door = await site.database.awrite(take_out)
        return (
            closed(site, request, door) if door.facts is None else RedirectResponse(f"/todo/{token}?said=removed", 303)
        )

    async def send(request: Request) -> Response:
        token, number = request.path_params["token"], request.path_params["number"]
        door, file = await site.database.aread(lambda conn: _find(conn, site, token, number))
        response = None if file is None else await shown_file(site.vault, file)
        return response or closed(site, request, Door(404, door.person))

    path = "/todo/{token}/files/{number:int}"
    return [
        Route(f"{UPLOAD}{{token}}/{{step}}", upload, methods=["POST"]),
        Route(path, send, methods=["GET"]),
        Route(f"{path}/remove", remove, methods=["POST"]),
    ]


def _find(conn: Connection, site: Site, token: str, number: int) -> tuple[Door, StepFile | None]:
    door = todo_door.look(conn, site, token)
    mine = [] if door.checklist is None else store.files_of(conn, door.checklist.trip.id)
    return door, next((one for one in mine if one.id == number), None)


def _add(conn: Connection, site: Site, token: str, key: str, digest: str, looked: Looked, name: str) -> str:
    door = todo_door.look(conn, site, token)
    if door.checklist is None or not takes_file(door.checklist, key):
        return "said=not"
    file = Lying(digest, looked.kind, named(name, looked.kind), len(looked.data))
    kept = keep_for_step(conn, door.checklist, key, file, programme_of(conn, site), site.now)
    return f"refused={kept.value}" if isinstance(kept, Refusal) else "said=file"
