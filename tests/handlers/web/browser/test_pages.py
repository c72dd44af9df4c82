"""Every page, in both languages, on a phone and on a desk: nothing overflows and the browser has no complaint."""

from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import Connection

from bot.cases.store import case_alarms
from bot.engine.telling import tell
from bot.outbox.model import Kind, Priority
from bot.people.store import by_number
from bot.prompts.store import by_id, notes
from handlers.links_made import answer_link, invite_links, receipt_link
from tests.fakes.ground import NOW
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served

pytestmark = pytest.mark.browser

LOOKS = pytest.mark.parametrize(("size", "language"), [(PHONE, "zh"), (PHONE, "en"), (DESKTOP, "zh"), (DESKTOP, "en")])


def fits(page: Page) -> None:
    """Nothing is wider than the window."""
    page.wait_for_load_state()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, page.url


def speaks(page: Page, language: str) -> None:
    assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh" else "en")


def student(served: Served, number: str, **values: Any) -> int:
    """Put one more student of C1, who has opened nothing yet."""
    with served.app.database.engine.connect() as conn:
        her = by_number(conn, "C1")
    assert her is not None
    person = served.ground.student(number, counsellor=her.id, reachable=False, **values)
    served.ground.trip(person)
    return person


def sign_in(page: Page, served: Served, language: str) -> None:
    page.goto(served.login_url("C1" if language == "zh" else "E1"))
    fits(page)
    page.get_by_role("button", name="登录" if language == "zh" else "Sign in", exact=True).click()
    page.wait_for_url("**/console/")


@LOOKS
def test_the_console(served: Served, open_page: Open, size: tuple[int, int], language: str) -> None:
    page = open_page(size, language)
    sign_in(page, served, language)
    for path in (
        "/console/",
        "/console/?category=late",
        "/console/people",
        "/console/people?state=silent&q=s",
        "/console/map",
        "/console/map?country=US",
        "/console/people/S09",
        "/console/people/S03",
        "/console/responses",
    ):
        page.goto(served.url + path)
        speaks(page, language)
        fits(page)
    page.goto(served.url + "/console/people/S09")
    page.get_by_role("button", name="查看留言" if language == "zh" else "Show the notes").click()
    fits(page)


@LOOKS
def test_the_board_is_filtered_without_a_reload(
    served: Served, open_page: Open, size: tuple[int, int], language: str
) -> None:
    page = open_page(size, language)
    sign_in(page, served, language)
    assert page.locator(".students li").count() >= 14
    page.evaluate("window.kept = true")
    page.select_option("select[name=country]", "GB")
    page.wait_for_url("**country=GB**")
    page.wait_for_function("document.querySelectorAll('.students li').length === 2")
    assert page.evaluate("window.kept")
    page.locator(".count.is-missed").click()
    page.wait_for_url("**category=missed**")
    assert "country=GB" in page.url
    assert page.locator(".students li").count() == 1
    fits(page)


@LOOKS
def test_plain_pages(
    served: Served, open_page: Open, complaints: list[str], size: tuple[int, int], language: str
) -> None:
    page = open_page(size, language)
    for path in ("/a/forged", "/told/forged", "/chat/forged", "/chat/forged/told", "/console/login/forged", "/nothing"):
        page.goto(served.url + path)
        speaks(page, language)
        fits(page)
    page.goto(served.url + "/console/")
    fits(page)
    assert all("status of 40" in complaint for complaint in complaints)
    complaints.clear()  # a browser writes every 404 to its console


@LOOKS
def test_the_answer_page(served: Served, open_page: Open, size: tuple[int, int], language: str) -> None:
    number = f"A-{language}-{size[0]}"
    version = served.app.database.read(lambda conn: served.app.programmes.current(conn).version_id)
    person = student(served, number, language=language)
    served.ground.prompt(person, "open", version_id=version)
    now = served.clock.now()
    url = served.app.database.write(lambda conn: answer_link(conn, served.app.settings, number, now, now))
    page = open_page(size, language)
    page.goto(url)
    speaks(page, language)
    fits(page)
    page.get_by_role("button", name="有点难" if language == "zh" else "Hard").click()
    page.get_by_role("button", name="辅导员" if language == "zh" else "counsellor").first.click()
    fits(page)
    page.locator("textarea").fill("谢谢")
    page.get_by_role("button", name="发送" if language == "zh" else "Send", exact=True).click()
    fits(page)


@LOOKS
def test_the_chat_page(served: Served, open_page: Open, size: tuple[int, int], language: str) -> None:
    number = f"W-{language}-{size[0]}"
    student(served, number, language=language, name="王雨桐")
    real = served.clock.real()
    [made] = served.app.database.write(lambda conn: invite_links(conn, served.app.settings, [number], real))
    page = open_page(size, language)
    page.goto(made.url)
    speaks(page, language)
    fits(page)
    page.locator("form[action$='/open'] button").click()
    for _ in range(5):
        fits(page)
        if page.locator(".keyboard .chip").count() > 1:  # before she has agreed there is SOS alone
            break
        page.locator(".lines li:last-child .choice").first.click()
    assert page.locator(".keyboard .chip").count() > 1
    page.get_by_role("link", name="谁知道了你的什么" if language == "zh" else "Who was told what").click()
    fits(page)
    page.get_by_role("link", name="回到聊天" if language == "zh" else "Back to the chat").click()
    page.locator(".chip").first.click()
    bubbles = page.locator(".lines li")
    page.get_by_role("button", name="平安" if language == "zh" else "Fine").last.click()
    before = bubbles.count()
    page.locator("input[name=text]").fill("谢谢你们 <b>")
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('.lines li').length > {before}")
    assert "<b>" in page.locator(".lines .mine .bubble").last.inner_text()
    fits(page)


@LOOKS
def test_who_was_told_what(served: Served, open_page: Open, size: tuple[int, int], language: str) -> None:
    number = f"R-{language}-{size[0]}"
    person = student(served, number, language=language, name="王雨桐", phone="+1 212 555 0100")
    friend = student(served, f"F{number}", name="梅一")
    case = served.ground.case(person, "urgent")
    over = served.ground.case(person, "missed", state="resolved", resolved_at=NOW)
    served.ground.put(notes, person_id=person, case_id=over, kind="position", body={}, at=NOW)
    for where, who, role in ((case, 1, "counsellor"), (over, 1, "duty"), (over, friend, "buddy")):
        values = {"person_id": who, "role": role, "first_at": NOW, "last_at": NOW}
        served.ground.put(case_alarms, case_id=where, **values)
        kind = {"kind": "alarm", "template": "staff/case_missed", "channel": "telegram"}
        served.ground.message(who, None, key=f"{number}{where}{who}", case_id=where, **kind)
    real = served.clock.real()
    url = served.app.database.write(lambda conn: receipt_link(conn, served.app.settings, person, real))
    page = open_page(size, language)
    page.goto(url)
    speaks(page, language)
    fits(page)
    assert page.locator("article.case").count() == 2
    assert page.get_by_text("梅一").is_visible()


def test_the_chat_page_works_without_scripts(served: Served, open_page: Open) -> None:
    student(served, "plain")
    real = served.clock.real()
    [made] = served.app.database.write(lambda conn: invite_links(conn, served.app.settings, ["plain"], real))
    page = open_page(script=False)
    page.goto(made.url)
    page.locator("form[action$='/open'] button").click()
    page.locator(".lines .choice").first.click()
    assert page.get_by_text("看看有没有新消息").is_visible()
    page.locator("input[name=text]").fill("/help")
    page.locator(".write button").click()
    assert page.locator(".lines .mine .bubble").last.inner_text() == "/help"


def test_new_messages_arrive_by_themselves_and_count_as_seen(served: Served, open_page: Open) -> None:
    person = student(served, "poll")
    real = served.clock.real()
    [made] = served.app.database.write(lambda conn: invite_links(conn, served.app.settings, ["poll"], real))
    page = open_page()
    page.goto(made.url)
    page.locator("form[action$='/open'] button").click()
    page.locator(".lines .choice").first.click()
    version = served.app.database.read(lambda conn: served.app.programmes.current(conn).version_id)
    prompt = served.ground.prompt(person, "open", version_id=version, asked_at=None)

    def queue(conn: Connection) -> None:
        key = f"q:{prompt}"
        tell(
            conn,
            person,
            Kind.QUESTION,
            "checkin/question",
            key=key,
            priority=Priority.PROMPT,
            now=real,
            prompt_id=prompt,
        )

    served.app.database.write(queue)
    with page.expect_response(lambda response: response.url.endswith("/seen")) as seen:
        served.step()
        page.wait_for_selector(".choice.is-fine")
    assert seen.value.status == 204
    found = served.app.database.read(lambda conn: by_id(conn, prompt))
    assert found is not None
    assert found.asked_at == served.clock.now()
