"""The page of the digest as a member of staff sees it on Friday: on a phone and a desk, in both languages."""

import pytest

from bot.digests import store
from bot.digests.model import Every
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible
from tests.handlers.web.browser.test_pages import fits, speaks

SIGN_IN = {"zh": "登录", "en": "Sign in"}


@pytest.fixture(scope="module")
def readers(served: Served) -> dict[str, int]:
    return {number: served.ground.staff(number, "office", language=number[-2:]) for number in ("Dzh", "Den")}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "zh", False), (PHONE, "en", True), (DESKTOP, "zh", True), (DESKTOP, "en", False)],
)
def test_it_fits_and_how_often_it_comes_is_one_press(
    served: Served, open_page: Open, readers: dict[str, int], size: tuple[int, int], language: str, dark: bool
) -> None:
    page = open_page(size, language, dark=dark)
    page.goto(served.login_url(f"D{language}"))
    page.get_by_role("button", name=SIGN_IN[language], exact=True).click()
    page.wait_for_url("**/console/")
    page.goto(served.url + "/console/digest")
    speaks(page, language)
    fits(page)
    accessible(page)
    assert page.locator("article.case").count() >= 3
    page.get_by_role("button", name={"zh": "每天", "en": "Every day"}[language], exact=True).click()
    page.get_by_role("status").wait_for()
    assert page.locator("button[aria-pressed=true]").inner_text() in {"每天", "Every day"}
    with served.app.database.engine.connect() as conn:
        assert store.every_of(conn, readers[f"D{language}"]) is Every.DAILY
