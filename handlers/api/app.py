"""The application under /api/v1, with its description in OpenAPI; every answer of it is JSON. `door` makes it."""

from collections.abc import Awaitable, Callable
from traceback import extract_tb

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import MistakesError
from handlers.api import responses_out, roster_in, statistics_out
from handlers.api.parts import Parts
from handlers.web.armour import TOO_LARGE, TooLargeError

log = structlog.get_logger(__name__)

ABOUT = """Rosters and trips go in, responses and statistics come out. Send `Authorization: Bearer TOKEN`; an operator
makes tokens with `yanxin api-token make`. A token sees what its member of staff sees, and what it reads is noted."""


def make_api(parts: Parts) -> FastAPI:
    """Return the application. Its pages of documentation are left out: they would load scripts from elsewhere."""
    app = FastAPI(
        title="Yanxin",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        middleware=[Middleware(_Caught)],
        exception_handlers={
            HTTPException: _http_error,
            RequestValidationError: _wrong_request,
            MistakesError: _mistakes,
        },
    )
    for part in (roster_in, responses_out, statistics_out):
        app.include_router(part.router(parts))
    return app


Handler = Callable[[Request, Exception], Awaitable[Response]]


async def _http_error(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)


async def _wrong_request(_request: Request, error: Exception) -> Response:
    """Name what is wrong in the address, without repeating what was sent."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    mistakes = [
        {"where": ".".join(map(str, one["loc"])), "what": one["msg"], "mend": "see openapi.json"} for one in found
    ]
    return JSONResponse({"error": "the request is not as it should be", "mistakes": mistakes}, 422)


async def _mistakes(_request: Request, error: Exception) -> Response:
    found = error.mistakes if isinstance(error, MistakesError) else []
    mistakes = [{"where": one.where, "what": one.what, "mend": one.mend} for one in found]
    return JSONResponse({"error": "nothing was written", "mistakes": mistakes}, 422)


class _Caught:
    """Turns whatever else breaks into a plain answer; the log names only the kind and the place."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except TooLargeError:
            if started:
                raise
            headers = {"connection": "close"}  # the rest of the body is never read
            await JSONResponse({"error": TOO_LARGE}, 413, headers=headers)(scope, receive, send)
        except Exception as error:
            if started:
                raise
            frame = extract_tb(error.__traceback__)[-1]
            log.error("api.broke", error=type(error).__name__, place=f"{frame.name}:{frame.lineno}")  # noqa: TRY400
            await JSONResponse({"error": "a fault of ours; it was noted"}, 500)(scope, receive, send)
