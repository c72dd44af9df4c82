"""The pages of a roll-call in a browser: they fit everywhere, and the board follows the answers by itself."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Connection

from bot.engine.rollcall_words import open_question, say
from bot.people.store import by_number
from bot.rollcalls.model import Word
from tests.fakes.ground import NOW
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served
from tests.handlers.web.browser.test_pages import fits, speaks

pytestmark = pytest.mark.browser
WORDS = {
    "zh": ("登录", "先统计人数", "现在开始演练", "演练：只是练习"),
    "en": ("Sign in", "Count them first", "Start the drill now", "DRILL: a practice"),
}


def says(served: Served, number: str, word: Word) -> None:
    def work(conn: Connection) -> None:
        person = by_number(conn, number)
        assert person is not None
        asked = open_question(conn, person.id)
        assert asked is not None
        say(conn, asked.id, person.id, word, "web", NOW)

    served.app.database.write(work)


def begin(page: Page, served: Served, language: str) -> str:
    """Sign in as the office, count and start a drill; return where its board is."""
    sign_in, count, start, drill = WORDS[language]
    page.goto(served.login_url("O1" if language == "zh" else "E1"))
    page.get_by_role("button", name=sign_in, exact=True).click()
    page.wait_for_url("**/console/")
    page.goto(f"{served.url}/console/rollcalls/new")
    fits(page)
    speaks(page, language)
    page.check("input[value=drill]")
    page.fill("textarea[name=what]", "Earthquake 地震")
    page.fill("input[name=countries]", "JP; US")
    page.get_by_role("button", name=count).click()
    expect(page.get_by_text(drill)).to_be_visible()
    fits(page)
    page.get_by_role("button", name=start).click()
    page.wait_for_url("**/console/rollcalls/*")
    fits(page)
    return page.url


@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "zh", True), (PHONE, "en", False), (DESKTOP, "zh", False), (DESKTOP, "en", True)],
)
def test_its_pages_fit_and_say_that_it_is_a_drill(
    served: Served, open_page: Open, size: tuple[int, int], language: str, dark: bool
) -> None:
    page = open_page(size, language, dark=dark)
    board = begin(page, served, language)
    for path in (f"{board}/people?state=unheard", f"{board}/people?country=JP&city=东京&state=unheard", board):
        page.goto(path)
        fits(page)
        expect(page.locator(".drill")).to_be_visible()
    page.goto(f"{served.url}/console/rollcalls")
    fits(page)


def test_the_board_follows_without_being_reloaded(served: Served, open_page: Open) -> None:
    page = open_page(PHONE, "zh")
    begin(page, served, "zh")
    heard = page.locator(".sum strong")
    expect(heard).to_have_text("0")
    page.evaluate("window.stays = true")
    says(served, "S00", Word.SAFE)
    expect(heard).to_have_text("1")
    assert page.evaluate("window.stays"), "the page itself has not been loaded again"
