"""The list of people: searched, narrowed, in order, and the filters that somebody keeps under names of her own."""

import re
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.addresses.rules import Reachable
from bot.engine.rollcall_roles import may_start
from bot.filters import store as filters
from bot.filters.model import LONGEST_NAME, LONGEST_QUERY, Filter
from bot.ledger import live_of
from bot.people.model import RoleKind
from bot.trips.model import Phase
from bot.views.people_choices import Choices, choices
from bot.views.people_list import PeoplePage, people_page
from bot.views.people_wanted import SORTS, STATES, Wanted
from bot.views.stand_ins import PassedOn, passed_on
from handlers.web.session import Reader, console_page, guarded_form, signed_in
from handlers.web.site import Site

PAGE = "/console/people"
LONGEST = 200
"""Characters of one filter; what is longer fits nobody."""
_CODES: dict[str, set[str]] = {"phase": set(Phase), "state": set(STATES), "reach": set(Reachable), "sort": set(SORTS)}
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class _Seen:
    page: PeoplePage
    choices: Choices
    kept: list[Filter]
    passed_on: list[PassedOn]


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now, live = reader.eyes, site.now, live_of(site.services.settings)
        wanted = wanted_in(dict(request.query_params))
        after = request.query_params.get("after", "")[:LONGEST]

        def look(conn: Connection) -> _Seen:
            found = people_page(conn, scope, wanted, now, live, after)
            return _Seen(
                found, choices(conn, scope, now), filters.of_person(conn, reader.person.id), passed_on(conn, scope, now)
            )

        seen = await site.database.aread(look)
        return console_page(
            site,
            request,
            reader,
            "console/people.html",
            seen=seen,
            wanted=wanted,
            query=urlencode(wanted.given),
            after=after,
            said=request.query_params.get("said", ""),
            states=STATES,
            phases=list(Phase),
            reaches=list(Reachable),
            starts=may_start(reader.person),
            sends=scope.office,
            passes_on=scope.office or reader.person.has_role(RoleKind.COUNSELLOR),
        )

    async def keep(_request: Request, reader: Reader, given: FormData) -> Response:
        now, person_id, _eyes = site.now, reader.person.id, reader.eyes
        query = urlencode(wanted_in(dict(parse_qsl(str(given.get("query", ""))[: 9 * LONGEST]))).given)
        name = _BLANKS.sub(" ", str(given.get("name", "")).replace("\x00", "")).strip()
        if not name or len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
            return back(query, "name" if query and len(query) <= LONGEST_QUERY else "long")
        kept = await site.database.awrite(lambda conn: filters.keep(conn, person_id, name, query, now))
        return back(query, "kept" if kept else "many")

    async def drop(_request: Request, reader: Reader, given: FormData) -> Response:
        number, person_id, _eyes = str(given.get("filter", "")), reader.person.id, reader.eyes
        if not (number.isascii() and number.isdecimal() and len(number) < 19):  # noqa: PLR2004 - an id in 64 bits
            raise HTTPException(400)
        await site.database.awrite(lambda conn: filters.drop(conn, person_id, int(number)))
        return back(str(given.get("query", ""))[:LONGEST_QUERY], "dropped")

    return [
        Route(PAGE, signed_in(site, show), methods=["GET"]),
        Route(f"{PAGE}-filters", guarded_form(site, keep), methods=["POST"]),
        Route(f"{PAGE}-filters/drop", guarded_form(site, drop), methods=["POST"]),
    ]


def wanted_in(given: dict[str, str]) -> Wanted:
    """Read a filter from the query of a page; what makes no sense is left out."""
    values = {one.name: given.get(one.name, "").replace("\x00", "").strip()[:LONGEST] for one in fields(Wanted)}
    wrong = {name: "" for name, known in _CODES.items() if values[name] not in known}
    wanted = Wanted(**values | wrong)
    return wanted if wanted.sort else replace(wanted, sort="name")


def back(query: str, said: str) -> Response:
    """Go back to the list with a word."""
    clean = urlencode(wanted_in(dict(parse_qsl(query))).given)
    return RedirectResponse(f"{PAGE}?{clean}{'&' if clean else ''}said={said}", 303)
