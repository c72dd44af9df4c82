"""Answers the platforms before all that protects pages: webhooks come from no browser, and often 200 in a second.

The outermost layer of the web application. Each door has a secret of its own and reads a body of bounded size; what it
raises becomes a 500, upon which the platform calls again.
"""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from handlers.web.errors import tell_broken


class Hooks:
    """Gives a call to the door at its path, and everything else to the application."""

    def __init__(self, app: ASGIApp, doors: Sequence[Route], headers: Mapping[str, str]) -> None:
        """Take the application, what stands at which path, and the headers that every answer wears."""
        self._app = app
        self._doors = {door.path: door for door in doors}
        self._headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        door = self._doors.get(scope["path"]) if scope["type"] == "http" else None
        if door is None or scope["method"] not in (door.methods or ()):
            await self._app(scope, receive, send)
            return
        try:
            response: Response = await door.endpoint(Request(scope, receive))
        except Exception as error:  # noqa: BLE001 - the platform calls again
            tell_broken(error)
            response = Response(status_code=500)
        response.raw_headers += self._headers
        await response(scope, receive, send)
