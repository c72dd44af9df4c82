"""The duty phone: who is on now and next, when nobody will be, stand-ins, and whom alarms reach."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.duty import store as duty_store
from bot.engine.alarm_reach import on_rotas, reach_shown
from bot.engine.alarm_tests import start_test
from bot.engine.duty_rotas import is_present, load_rotas
from bot.engine.duty_shown import duty_shown
from bot.local_time import local_date
from bot.people.model import Person
from bot.people.store import by_number, people
from bot.views.scope import Scope
from handlers.duty_overridden import ARRANGES, OverrideRefusedError, may_arrange, override, take_back
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/duty"
DAYS = 14
FIELDS = ("rota", "from", "to", "who")
LONGEST = 200
MOST_OVERRIDES = 2**63


@dataclass(frozen=True)
class _Seen:
    shown: dict[str, Any]
    reach: list[dict[str, Any]]
    mine: list[str]
    """Names of the rotas that the reader may arrange."""


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        return await _page(site, request, reader)

    async def put(request: Request, reader: Reader, fields: FormData) -> Response:
        given = {name: str(fields.get(name, "")).strip()[:LONGEST] for name in FIELDS}
        now = site.now
        wrong = await site.database.awrite(lambda conn: _put(conn, reader, given, now))
        return await _page(site, request, reader, wrong=wrong, given=given) if wrong else _done(site)

    async def cancel(request: Request, reader: Reader, _fields: FormData) -> Response:
        now, override_id = site.now, request.path_params["override_id"]
        await site.database.awrite(lambda conn: _cancel(conn, reader, override_id, now))
        return _done(site)

    async def ring(request: Request, reader: Reader, fields: FormData) -> Response:
        number, now = str(fields.get("number", ""))[:LONGEST], site.now
        has_rung = await site.database.awrite(lambda conn: _ring(conn, reader, number, now))
        return _done(site, "?rung=1") if has_rung else await _page(site, request, reader, wrong="unreached")

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/override", guarded_form(site, put), methods=["POST"]),
        Route(f"{PAGE}/override/{{override_id:int}}/cancel", guarded_form(site, cancel), methods=["POST"]),
        Route(f"{PAGE}/test", guarded_form(site, ring), methods=["POST"]),
    ]


async def _page(
    site: Site, request: Request, reader: Reader, *, wrong: str = "", given: dict[str, str] | None = None
) -> Response:
    scope, now = reader.eyes, site.now
    seen = await site.database.aread(_look(reader, scope, site))
    response = console_page(
        site,
        request,
        reader,
        "console/duty.html",
        shown=seen.shown,
        reach=seen.reach,
        mine=seen.mine,
        wrong=wrong,
        given=given or dict.fromkeys(FIELDS, ""),
        has_rung=request.query_params.get("rung") == "1",
        arranges=reader.person.has_role(*ARRANGES),
        today=local_date(now, reader.person.zone),
    )
    response.status_code = 400 if wrong else 200
    return response


def _look(reader: Reader, scope: Scope, site: Site) -> Callable[[Connection], _Seen]:
    now = site.now

    def look(conn: Connection) -> _Seen:
        only = None
        if not scope.whole:  # whoever looks after some students reads of gaps for those
            only = set(conn.execute(select(people.c.id).where(scope.students(local_date(now, "UTC")))).scalars())
        tested = [person for person in on_rotas(conn) if _may_test(reader, person)]
        rotas = [rota.name for rota in load_rotas(conn).rotas if may_arrange(reader.person, rota)]
        return _Seen(duty_shown(conn, now, DAYS, only), reach_shown(conn, tested), rotas)

    return look


def _put(conn: Connection, reader: Reader, given: dict[str, str], now: datetime) -> str:
    """Put a stand-in there; return the code of what is wrong, empty when nothing is."""
    _guard(conn, reader, given["rota"])
    try:
        override(conn, given["rota"], given["from"], given["to"], given["who"], reader.person, now)
    except OverrideRefusedError as error:
        return error.code
    return ""


def _cancel(conn: Connection, reader: Reader, override_id: int, now: datetime) -> None:
    found = duty_store.override_by_id(conn, override_id) if override_id < MOST_OVERRIDES else None
    if found is not None:
        _guard(conn, reader, found.rota)
    if found is None or not take_back(conn, override_id, reader.person, now):
        raise HTTPException(404)


def _ring(conn: Connection, reader: Reader, number: str, now: datetime) -> bool:
    _ = reader.eyes
    person = by_number(conn, number)
    if person is None or not is_present(person) or not _may_test(reader, person):
        raise HTTPException(404)
    return start_test(conn, person, reader.person.id, now) is not None


def _may_test(reader: Reader, person: Person) -> bool:
    return reader.person.has_role(*ARRANGES) or person.id == reader.person.id


def _guard(conn: Connection, reader: Reader, rota_name: str) -> None:
    """Refuse whoever may not arrange a rota; one that does not exist is refused with its own words."""
    _ = reader.eyes
    rota = load_rotas(conn).named(rota_name)
    if rota is not None and not may_arrange(reader.person, rota):
        raise HTTPException(403)


def _done(site: Site, query: str = "") -> Response:
    site.nudge()
    return RedirectResponse(f"{PAGE}{query}", 303)
