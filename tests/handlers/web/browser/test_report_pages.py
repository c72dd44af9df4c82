"""The page of a report keeps what is typed, on a phone and a desk; staff read it: both languages, light and dark."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import Connection

from bot.engine.report_life import hand_in
from bot.people.store import by_id
from bot.reports import drafts, store
from bot.reports.model import Report
from bot.reports.sections import shipped
from handlers.links_made import report_link
from handlers.report_begun import begin
from tests.fakes.ground import NOW
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible
from tests.handlers.web.browser.test_pages import fits, speaks

LOOKS = pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "zh", False), (PHONE, "en", True), (DESKTOP, "zh", True), (DESKTOP, "en", False)],
)
TEXT = {"zh": "选了两门课，装了一台望远镜。", "en": "Two courses and a telescope."}


def a_report(served: Served, language: str, number: str) -> Report:
    """Begin a report of a student who reads a language."""
    person = served.ground.student(number, language=language, name={"zh": "王雨桐", "en": "Wang Yutong"}[language])
    trip = served.ground.trip(person)

    def work(conn: Connection) -> Report:
        student, made = by_id(conn, person), store.add(conn, person, trip, "return_report", None, NOW)
        assert student is not None
        return begin(conn, made, student, served.app.services)

    return served.app.database.write(work)


def text_of(served: Served, report: Report) -> str:
    found = served.app.database.read(lambda conn: drafts.drafts_of(conn, report))
    return found["done"].body if "done" in found else ""


@pytest.mark.browser
@LOOKS
def test_it_is_kept_while_she_types(
    served: Served, open_page: Open, size: tuple[int, int], language: str, dark: bool
) -> None:
    report = a_report(served, language, f"R{language}{size[0]}")
    real, settings = served.clock.real(), served.app.settings
    link = served.app.database.write(lambda conn: report_link(conn, settings, report.person_id, real))
    page, other = open_page(size, language, dark=dark), open_page(size, language, dark=dark)
    page.goto(link)
    other.goto(link)
    page.locator("#text-done").fill(TEXT[language])
    status = page.locator("[data-status]")
    expect(status).to_have_text({"zh": "记下了。", "en": "Kept."}[language])
    assert text_of(served, report) == TEXT[language]
    assert page.locator("[data-count=done]").inner_text() == str(len(TEXT[language].replace(" ", "")))
    for check in (fits, accessible):
        check(page)
    speaks(page, language)
    other.locator("#text-done").fill("…")
    expect(other.locator("[data-status]")).to_contain_text({"zh": "两份都留着", "en": "Both are kept"}[language])
    other.reload()
    assert "…" in other.locator("article.is-late .text").inner_text()
    for check in (fits, accessible):
        check(other)
    speaks(other, language)


@pytest.mark.browser
@LOOKS
def test_staff_read_it(served: Served, open_page: Open, size: tuple[int, int], language: str, dark: bool) -> None:
    report = a_report(served, language, f"V{language}{size[0]}")

    def work(conn: Connection) -> None:
        drafts.say(conn, report, "done", TEXT[language], "web", NOW)
        hand_in(conn, report, shipped(), language, "web", NOW + timedelta(hours=1), sure=True)

    served.app.database.write(work)
    page: Any = open_page(size, language, dark=dark)
    page.goto(served.login_url("O1" if language == "zh" else "E1"))
    page.get_by_role("button", name={"zh": "登录", "en": "Sign in"}[language], exact=True).click()
    page.wait_for_url("**/console/")
    for path in ("/console/reports", f"/console/reports/{report.id}"):
        page.goto(served.url + path)
        for check in (fits, accessible):
            check(page)
        speaks(page, language)
    page.get_by_role("button", name={"zh": "看总结", "en": "Read the report"}[language]).click()
    page.get_by_text(TEXT[language]).wait_for()
    for check in (fits, accessible):
        check(page)
