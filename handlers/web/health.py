"""What machines ask: is the service alive, is it ready, and its numbers."""

from datetime import UTC

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handlers.web.site import Site


def routes(site: Site) -> list[Route]:
    """Return the routes of this file."""

    async def alive(_request: Request) -> Response:
        now = site.now.astimezone(UTC).isoformat()
        return JSONResponse({"status": "ok", "now": now, "version": site.version})

    async def ready(_request: Request) -> Response:
        problems = await site.problems()
        status = "not ready" if problems else "ready"
        return JSONResponse({"status": status, "problems": problems}, 503 if problems else 200)

    async def metrics(_request: Request) -> Response:
        return Response(generate_latest(site.registry), media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]
