"""Every address of the console there is, found by its route, so that no test of all pages forgets a new one."""

import re

from starlette.routing import Route

from bot.app import App
from handlers.web.asgi import PAGES
from handlers.web.site import Site

_NAME = re.compile(r"\{(\w+)(?::\w+)?\}")


def console_paths(app: App, method: str, values: dict[str, str], but: tuple[str, ...] = ()) -> list[str]:
    """Return the paths below /console for a method, their names filled in from `values`; `but` begin those left out."""
    site = Site(app.services, app.database, "test")
    found = []
    for page in PAGES:
        for route in page.routes(site):
            if not isinstance(route, Route) or method not in (route.methods or ()):
                continue
            if not route.path.startswith("/console") or route.path.startswith(but or ("none",)):
                continue
            missing = [name for name in _NAME.findall(route.path) if name not in values]
            assert not missing, f"name a value for {missing} of the page {route.path}"
            found.append(_NAME.sub(lambda match: values[match[1]], route.path))
    return found
