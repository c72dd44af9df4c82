"""Every page of the console there is, found by its route: it fits, axe has nothing serious to say, nothing complains.

A new page is looked at by itself; one whose address has a name in it needs a value for that name below.
"""

import re

import pytest
from starlette.routing import Route

from handlers.web.asgi import PAGES
from handlers.web.site import Site
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible
from tests.handlers.web.browser.test_pages import fits, speaks

pytestmark = [pytest.mark.browser, pytest.mark.node]

LOOKS = pytest.mark.parametrize(
    ("size", "language", "dark"),
    [
        (PHONE, "zh", False),
        (PHONE, "en", True),
        (DESKTOP, "zh", True),
        (DESKTOP, "en", False),
    ],
)
ELSEWHERE = frozenset({"/console/login/{token}", "/console/rollcalls/{rollcall_id:int}"})
"""Pages with tests of their own: they need a link or a roll-call that is under way."""
_NAME = re.compile(r"\{(\w+)(?::\w+)?\}")


def addresses(served: Served, values: dict[str, str]) -> list[str]:
    site = Site(served.app.services, served.app.database, "test")
    found = []
    for page in PAGES:
        for route in page.routes(site):
            if not isinstance(route, Route) or "GET" not in (route.methods or ()):
                continue
            if not route.path.startswith("/console") or route.path.startswith(tuple(ELSEWHERE)):
                continue
            names = _NAME.findall(route.path)
            missing = [name for name in names if name not in values]
            assert not missing, f"name a value for {missing} of the page {route.path}"
            found.append(_NAME.sub(lambda match: values[match[1]], route.path))
    return found


@LOOKS
def test_every_page_of_the_console(
    served: Served, open_page: Open, size: tuple[int, int], language: str, *, dark: bool
) -> None:
    case = served.app.database.read(lambda conn: conn.exec_driver_sql("SELECT min(id) FROM cases").scalar())
    page = open_page(size, language, dark=dark)
    page.goto(served.login_url("O1" if language == "zh" else "E1"))
    accessible(page)
    page.get_by_role("button", name="登录" if language == "zh" else "Sign in", exact=True).click()
    page.wait_for_url("**/console/")
    faults = []
    for path in addresses(served, {"number": "S09", "case_id": str(case)}):
        answer = page.goto(served.url + path)
        assert answer is not None
        assert answer.status == 200, path
        speaks(page, language)
        for check in (fits, accessible):
            try:
                check(page)
            except AssertionError as error:
                faults.append(str(error))
    assert faults == []
