"""The map: how many students are in which country or city and how they stand, drawn here, with a table beside it."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.places.spots import spot_in
from bot.views.map import Spot, spots
from handlers.web.session import Reader, console_page, signed_in
from handlers.web.site import Site

PAGE = "/console/map"
WIDE, NORTH = 1000, 80
"""The land is drawn 1,000 units wide for 360 degrees, with 80 degrees north on top."""
WORLD = (0.0, 0.0, 1000.0, 372.0)
CLOSE = 170.0
"""How wide the least part is that a country is shown in."""


@dataclass(frozen=True)
class Dot:
    """A circle of the map: its middle, its radius and the size of its number, in units of the land."""

    spot: Spot
    x: float
    y: float
    r: float


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def show(request: Request, reader: Reader) -> Response:
        scope, now = reader.eyes, site.now
        given = request.query_params.get("country", "")
        country = given if len(given) == 2 and given.isascii() and given.isupper() else ""  # noqa: PLR2004 - ISO codes
        found = await site.database.aread(lambda conn: spots(conn, scope, now, country))
        box = _box(found, country) if country else WORLD
        return console_page(
            site,
            request,
            reader,
            "console/map.html",
            spots=found,
            country=country,
            box=box,
            dots=_dots(found, box[2]),
            total=sum(one.total for one in found),
        )

    return [Route(PAGE, signed_in(site, show), methods=["GET"])]


def _xy(at: tuple[float, float]) -> tuple[float, float]:
    return (at[1] + 180) / 360 * WIDE, (NORTH - at[0]) / 360 * WIDE


def _dots(found: list[Spot], width: float) -> list[Dot]:
    """Return the circles, the greatest first, so that a small one lies on top of a great one."""
    most = max((one.total for one in found), default=1)
    dots = []
    for one in found:
        if one.at is not None:
            x, y = _xy(one.at)
            dots.append(
                Dot(one, round(x, 1), round(y, 1), round(width / 1000 * (9 + 17 * (one.total / most) ** 0.5), 2))
            )
    return dots


def _box(found: list[Spot], country: str) -> tuple[float, float, float, float]:
    """Return the part of the map that holds a country's cities, in the proportions of the world."""
    places = [_xy(one.at) for one in found if one.at is not None] or [_xy(spot_in(country) or (20.0, 0.0))]
    left, right = min(x for x, _ in places), max(x for x, _ in places)
    top, bottom = min(y for _, y in places), max(y for _, y in places)
    ratio = WORLD[3] / WORLD[2]
    width = min(max((right - left) * 1.4, (bottom - top) * 1.4 / ratio, CLOSE), WORLD[2])
    x = min(max((left + right - width) / 2, 0), WORLD[2] - width)
    y = min(max((top + bottom - width * ratio) / 2, 0), WORLD[3] - width * ratio)
    return round(x, 1), round(y, 1), round(width, 1), round(width * ratio, 1)
