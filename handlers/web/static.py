"""Style, scripts and pictures: served from the templates that ship with the program, kept by browsers for a year.

Their addresses carry a mark of what they hold, so that a new version is fetched at once.
"""

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

YEAR = 365 * 24 * 3600


class _Kept(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code < 400:  # noqa: PLR2004 - HTTP's own number
            response.headers["cache-control"] = f"public, max-age={YEAR}"
        return response


def mount(folder: Path) -> Mount:
    """Return the route of the static files in a folder."""
    return Mount("/static", _Kept(directory=folder))


def mark(folder: Path) -> str:
    """Return a short mark that changes with any of the files."""
    held = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            held.update(path.name.encode() + path.read_bytes())
    return held.hexdigest()[:12]
