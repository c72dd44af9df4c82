"""Sessions for whoever arranges them: which there are, who is at one as it goes on, its code, and corrections."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.facts import load_facts
from bot.engine.session_attendance import enter, set_code
from bot.local_time import Quiet
from bot.people.store import by_number
from bot.rendering.session_record import words_of
from bot.sessions import minutes
from bot.sessions.attendance import Phase, phase_of
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Mark
from bot.views.session_board import Led, arranges, led_session, open_sessions, sessions_led
from bot.views.session_list import Listed, listed_sessions
from bot.views.session_seats import SessionBoard, board_page, whole_board
from handlers.session_record import assembled
from handlers.web.export_reasons import FOR_RECORDS
from handlers.web.paging import page_in
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

HOME = "/console/sessions"
LONGEST = 80
"""Characters of what the list is searched for."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show_all(request: Request, reader: Reader) -> Response:
        if not reader.meets:
            raise HTTPException(404)
        now = site.now
        rows = await site.database.aread(lambda conn: _listed(conn, reader, now))
        ahead = [row for row in rows if row[1] in {Phase.AHEAD, Phase.ON}]
        past = [row for row in reversed(rows) if row not in ahead]
        return console_page(
            site, request, reader, "console/sessions.html", ahead=ahead, past=past, makes=arranges(reader.person)
        )

    async def show(request: Request, reader: Reader) -> Response:
        is_poll = bool(request.headers.get("hx-request"))  # takes the list alone
        q, page = request.query_params.get("q", "")[:LONGEST], page_in(request)

        def look(conn: Connection) -> tuple[SessionBoard, dict[int, str], str]:
            led = led_in(conn, request, reader)
            board = board_page(conn, led.session, led.branch, site.now, q=q, page=page)
            facts = load_facts(conn, [seat.person_id for seat in board.seats])
            zones = {one: her.zone_now(board.session.starts_at) for one, her in facts.items()}
            return board, zones, "" if is_poll else _minutes(conn, site, request, reader, board)

        board, zones, text = await site.database.aread(look)
        said = request.query_params.get("said", "")
        context = {"board": board, "zones": zones, "marks": list(Mark), "minutes": text, "said": said}
        context["reasons"] = FOR_RECORDS
        return console_page(site, request, reader, "console/session_board.html", **context)

    async def code(request: Request, reader: Reader, fields: FormData) -> Response:
        on = fields.get("do") == "on"
        await _do(site, request, reader, lambda conn, one: set_code(conn, one, reader.person.id, site.now, on=on))
        return RedirectResponse(f"{HOME}/{request.path_params['session_id']}", 303)

    async def mark(request: Request, reader: Reader, fields: FormData) -> Response:
        number, word = str(fields.get("number", "")), str(fields.get("mark", ""))
        if word not in set(Mark):
            raise HTTPException(400)

        def work(conn: Connection, session_id: int) -> None:
            person = by_number(conn, number)
            if person is None or not enter(conn, session_id, person.id, Mark(word), reader.person.id, site.now):
                raise HTTPException(404)

        await _do(site, request, reader, work)
        return RedirectResponse(f"{HOME}/{request.path_params['session_id']}", 303)

    one = f"{HOME}/{{session_id:int}}"
    return [
        Route(HOME, signed_in(site, show_all), methods=["GET"]),
        Route(one, signed_in(site, show), methods=["GET"]),
        Route(f"{one}/code", guarded_form(site, code), methods=["POST"]),
        Route(f"{one}/mark", guarded_form(site, mark), methods=["POST"]),
    ]


def _minutes(conn: Connection, site: Site, request: Request, reader: Reader, board: SessionBoard) -> str:
    """Return the minutes as they were written, or those of a round as they assemble themselves."""
    written = minutes.latest(conn, board.session.id)
    if written or not board.session.is_round:
        return written
    words = words_of(site.services.renderer, site.language(request, reader.person.language))
    whole = whole_board(conn, board.session, board.branch, site.now) if board.pages > 1 or board.q else board
    return assembled(whole, words["voice"], words["colon"])


def _listed(conn: Connection, reader: Reader, now: datetime) -> list[tuple[Listed, Phase]]:
    led = [session.id for session, _ in sessions_led(conn, reader.person)]
    led += [session.id for session in open_sessions(conn, reader.person)]
    found = listed_sessions(conn, now, only=led) if led else []
    return [(one, phase_of(one.session, now)) for one in found]


def led_in(conn: Connection, request: Request, reader: Reader) -> Led:
    """Return the session that an address names; 404 for whoever does not lead that branch."""
    led = led_session(conn, request.path_params["session_id"], reader.person)
    if led is None:
        raise HTTPException(404)
    return led


def quiet_hours(conn: Connection, site: Site) -> Quiet:
    """Return the hours in which nobody is written to; SessionRefused while no programme was loaded to say so."""
    try:
        return site.services.programmes.current(conn).quiet
    except LookupError:
        raise SessionRefused(Fault.NO_PROGRAMME) from None


async def _do(site: Site, request: Request, reader: Reader, work: Callable[[Connection, int], None]) -> None:
    """Do something with a session in a transaction; what cannot be any more changes nothing, and the page shows why."""

    def whole(conn: Connection) -> None:
        work(conn, led_in(conn, request, reader).session.id)

    try:
        await site.database.awrite(whole)
    except SessionRefused:
        return
