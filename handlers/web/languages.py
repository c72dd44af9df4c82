"""Somebody chooses the language of the pages on this device."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.rendering.renderer import LANGUAGES
from handlers.web import cookies
from handlers.web.errors import plain
from handlers.web.site import LANGUAGE_COOKIE, Site

_YEAR = 365 * 24 * 3600


def routes(site: Site) -> list[Route]:
    """Return the route of this file."""

    async def choose(request: Request) -> Response:
        language = request.path_params["language"]
        if language not in LANGUAGES:
            return plain(site, request, 404)
        response = RedirectResponse(local_path(request.query_params.get("back", "")), 303)
        cookies.put(site, response, LANGUAGE_COOKIE, language, seconds=_YEAR)
        return response

    # A link and no form: a page's first button is always the one that goes on. Only a cookie of the device changes.
    return [Route("/language/{language}", choose, methods=["GET"])]


def local_path(wanted: str) -> str:
    """Return a path of this site to go back to; anything that could lead elsewhere becomes the front page."""
    parts = urlsplit(wanted)
    plain_path = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    printable = wanted.isprintable() and not parts.scheme and not parts.netloc
    return wanted if plain_path and printable else "/"
