"""Every page of the console there is, found by its route: it fits, axe has nothing serious to say, nothing complains.

A new page is looked at by itself; one whose address has a name in it needs a value for that name below.
"""

import pytest
from sqlalchemy import Connection

from bot.handed import store
from bot.opportunities.store import opportunities
from bot.people.store import by_number
from handlers.opportunity_entered import enter
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible
from tests.handlers.web.browser.test_pages import fits, speaks
from tests.support.console_routes import console_paths

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
ROSTER = """number,name,role,party
S09,吴欣悦,student,league
S20,=HYPERLINK("a"),student,
"""
ELSEWHERE = (
    *("/console/login/", "/console/rollcalls/{", "/console/people-selected/", "/console/sessions"),
    "/console/import/template.xlsx",
    "/console/reports/{",
    "/console/branch",
    "/console/pipeline/{",
    "/console/ready/{",
)
"""Pages with tests of their own: they need a link, a roll-call that is under way, a selection, or a branch to lead."""


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
    values = {"number": "S09", "case_id": str(case), "item": "checkin"}
    values |= {"roster_id": str(handed_in(served, language)), "opportunity_id": offered(served)}
    for path in console_paths(served.app, "GET", values, ELSEWHERE):
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


def handed_in(served: Served, language: str) -> int:
    """Hand in a roster of the reader's own and return its id."""

    def work(conn: Connection) -> int:
        author = by_number(conn, "O1" if language == "zh" else "E1")
        assert author is not None
        return store.add(conn, author.id, [("people.csv", ROSTER.encode())], {"people"}, served.clock.now())

    return served.app.database.write(work)


def offered(served: Served) -> str:
    """Enter an opportunity and return its id."""
    kyoto = {"opportunity": "X1", "title": "京都交换", "title_en": "Kyoto", "host": "Kyoto University", "country": "JP"}
    kyoto |= {"type": "exchange", "due": "2030-03-01", "text": "一学期", "text_en": "A term", "level": "master"}

    def work(conn: Connection) -> str:
        assert enter(conn, kyoto, served.clock.now(), 1, is_new=False) == []
        return str(conn.execute(opportunities.select()).one().id)

    return served.app.database.write(work)
