"""What protects every page: bodies of bounded size, no post from another site, and headers that keep pages private.

Three plain ASGI layers around the application; `handlers.web.asgi` puts them on.
"""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_ALWAYS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": "geolocation=(self), camera=(), microphone=()",
}
_WITH_HTTPS = {
    "strict-transport-security": "max-age=31536000",
    "cross-origin-opener-policy": "same-origin",  # browsers complain about it on plain http
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = frozenset({"same-origin", "none"})

Refusal = Callable[[Scope, Receive, Send, int], Awaitable[None]]


TOO_LARGE = "the body is larger than this service takes"
"""What a program is told."""


class TooLargeError(Exception):
    """A body is larger than the limit."""


def headers_of(*, is_https: bool) -> dict[str, str]:
    """Return the headers that every response wears, when people reach the service by https or not."""
    return _ALWAYS | (_WITH_HTTPS if is_https else {}) | {"cache-control": "no-store"}


class Headed:
    """Adds the headers to every response that says nothing else; only static files may be kept by browsers."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        """Take the application and the headers."""
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, headed if scope["type"] == "http" else send)


class OwnSite:
    """Refuses what another site makes a browser send."""

    def __init__(self, app: ASGIApp, refuse: Refusal) -> None:
        """Take the application and what answers instead of it."""
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            headers = Headers(scope=scope)
            if is_foreign(headers):
                await self._refuse(scope, receive, send, 403)
                return
        await self._app(scope, receive, send)


class Bounded:
    """Answers 413 to bodies over the limit, announced or not, before or while they are read."""

    def __init__(self, app: ASGIApp, refuse: Refusal, limit: int, larger: Mapping[str, int]) -> None:
        """Take the application, what answers instead of it, and the limits in bytes: of pages, and below some paths."""
        self._app = app
        self._refuse = refuse
        self._limit = limit
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        limit = next((most for start, most in self._larger.items() if path.startswith(start)), self._limit)
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            await self._refuse(scope, receive, send, 413)
            return
        read, started = 0, False

        async def bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise TooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, bounded, watched)
        except TooLargeError:
            if started:
                raise
            await self._refuse(scope, receive, send, 413)


def is_foreign(headers: Headers) -> bool:
    """Tell whether a browser says that another site made it send this.

    Old browsers say it by `Origin` only; `null` is what our own pages send, because they never name a referrer.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OWN
    origin = headers.get("origin")
    return origin not in {None, "null"} and urlsplit(origin or "").netloc != headers.get("host")
