"""The statistics of a year: a page of tables and charts, and the same as a file, whose taking out is written down."""

from collections.abc import Mapping
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.figures.model import EVERY
from bot.figures.tables import Choice, Statistics
from bot.rendering.statistics_said import say
from bot.views.statistics import statistics
from handlers.statistics_taken import KINDS, note_taken, statistics_file
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

HERE = "/console/statistics"


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def chosen(reader: Reader, given: Mapping[str, str]) -> Statistics:
        scope, now, choice = reader.eyes, site.now, choice_in(given)
        found = await site.database.aread_long(lambda conn: statistics(conn, scope, choice, now))
        if found is None:  # no such unit, or not hers: nobody can tell which
            raise HTTPException(404)
        return found

    async def show(request: Request, reader: Reader) -> Response:
        found = await chosen(reader, request.query_params)
        said = say(site.services.renderer, site.language(request, reader.person.language), found)
        return console_page(site, request, reader, "console/statistics.html", found=found, said=said)

    async def take(request: Request, reader: Reader, fields: FormData) -> Response:
        kind = str(fields.get("format", ""))
        if kind not in KINDS:
            raise HTTPException(400)
        found = await chosen(reader, {name: str(value) for name, value in fields.items()})
        language, now = site.language(request, reader.person.language), site.now
        made = await run_in_threadpool(partial(statistics_file, site.services.renderer, language, found, kind))
        await site.database.awrite(lambda conn: note_taken(conn, found, kind, now, reader.person.id))
        name = f"statistics-{found.year}-{found.as_of:%Y%m%d}.{kind}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(made, media_type=KINDS[kind], headers=headers)

    return [
        Route(HERE, signed_in(site, show), methods=["GET"]),
        Route(HERE, guarded_form(site, take), methods=["POST"]),
    ]


def choice_in(given: Mapping[str, str]) -> Choice:
    """Read what was chosen from an address or a form; a year that is none is no year of ours."""
    year = given.get("year", "").strip()
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):  # noqa: PLR2004 - as years have
        raise HTTPException(404)
    return Choice(int(year) if year else None, given.get("unit"), given.get("level") or EVERY)
