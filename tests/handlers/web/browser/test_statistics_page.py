"""The statistics as people see them: tables that fit a phone, charts that say what the tables say."""

import pytest
from playwright.sync_api import Page

from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served
from tests.handlers.web.browser.test_pages import fits, speaks


@pytest.fixture(scope="module")
def numbers(served: Served) -> dict[str, str]:
    for number, language in (("OZ", "zh"), ("OE", "en")):
        served.ground.staff(number, "office", language=language)
    for place in range(60):
        person = served.ground.student(f"N{place:02}", level="master", reachable=False)
        served.ground.trip(person, "JP" if place < 40 else "IT", key=f"N{place}")
    return {"zh": "OZ", "en": "OE"}


def drawn(page: Page, key: str) -> list[list[float | None]]:
    found: list[list[float | None]] = page.evaluate(
        "key => Chart.getChart(document.querySelector(`#${key} canvas`)).data.datasets.map(set => set.data)", key
    )
    return found


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "zh", True), (PHONE, "en", False), (DESKTOP, "zh", False), (DESKTOP, "en", True)],
)
def test_the_charts_are_drawn_from_the_tables(
    served: Served,
    open_page: Open,
    numbers: dict[str, str],
    size: tuple[int, int],
    language: str,
    dark: bool,
) -> None:
    page = open_page(size, language, dark=dark)
    page.goto(served.login_url(numbers[language]))
    page.get_by_role("button", name="登录" if language == "zh" else "Sign in", exact=True).click()
    page.wait_for_url("**/console/")
    page.goto(served.url + "/console/statistics")
    speaks(page, language)
    fits(page)
    cells = page.locator("#countries tbody td:nth-child(2)").all()
    told = [cell.get_attribute("data-value") for cell in cells]
    assert drawn(page, "countries") == [[None if one is None else float(one) for one in told]]
    assert "0" not in told
    assert any(told)


@pytest.mark.browser
def test_the_tables_stand_without_a_script(served: Served, open_page: Open, numbers: dict[str, str]) -> None:
    page = open_page(DESKTOP, "en", script=False)
    page.goto(served.login_url(numbers["en"]))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(served.url + "/console/statistics")
    assert page.locator("#countries tbody tr").count() > 1
