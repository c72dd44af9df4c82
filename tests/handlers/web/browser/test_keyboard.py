"""Every page of the console by keyboard alone: past the bar with one press, and everything that acts has its turn."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page

from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served
from tests.handlers.web.browser.test_every_page import ELSEWHERE, handed_in, offered
from tests.support.console_routes import console_paths

pytestmark = pytest.mark.browser

WALK = """() => {
  const seen = (one) => one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length > 0;
  const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  return [...document.querySelectorAll(all)].filter((one) => !one.disabled && one.tabIndex >= 0 && seen(one)).length;
}"""
HERE = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one), ring = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  const inside = one.closest('svg') !== null;
  return {tag: one.tagName, text: (one.textContent || one.name || '').trim().slice(0, 40), ring: ring || inside,
          skip: one.classList.contains('skip'),
          at: [...document.querySelectorAll('*')].indexOf(one)};
}"""
NO_JUMP = "[tabindex]:not([tabindex='0']):not([tabindex='-1'])"


def walked(page: Page, path: str) -> list[str]:
    """Tab through a page and return what is wrong with it."""
    faults = []
    page.keyboard.press("Tab")
    if not page.evaluate("document.activeElement.classList.contains('skip')"):
        faults.append(f"{path}: the first stop is no skip link")
    if page.evaluate("document.activeElement.getBoundingClientRect().top") < 0:
        faults.append(f"{path}: the skip link cannot be seen")
    stops, most = [], page.evaluate(WALK) + 5
    for _ in range(min(most, 60)):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here["tag"] == "BODY" or here["skip"]:
            break  # once around
        stops.append(here)
    faults += [
        f"{path}: {one['tag']} {one['text']} does not show that it has the focus" for one in stops if not one["ring"]
    ]
    places = [one["at"] for one in stops]
    if places != sorted(places):
        jumps = [after["text"] for one, after in pairwise(stops) if after["at"] < one["at"]]
        faults.append(f"{path}: the focus jumps about, to {jumps}")
    if page.locator(NO_JUMP).count():
        faults.append(f"{path}: something orders the focus by itself")
    return faults


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESKTOP, True)], ids=["phone", "desktop"])
def test_every_page_by_keyboard(served: Served, open_page: Open, size: tuple[int, int], *, dark: bool) -> None:
    case = served.app.database.read(lambda conn: conn.exec_driver_sql("SELECT min(id) FROM cases").scalar())
    values = {"number": "S09", "case_id": str(case), "roster_id": str(handed_in(served, "en"))}
    values["opportunity_id"] = offered(served)
    page = open_page(size, "en", dark=dark)
    page.goto(served.login_url("E1"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/console/")
    faults = []
    for path in console_paths(served.app, "GET", values, ELSEWHERE):
        page.goto(served.url + path)
        faults += walked(page, path)
        page.goto(served.url + path)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        if page.evaluate("document.activeElement.id") != "main":
            faults.append(f"{path}: the skip link does not lead to the content")
            continue
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement.matches('body, .skip, main *')"):  # some only tell
            faults.append(f"{path}: the next stop is not in the content")
    assert faults == [], "\n".join(faults)


def test_statistics_on_a_phone_scroll_inside_their_tables_alone(served: Served, open_page: Open) -> None:
    page = open_page(PHONE, "zh")
    page.goto(served.login_url("O1"))
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("**/console/")
    page.goto(f"{served.url}/console/statistics")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    heads = page.evaluate(
        """() => [...document.querySelectorAll('.figures thead th')].map((one) => {
          const line = parseFloat(getComputedStyle(one).lineHeight);
          return [one.textContent, one.clientWidth, Math.round(one.scrollHeight / line), one.scrollWidth];
        })"""
    )
    assert heads
    for text, width, lines, inside in heads:
        assert inside <= width + 1, f"{text} sticks out of its column"
        assert width >= 56, f"{text} is squeezed"
        assert lines <= 4, f"{text} stands on {lines} lines"
    loose = page.evaluate(
        """() => [...document.querySelectorAll('.figures table')].filter((one) => !one.closest('.scroll')).length"""
    )
    assert loose == 0
    wide = page.locator(".figures .scroll").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).length"
    )
    if wide:
        page.locator(".figures .scroll").first.focus()
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.documentElement.scrollLeft") == 0
