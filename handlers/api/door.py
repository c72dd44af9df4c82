"""The door to the interface for programs; the application behind it is made when a program calls for the first time.

FastAPI and its models take longer to load than all pages, and few services have a program that calls: so one starts
without them. They load on a thread, because the event loop has messages to take meanwhile.
"""

from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from handlers.api.parts import Parts


class Door:
    """An ASGI application that lets every call through to the one behind it."""

    def __init__(self, parts: Parts) -> None:
        """Take what the application needs; nothing is made yet."""
        self._parts = parts
        self._app: ASGIApp | None = None
        self._making = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if self._app is None:
            self._app = await run_in_threadpool(self._made)
        await self._app(scope, receive, send)

    def _made(self) -> ASGIApp:
        from handlers.api.app import make_api  # noqa: PLC0415 - see above

        with self._making:  # programs may call at the same time
            app = self._app or make_api(self._parts)
            self._app = app
            return app
