"""The planning pack of a student who thinks of going, for one opportunity or for a country: a page, and to take along.

Looking changes nothing; the link is hers, from `/plan` or `/opportunities` in chat.
"""

from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.opportunity_telling import said
from bot.people.model import Person
from bot.places.countries import find_country
from bot.views.opportunities import catalogue
from bot.views.planning_pack import pack_for
from handlers.plan_packed import pack_file
from handlers.web.errors import plain
from handlers.web.plan_opportunities import student, zone_of
from handlers.web.site import Site

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def load(request: Request) -> tuple[Person | int, dict[str, Any]]:
        return await site.database.aread(lambda conn: _look(conn, site, request))

    async def show(request: Request) -> Response:
        person, shown = await load(request)
        if isinstance(person, int):
            return plain(site, request, person, what="plan")
        base, here = f"/plan/{request.path_params['token']}", request.url.path.removesuffix("/")
        query = f"?country={shown['country']}" if shown["one"] is None else ""
        files = {kind: f"{here}/pack.{kind}{query}" for kind in KINDS}
        return site.page(request, "web/pack.html", own=person.language, base=base, files=files, **shown)

    async def take(request: Request) -> Response:
        person, shown = await load(request)
        if isinstance(person, int):
            return plain(site, request, person, what="plan")
        if shown["pack"] is None:
            raise HTTPException(404)
        language, kind = site.language(request, person.language), request.url.path.rpartition(".")[2]
        given = shown | {"now": site.now}
        made = await run_in_threadpool(partial(pack_file, site.services.renderer, language, given, kind))
        headers = {"content-disposition": f'attachment; filename="pack.{kind}"'}
        return Response(made, media_type=KINDS[kind], headers=headers)

    path = "/plan/{token}/pack"
    return [
        *(Route(f"{path}/pack.{kind}", take, methods=["GET"]) for kind in KINDS),
        *(Route(f"{path}/{{opportunity_id:int}}/pack.{kind}", take, methods=["GET"]) for kind in KINDS),
        Route(f"{path}/{{opportunity_id:int}}", show, methods=["GET"]),
        Route(path, show, methods=["GET"]),
    ]


def _look(conn: Connection, site: Site, request: Request) -> tuple[Person | int, dict[str, Any]]:
    person = student(conn, site, request)
    if isinstance(person, int):
        return person, {}
    country = find_country(request.query_params.get("country", "")[:2].upper()) or ""
    opportunity_id: int | None = request.path_params.get("opportunity_id")
    prefilled = [one.key for one in site.services.sections.all if one.prefill]
    pack = None
    if opportunity_id is not None or country:
        pack = pack_for(conn, person, site.services.preparations, prefilled, site.now, opportunity_id, country)
    if opportunity_id is not None and pack is None:
        return 404, {}
    known = {each.opportunity.country for each in catalogue(conn, site.now)}
    return person, {
        "pack": pack,
        "one": said(pack.offered.opportunity) if pack is not None and pack.offered is not None else None,
        "open": [] if pack is None else [said(each.opportunity) for each in pack.open],
        "zone": zone_of(conn, site, person),
        "country": "" if pack is None else pack.country,
        "countries": sorted(known if pack is None else known | {pack.country}),
    }
