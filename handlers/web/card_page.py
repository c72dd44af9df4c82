"""The card of numbers for the time without a network: a page with the picture, which a phone keeps among its photos."""

from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.engine.compose_facts import of_emergency
from bot.engine.facts import load_facts
from bot.engine.flight import trip_to_land
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people.model import Person
from bot.people.store import by_id
from bot.rendering.card_png import draw_card
from handlers.web.errors import plain
from handlers.web.site import Site


@dataclass(frozen=True)
class _Card:
    """For whom a card is, and of which place."""

    person: Person
    city: str
    country: str


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request) -> Response:
        token = request.path_params["token"]
        found = await site.database.aread(lambda conn: _look(conn, site, token))
        if isinstance(found, int):
            return plain(site, request, found, what="card")
        text = _text(site, found, site.language(request, found.person.language))
        return site.page(
            request, "web/card.html", own=found.person.language, base=f"/card/{token}", lines=text.splitlines()
        )

    async def picture(request: Request) -> Response:
        found = await site.database.aread(lambda conn: _look(conn, site, request.path_params["token"]))
        if isinstance(found, int):
            return plain(site, request, found, what="card")
        text = _text(site, found, site.language(request, found.person.language))
        data = await run_in_threadpool(draw_card, text)
        return Response(data, media_type="image/png", headers={"content-disposition": 'inline; filename="card.png"'})

    return [
        Route("/card/{token}", show, methods=["GET"]),
        Route("/card/{token}/card.png", picture, methods=["GET"]),
    ]


def _look(conn: Connection, site: Site, token: str) -> _Card | int:
    link = links.find(conn, token, LinkPurpose.CARD)
    person = by_id(conn, link.person_id) if link else None
    if link is None or person is None or person.absent_at is not None:
        return 404
    if not links.is_live(link, site.real):
        return 410
    facts = load_facts(conn, [person.id])[person.id]
    place = facts.place_now(site.now)
    trip = facts.abroad(site.now) or trip_to_land(facts, site.now)
    if facts.abroad(site.now) is None and trip is not None:
        return _Card(person, trip.city, trip.country)
    return _Card(person, place.city, place.country)


def _text(site: Site, card: _Card, language: str) -> str:
    numbers = of_emergency(card.country, language, site.services.settings)
    there = {"to_city": card.city, "to_country": card.country}
    return site.services.renderer.chat("flight/card", language, numbers | there).text
