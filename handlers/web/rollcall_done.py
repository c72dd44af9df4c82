"""What is done with a roll-call in the console: a city is taken, a word is said on somebody's behalf, it is closed."""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

from sqlalchemy import Connection, and_, select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine import rollcalls as engine
from bot.engine.rollcall_roles import may_start
from bot.engine.rollcall_taking import take_city
from bot.engine.rollcall_words import Outcome, say_for
from bot.people.store import people
from bot.rollcalls.faults import RollcallRefused
from bot.rollcalls.model import Word
from bot.views.rollcall_board import board
from bot.views.scope import Scope
from handlers.web.rollcalls import HOME, eyes
from handlers.web.session import Reader, guarded_form
from handlers.web.site import Site

T = TypeVar("T")
LONGEST_NOTE = 600


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def take(request: Request, reader: Reader, fields: FormData) -> Response:
        scope, now, rollcall_id = eyes(reader), site.now, request.path_params["rollcall_id"]
        country, city = str(fields.get("country", "")), str(fields.get("city", ""))
        within = and_(scope.students(now.date()), scope.let_in())
        await _do(
            site,
            lambda conn: take_city(conn, rollcall_id, country, city, reader.person.id, within, now),
        )
        return _to_names(rollcall_id, {"country": country, "city": city, "state": "unheard"})

    async def say(request: Request, reader: Reader, fields: FormData) -> Response:
        scope, now, rollcall_id = eyes(reader), site.now, request.path_params["rollcall_id"]
        number, word = str(fields.get("number", "")), str(fields.get("word", ""))
        note = str(fields.get("note", "")).strip()[:LONGEST_NOTE]
        if word not in set(Word):
            raise HTTPException(400)
        if not note:
            return _to_names(rollcall_id, _where(fields) | {"said": "no_note"})

        def work(conn: Connection) -> Outcome:
            person_id = _seen(conn, site, scope, number)
            return say_for(conn, rollcall_id, person_id, Word(word), reader.person.id, note, now).outcome

        outcome: Outcome = await _do(site, work)
        return _to_names(rollcall_id, _where(fields) | {"said": outcome.value})

    async def close(request: Request, reader: Reader, _fields: FormData) -> Response:
        scope, now, rollcall_id = eyes(reader), site.now, request.path_params["rollcall_id"]
        if not may_start(reader.person):
            raise HTTPException(404)

        def work(conn: Connection) -> None:
            seen = board(conn, scope, rollcall_id, now)
            mine = seen is not None and (scope.whole or seen.rollcall.author_id == reader.person.id)
            if not mine:  # it may reach people whom this reader does not see
                raise HTTPException(404)
            engine.close(conn, rollcall_id, reader.person.id, now)

        await _do(site, work)
        return RedirectResponse(f"{HOME}/{rollcall_id}", 303)

    one = f"{HOME}/{{rollcall_id:int}}"
    return [
        Route(f"{one}/take", guarded_form(site, take), methods=["POST"]),
        Route(f"{one}/say", guarded_form(site, say), methods=["POST"]),
        Route(f"{one}/close", guarded_form(site, close), methods=["POST"]),
    ]


async def _do(site: Site, work: Callable[[Connection], T]) -> T:
    """Do something with a roll-call; one that is not there or not open is 404 for whoever pressed an old page."""
    try:
        done = await site.database.awrite(work)
    except RollcallRefused:
        raise HTTPException(404) from None
    site.nudge()
    return done


def _seen(conn: Connection, site: Site, scope: Scope, number: str) -> int:
    seen = and_(scope.students(site.now.date()), scope.let_in())
    query = select(people.c.id).where(people.c.number == number, seen)
    found: int | None = conn.execute(query).scalar()
    if found is None:
        raise HTTPException(404)
    return found


def _where(fields: FormData) -> dict[str, str]:
    names = {name: str(fields.get(name, "")) for name in ("country", "city", "state")}
    return {name: value for name, value in names.items() if value or name == "city"}


def _to_names(rollcall_id: int, query: dict[str, str]) -> Response:
    if "city" in query and not query["city"] and not query.get("country"):
        query = {name: value for name, value in query.items() if name != "city"}
    return RedirectResponse(f"{HOME}/{rollcall_id}/people?{urlencode(query)}", 303)
