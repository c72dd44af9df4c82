"""A round of 48 hours is begun in the form of sessions, and whoever leads it listens to what was spoken in it."""

from sqlalchemy import Connection, func, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.branches.store import branches
from bot.engine.session_audience import OPEN
from bot.engine.session_leading import choose
from bot.engine.session_round import begin
from bot.sessions import store, words
from bot.sessions.faults import SessionRefused
from bot.sessions.model import Session
from bot.sessions.reading import zone_in
from bot.sessions.rules import ROUND_FOR
from bot.sessions.voices import NOT_PLAYED, TYPES
from handlers.web.session import Reader, guarded_form, signed_in
from handlers.web.session_board import HOME, led_in, quiet_hours
from handlers.web.session_fields import Filled, typed
from handlers.web.session_form import may_invite, must_lead, show_form
from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def create(request: Request, reader: Reader, fields: FormData) -> Response:
        must_lead(reader)
        filled = typed(fields)
        try:
            made = await site.database.awrite(lambda conn: _begin(conn, site, reader, filled))
        except SessionRefused as error:
            return await show_form(site, request, reader, filled, None, error.fault)
        site.nudge()
        return RedirectResponse(f"{HOME}/{made.id}", 303)

    async def listen(request: Request, reader: Reader) -> Response:
        number = request.path_params["number"]

        def find(conn: Connection) -> words.Voice | None:
            said = words.of_session(conn, led_in(conn, request, reader).session.id)
            return next((one.voice for one in said if one.id == number), None)

        voice = await site.database.aread(find)
        data = None if voice is None else await run_in_threadpool(_bytes, site, voice)
        if voice is None or data is None:
            raise HTTPException(404)
        shown = "attachment" if voice.kind in NOT_PLAYED else "inline"
        headers = {"content-disposition": f'{shown}; filename="voice-{number}.{voice.kind}"'}
        return Response(data, media_type=TYPES[voice.kind], headers=headers)

    return [
        Route(f"{HOME}/round", guarded_form(site, create), methods=["POST"]),
        Route(f"{HOME}/{{session_id:int}}/voice/{{number:int}}", signed_in(site, listen), methods=["GET"]),
    ]


def _bytes(site: Site, voice: words.Voice) -> bytes | None:
    """Return a voice note; the first ones lay with what is no branch matter."""
    found = site.branch_vault.get(voice.digest)
    return site.vault.get(voice.digest) if found is None else found


def _begin(conn: Connection, site: Site, reader: Reader, filled: Filled) -> Session:
    may_invite(conn, reader, filled["branch"])
    twice = _same(conn, site, filled)
    if twice is not None:
        return twice
    zone, quiet = zone_in(filled["zone"] or None), quiet_hours(conn, site)
    texts = (filled["title"], filled["material"] or None)
    made = begin(conn, filled["branch"], *texts, zone, reader.person.id, site.now, quiet)
    choose(conn, made, filled.leaders, reader.person.id, site.now)
    return made


def _same(conn: Connection, site: Site, filled: Filled) -> Session | None:
    """Return the round of this title that is under way: a button was pressed twice."""
    query = select(store.sessions.c.id).outerjoin(branches, branches.c.id == store.sessions.c.branch_id)
    query = query.where(
        func.coalesce(branches.c.key, OPEN + store.sessions.c.audience) == filled["branch"],
        store.sessions.c.is_round,
        store.is_ahead(site.now, site.now - ROUND_FOR),
    )
    known = store.by_ids(conn, list(conn.execute(query).scalars())).values()
    return next((one for one in known if one.title == " ".join(filled["title"].split())), None)
