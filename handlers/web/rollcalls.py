"""Roll-calls in the console: the list, a new one, its count and reach, and the confirmation that starts it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.rollcall_areas import circle_in, city_in, country_in
from bot.engine.rollcall_roles import may_see, may_start
from bot.engine.rollcalls import LONGEST_WHAT
from bot.ledger import live_of
from bot.people.store import people, unit_paths
from bot.rollcalls import store
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import Area, Reach
from bot.views.rollcall_board import boards
from bot.views.scope import Scope
from handlers import rollcall_started as use
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

HOME = "/console/rollcalls"
LONGEST = 40_000
_SEVERAL = re.compile(r"[;；、\n]+")
_NUMBERS = re.compile(r"[\s,，;；、]+")
FIELDS = ("what", "kind", "countries", "cities", "circle", "units", "branches", "numbers")


@dataclass(frozen=True)
class Filled:
    """The form as it stands; what somebody wrote is never lost by a mistake in it."""

    values: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def eyes(reader: Reader) -> Scope:
    """Return what a reader may see of roll-calls; 404 for whoever has nothing to do with them."""
    if reader.scope is None or not may_see(reader.person):
        raise HTTPException(404)
    return reader.scope


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now = eyes(reader), site.now
        found = await site.database.aread(lambda conn: boards(conn, scope, now))
        starts = may_start(reader.person)
        return console_page(site, request, reader, "console/rollcalls.html", boards=found, may_start=starts)

    async def new(request: Request, reader: Reader) -> Response:
        scope = _starter(reader)
        report = request.query_params.get("report", "")
        filled = Filled()
        if report:
            filled = await site.database.aread(lambda conn: _prefilled(conn, site, scope, report))
        return await _form(site, request, reader, filled)

    async def count(request: Request, reader: Reader, fields: FormData) -> Response:
        scope, now, real = _starter(reader), site.now, site.real
        filled = Filled({name: str(fields.get(name, ""))[:LONGEST].strip() for name in FIELDS})
        if filled["kind"] not in {"drill", "incident"}:
            return await _form(site, request, reader, filled, fault="kind")
        drill, live = filled["kind"] == "drill", live_of(site.services.settings)
        try:
            area = area_of(filled)
            what = filled["what"]  # counted beside whoever writes: a cry for help must not wait for it
            found = await site.database.aread(lambda conn: use.counted(conn, scope, what, area, now, live))
            made = await site.database.awrite(
                lambda conn: use.count(conn, reader.person, scope, what, area, now, real, drill=drill, found=found)
            )
        except RollcallRefused as error:
            refusal = error
        else:
            return console_page(
                site, request, reader, "console/rollcall_confirm.html", draft=made, filled=filled, reaches=list(Reach)
            )
        await site.database.awrite(lambda conn: use.refused(conn, reader.person, refusal, now))
        return await _form(site, request, reader, filled, fault=refusal.fault.value, value=refusal.value)

    async def start(request: Request, reader: Reader, fields: FormData) -> Response:
        scope, now, real = _starter(reader), site.now, site.real
        rollcall_id, token = request.path_params["rollcall_id"], str(fields.get("token", ""))
        refusal = await _refusal(
            site, lambda conn: use.start(conn, rollcall_id, reader.person, scope, token, now, real)
        )
        if refusal is None:
            site.nudge()
            return RedirectResponse(f"{HOME}/{rollcall_id}", 303)
        filled = await site.database.aread(lambda conn: _drafted(conn, rollcall_id, reader, refusal))
        return await _form(site, request, reader, filled, fault=refusal.fault.value, value=refusal.value)

    return [
        Route(HOME, signed_in(site, show), methods=["GET"]),
        Route(f"{HOME}/new", signed_in(site, new), methods=["GET"]),
        Route(f"{HOME}/new", guarded_form(site, count), methods=["POST"]),
        Route(f"{HOME}/{{rollcall_id:int}}/start", guarded_form(site, start), methods=["POST"]),
    ]


def _starter(reader: Reader) -> Scope:
    scope = eyes(reader)
    if not may_start(reader.person):
        raise HTTPException(404)
    return scope


async def _form(
    site: Site, request: Request, reader: Reader, filled: Filled, *, fault: str = "", value: str = ""
) -> Response:
    paths = await site.database.aread(unit_paths)
    context = {"filled": filled, "fault": fault, "value": value, "units": sorted(paths.values())}
    status = {"status": 422} if fault else {}
    return console_page(site, request, reader, "console/rollcall_new.html", **context, **status)


def _prefilled(conn: Connection, site: Site, scope: Scope, report: str) -> Filled:
    """Fill in what a student has reported; nothing of it is counted before somebody says so."""
    usable = report.isascii() and report.isdecimal() and len(report) < 16  # noqa: PLR2004 - far beyond any id
    found = store.report(conn, int(report)) if usable else None
    if found is None:
        raise HTTPException(404)
    hers = select(people.c.id).where(people.c.id == found.person_id, scope.students(site.now.date()))
    if conn.execute(hers).first() is None:
        raise HTTPException(404)
    city = f"{found.city}, {found.country}" if found.city and found.country else found.city
    return Filled({"what": found.what[:LONGEST_WHAT], "cities": city, "countries": "" if found.city else found.country})


async def _refusal(site: Site, work: Callable[[Connection], object]) -> RollcallRefused | None:
    """Do something in a transaction and return why it was refused; None when it was done."""
    try:
        await site.database.awrite(work)
    except RollcallRefused as error:
        return error
    return None


def _drafted(conn: Connection, rollcall_id: int, reader: Reader, refusal: RollcallRefused) -> Filled:
    """Fill in again what was counted too long ago, for whoever had it counted."""
    found = store.by_id(conn, rollcall_id) if refusal.fault is Fault.STALE else None
    if found is None or found.author_id != reader.person.id:
        return Filled()
    area, circle = found.area, found.area.circle
    return Filled(
        {
            "what": found.what,
            "kind": "drill" if found.is_drill else "incident",
            "countries": "; ".join(area.countries),
            "cities": "; ".join(", ".join(filter(None, one)) for one in area.cities),
            "circle": f"{circle.latitude},{circle.longitude},{circle.km}" if circle else "",
            "units": "; ".join(area.units),
            "branches": "; ".join(area.branches),
            "numbers": " ".join(area.numbers),
        }
    )


def area_of(filled: Filled) -> Area:
    """Return the area that the fields of a form name; RollcallRefused for what is none."""
    return Area(
        countries=tuple(country_in(text) for text in _parts(filled["countries"].replace("，", ",").replace(",", ";"))),
        cities=tuple(city_in(text) for text in _parts(filled["cities"])),
        circle=circle_in(filled["circle"]) if filled["circle"] else None,
        units=_parts(filled["units"]),
        branches=_parts(filled["branches"]),
        numbers=tuple(dict.fromkeys(part for part in _NUMBERS.split(filled["numbers"]) if part)),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in _SEVERAL.split(text) if part.strip()))
