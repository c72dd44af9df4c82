"""A student searches what she may apply for on a page of her own, follows what she likes, and is done with some.

Looking changes nothing; each form does one thing and comes back here. The link is hers, from `/opportunities` in chat.
"""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.engine.facts import load_facts
from bot.engine.opportunity_audience import Hours, values_of
from bot.engine.opportunity_deeds import follow_by, may_she, remind, settle, unfollow
from bot.engine.opportunity_telling import said
from bot.links.model import LinkPurpose
from bot.opportunities import interests, store
from bot.opportunities.model import Follows, Standing
from bot.people.model import Person, RoleKind
from bot.places.countries import find_country
from bot.roster.codes import TRIP_TYPES
from bot.views.opportunities import Offered, Wanted, catalogue
from handlers.web.errors import plain
from handlers.web.owned import owner
from handlers.web.paging import one_of
from handlers.web.site import Site

LONGEST = 300
MOST_CLOSED = 20
_ID_DIGITS = 18
_SAID = frozenset({"on", "off", "kept", "quiet", "not"})
_FILTERS = ("country", "type", "partner", "words")
_STATES = {"done": Standing.DONE, "not": Standing.NOT_MINE}


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request) -> Response:
        wanted = Wanted(**{name: request.query_params.get(name, "")[:LONGEST].strip() for name in _FILTERS})

        def load(conn: Connection) -> tuple[Person | int, dict[str, Any]]:
            person = student(conn, site, request)
            return person, {} if isinstance(person, int) else _shown(conn, site, person, wanted)

        person, shown = await site.database.aread(load)
        if isinstance(person, int):
            return plain(site, request, person, what="plan")
        base, word = f"/plan/{request.path_params['token']}", one_of(request, "said", _SAID)
        return site.page(
            request, "web/opportunities.html", own=person.language, base=base, said=word, wanted=wanted, **shown
        )

    async def act(request: Request) -> Response:
        fields = await request.form()

        def work(conn: Connection) -> tuple[Person | int, str]:
            person = student(conn, site, request)
            return person, "" if isinstance(person, int) else _act(conn, site, person, fields)

        person, word = await site.database.awrite(work)
        if isinstance(person, int):
            return plain(site, request, person, what="plan")
        site.nudge()
        kept = {name: str(fields.get(name, ""))[:LONGEST] for name in _FILTERS}
        query = urlencode({name: value for name, value in kept.items() if value} | {"said": word})
        number = str(fields.get("opportunity", ""))
        anchor = f"#o{number}" if _id_in(number) is not None else ""
        return RedirectResponse(f"/plan/{request.path_params['token']}/opportunities?{query}{anchor}", 303)

    path = "/plan/{token}/opportunities"
    return [Route(path, show, methods=["GET"]), Route(path, act, methods=["POST"])]


def student(conn: Connection, site: Site, request: Request) -> Person | int:
    """Return whose link it is, or an HTTP status: 404 unknown or no student's, 410 too old."""
    person = owner(conn, site, request, LinkPurpose.PLAN, own=False)
    return person if isinstance(person, int) or person.has_role(RoleKind.STUDENT) else 404


def hours_of(conn: Connection, site: Site) -> Hours:
    """Return by which hours students are told."""
    services = site.services
    return Hours(services.programmes.current(conn).quiet, services.settings.opportunities.days)


def zone_of(conn: Connection, site: Site, person: Person) -> str:
    """Return by which clock a student reads."""
    return load_facts(conn, [person.id])[person.id].zone_now(site.now)


def _shown(conn: Connection, site: Site, person: Person, wanted: Wanted) -> dict[str, Any]:
    everything = [one.opportunity for one in catalogue(conn, site.now)]
    found = catalogue(conn, site.now, wanted)
    held = {(one.follows.value, one.value): one.id for one in interests.of_person(conn, person.id)}
    named = dict.fromkeys((kind.value, value) for one in everything for kind, value in values_of(one).items())
    offered = [one for one in named if one not in held and one[0] != Follows.HOST.value]
    heard = {one.opportunity_id: one.state.value for one in store.heard_by(conn, person.id)}
    open_ones = [one for one in found if one.is_open]
    partners = {name for one in everything for name in (one.host, one.tag) if name}
    return {
        "zone": zone_of(conn, site, person),
        "open": [
            _line(one) | {"state": heard.get(one.opportunity.id, ""), "may": may_she(conn, person.id, one.opportunity)}
            for one in open_ones
        ],
        "closed": [_line(one) for one in found if not one.is_open][:MOST_CLOSED],
        "held": held,
        "mine": list(held),
        "offered": [] if held else offered,
        "choices": {
            "countries": sorted({one.country for one in everything}),
            "types": [code for code in TRIP_TYPES if any(one.type == code for one in everything)],
            "partners": sorted(partners),
        },
    }


def _line(one: Offered) -> dict[str, Any]:
    return {"said": said(one.opportunity), "unit": one.unit}


def _act(conn: Connection, site: Site, person: Person, fields: FormData) -> str:
    deed, done = str(fields.get("deed", "")), ""
    interest_id, opportunity_id = (_id_in(str(fields.get(name, ""))) for name in ("interest", "opportunity"))
    if deed == "follow":
        kind, value = str(fields.get("follows", "")), str(fields.get("value", ""))[:LONGEST]
        if _is_known(conn, kind, value):
            follow_by(conn, person.id, Follows(kind), value, site.now, hours_of(conn, site))
            done = "on"
    elif deed == "drop" and interest_id is not None:
        done = "off" if unfollow(conn, person.id, interest_id) else ""
    elif deed == "remind" and opportunity_id is not None:
        done = "kept" if remind(conn, opportunity_id, person.id, site.now, hours_of(conn, site)) else ""
    elif deed in _STATES and opportunity_id is not None:
        done = "quiet" if settle(conn, opportunity_id, person.id, _STATES[deed]) else ""
    return done or "not"


def _is_known(conn: Connection, kind: str, value: str) -> bool:
    """Tell whether there is such a country, kind of stay or host to follow."""
    if kind == Follows.COUNTRY:
        return find_country(value) == value
    if kind == Follows.TYPE:
        return value in TRIP_TYPES
    return kind == Follows.HOST and store.is_host(conn, value)


def _id_in(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _ID_DIGITS else None
