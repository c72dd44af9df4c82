"""Plain pages for what went wrong: one sentence of what it is and one of what to do, in the reader's language."""

from collections.abc import Callable
from traceback import extract_tb

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.engine.compose_facts import of_emergency
from handlers.web.armour import TOO_LARGE, Refusal, TooLargeError
from handlers.web.site import Site

log = structlog.get_logger(__name__)

KNOWN = frozenset({400, 401, 403, 404, 405, 410, 413, 500})


def plain(site: Site, request: Request, status: int, *, what: str = "", own: str | None = None) -> Response:
    """Return the plain page of a status; `what` names the link at fault: `login`, `chat`, `device` or `answer`."""
    code = status if status in KNOWN else 500
    hers = what in {
        "chat",
        "device",
        "answer",
        "told",
        "report",
        "mine",
        "todo",
        "card",
    }  # a page of a student: whoever is in danger can dial at least
    numbers = of_emergency(None, site.language(request, own), site.services.settings) if hers else {}
    return site.page(request, "web/error.html", status=status, own=own, code=code, what=what, **numbers)


_TO_PROGRAMS = {403: "another site made a browser send this", 413: TOO_LARGE}


def refusal(site: Site) -> Refusal:
    """Return what the outer layers answer with."""

    async def refuse(scope: Scope, receive: Receive, send: Send, status: int) -> None:
        is_program = scope["path"].startswith("/api/")
        response = (
            JSONResponse({"error": _TO_PROGRAMS[status]}, status) if is_program else plain(site, Request(scope), status)
        )
        response.headers["connection"] = "close"  # the rest of the body is never read
        await response(scope, receive, send)

    return refuse


def http_error(site: Site) -> Callable[[Request, Exception], Response]:
    """Return what turns an HTTP error that a page raises into its plain page."""

    def handle(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return plain(site, request, status)

    return handle


def tell_broken(error: Exception) -> None:
    """Log what a page or a door raised; its text could hold what somebody wrote, so only its kind and its place."""
    frame = extract_tb(error.__traceback__)[-1]
    log.error("web.page_broke", error=type(error).__name__, place=f"{frame.name}:{frame.lineno}")


class Caught:
    """Turns whatever else a page raises into the plain page of our fault; the log names only the kind and the place."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        """Take the application and the site that renders the page."""
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except TooLargeError:
            raise
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            tell_broken(error)
            await plain(self._site, Request(scope), 500)(scope, receive, send)
