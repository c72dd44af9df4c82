"""She leaves her voice in a round, on the page of its question: looked at by its content, and kept as a file."""

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.life import sign_of_life
from bot.engine.session_round import Outcome, can_speak, speak
from bot.sessions.voices import MOST_BYTES, kind_of
from bot.sessions.words import Voice
from handlers.web.answer_page import page_of
from handlers.web.answer_said import CHANNEL
from handlers.web.errors import plain
from handlers.web.site import Site

UPLOAD = "/round-voice/"
"""Below it bodies may be as large as a voice note."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def upload(request: Request) -> Response:
        token = request.path_params["token"]
        open_now = await site.database.awrite(lambda conn: _refusal(conn, site, token))
        if isinstance(open_now, int):
            return plain(site, request, open_now, what="answer")
        async with request.form(max_files=1, max_fields=4) as form:
            sent = form.get("voice")
            data = await sent.read() if isinstance(sent, UploadFile) else b""
        kind = kind_of(data)
        if open_now is not None or kind is None or len(data) > MOST_BYTES:
            said = "empty" if not data else "large" if len(data) > MOST_BYTES else "unknown"
            return RedirectResponse(f"/a/{token}?voice={open_now.value if open_now else said}", 303)
        digest = await run_in_threadpool(site.branch_vault.put, data)
        outcome = await site.database.awrite(lambda conn: _keep(conn, site, token, Voice(digest, kind, len(data))))
        return RedirectResponse(f"/a/{token}?voice={outcome.value}", 303)

    return [Route(f"{UPLOAD}{{token}}", upload, methods=["POST"])]


def _refusal(conn: Connection, site: Site, token: str) -> Outcome | int | None:
    page = page_of(conn, site, token, site.now)
    return page if isinstance(page, int) else can_speak(conn, page.prompt.id, page.person.id, site.now)


def _keep(conn: Connection, site: Site, token: str, voice: Voice) -> Outcome:
    page = page_of(conn, site, token, site.now)
    if isinstance(page, int):
        return Outcome.OVER
    sign_of_life(conn, page.person.id, site.now)
    return speak(conn, page.prompt.id, page.person.id, voice, CHANNEL, site.now)
