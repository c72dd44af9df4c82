"""The office sees all opportunities with how many keep each in mind, enters and changes them, and takes them back."""

from typing import Any

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.opportunity_telling import said
from bot.errors import Mistake
from bot.figures.hiding import SMALLEST
from bot.people.store import unit_paths
from bot.places.countries import country_name
from bot.roster.codes import LEVELS, TRIP_TYPES
from bot.roster.columns import OPPORTUNITIES, SHEETS
from bot.roster.faults_said import in_chinese
from bot.roster.model import StoredRow
from bot.views.opportunities import for_office, keeps, may_look
from handlers.opportunity_entered import FIELDS, enter, withdraw
from handlers.roster.opportunities import load_opportunities
from handlers.web.paging import one_of
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/opportunities"
_LONG = frozenset({"text", "text_en"})
_SAID = frozenset({"entered", "changed", "withdrawn", "not"})


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        if not may_look(reader.person):
            raise HTTPException(404)
        found = await site.database.aread(lambda conn: for_office(conn, site.now))
        lines = [(one, said(one.opportunity)) for one in found]
        word = one_of(request, "said", _SAID)
        return console_page(
            site, request, reader, "console/opportunities.html", lines=lines, said=word, fewest=SMALLEST
        )

    async def new(request: Request, reader: Reader) -> Response:
        _office(reader)
        return await _form(site, request, reader, dict.fromkeys(FIELDS, ""))

    async def create(request: Request, reader: Reader, fields: FormData) -> Response:
        _office(reader)
        given, actor = _typed(fields), reader.person.id
        faults = await site.database.awrite(lambda conn: enter(conn, given, site.now, actor, is_new=True))
        return await _done(site, request, reader, given, faults, "entered")

    async def edit(request: Request, reader: Reader) -> Response:
        _office(reader)
        key, row = await _stored(site, request)
        return await _form(site, request, reader, _filled(row, site.language(request, reader.person.language)), key=key)

    async def change(request: Request, reader: Reader, fields: FormData) -> Response:
        _office(reader)
        key, _ = await _stored(site, request)
        given, actor = _typed(fields) | {"opportunity": key}, reader.person.id
        faults = await site.database.awrite(lambda conn: enter(conn, given, site.now, actor, is_new=False))
        return await _done(site, request, reader, given, faults, "changed", key)

    async def off(request: Request, reader: Reader, _fields: FormData) -> Response:
        _office(reader)
        number, actor = request.path_params["opportunity_id"], reader.person.id
        done = await site.database.awrite(lambda conn: withdraw(conn, number, site.now, actor))
        site.nudge()
        return RedirectResponse(f"{PAGE}?said={'withdrawn' if done else 'not'}", 303)

    one = f"{PAGE}/{{opportunity_id:int}}"
    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}/new", signed_in(site, new), methods=["GET"]),
        Route(f"{PAGE}/new", guarded_form(site, create), methods=["POST"]),
        Route(one, signed_in(site, edit), methods=["GET"]),
        Route(one, guarded_form(site, change), methods=["POST"]),
        Route(f"{one}/withdraw", guarded_form(site, off), methods=["POST"]),
    ]


def _office(reader: Reader) -> None:
    if not keeps(reader.person):
        raise HTTPException(404)


async def _stored(site: Site, request: Request) -> tuple[str, StoredRow]:
    number = request.path_params["opportunity_id"]
    rows = await site.database.aread(lambda conn: load_opportunities(conn, unit_paths(conn))[OPPORTUNITIES])
    found = next(((key[0], row) for key, row in rows.items() if row.id == number), None)
    if found is None:
        raise HTTPException(404)
    return found


def _typed(fields: FormData) -> dict[str, str]:
    given = {name: str(fields.get(name, "")).replace("\x00", "").strip() for name in FIELDS}
    given |= {name: " ".join(text.split()) for name, text in given.items() if name not in _LONG}
    return given | {"level": ";".join(str(one) for one in fields.getlist("level"))}


def _filled(row: StoredRow, language: str) -> dict[str, str]:
    filled = {name: "" if value is None else str(value) for name, value in row.values.items()}
    levels = row.values.get("level")
    filled["country"] = country_name(filled["country"], language)
    return filled | {"level": ";".join(levels) if isinstance(levels, tuple) else ""}


async def _done(
    site: Site,
    request: Request,
    reader: Reader,
    given: dict[str, str],
    faults: list[Mistake],
    word: str,
    key: str = "",
) -> Response:
    if faults:
        return await _form(site, request, reader, given, faults, key)
    site.nudge()
    return RedirectResponse(f"{PAGE}?said={word}", 303)


async def _form(
    site: Site,
    request: Request,
    reader: Reader,
    filled: dict[str, str],
    faults: list[Mistake] | None = None,
    key: str = "",
) -> Response:
    def load(conn: Connection) -> list[str]:
        return sorted(unit_paths(conn).values())

    columns = {column.name: column for column in SHEETS[OPPORTUNITIES].columns}
    wrong: dict[str, list[Mistake]] = {}
    for fault in faults or []:
        wrong.setdefault(fault.where.rpartition(" ")[2], []).append(fault)
    context: dict[str, Any] = {"filled": filled, "wrong": wrong, "key": key, "columns": columns}
    context |= {"units": await site.database.aread(load), "types": list(TRIP_TYPES), "levels": list(LEVELS)}
    number = request.path_params.get("opportunity_id")
    action = f"{PAGE}/{number}" if number else f"{PAGE}/new"
    return console_page(
        site, request, reader, "console/opportunity_form.html", action=action, chinese=in_chinese, **context
    )
