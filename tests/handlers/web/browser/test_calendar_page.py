"""The page of her calendar links on a phone and a desk, in both languages: made, shown once, taken back."""

import pytest
from sqlalchemy import Connection

from handlers.links_made import calendar_page_link
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible
from tests.handlers.web.browser.test_pages import fits, speaks


@pytest.fixture(scope="module")
def readers(served: Served) -> dict[str, str]:
    def link(conn: Connection, person: int) -> str:
        return calendar_page_link(conn, served.app.settings, person, served.clock.real())

    people = {language: served.ground.student(f"K{language}", language=language) for language in ("zh", "en")}
    return {
        language: served.app.database.write(lambda conn, one=person: link(conn, one))  # type: ignore[misc]
        for language, person in people.items()
    }


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "zh", False), (PHONE, "en", True), (DESKTOP, "zh", True), (DESKTOP, "en", False)],
)
def test_a_link_is_made_and_taken_back(
    open_page: Open, readers: dict[str, str], size: tuple[int, int], language: str, dark: bool
) -> None:
    page = open_page(size, language, dark=dark)
    page.goto(readers[language])
    speaks(page, language)
    fits(page)
    page.get_by_role("button", name={"zh": "生成我的日历链接", "en": "Make my calendar link"}[language]).click()
    made = page.locator("input[readonly]")
    made.wait_for()
    assert made.input_value().endswith(".ics")
    assert page.locator("a[href^='webcal://']").count() == 1
    speaks(page, language)
    fits(page)
    accessible(page)
    page.get_by_role("button", name={"zh": "全部收回", "en": "Take all of them back"}[language]).click()
    page.get_by_role("status").wait_for()
    assert page.locator("input[readonly]").count() == 0
    fits(page)
