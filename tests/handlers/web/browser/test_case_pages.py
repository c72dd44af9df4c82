"""The list of cases and the page of one in a real browser: on a phone and a desk, light and dark, without a script."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.addresses.store import addresses
from bot.cases import events
from bot.cases.store import by_id, case_alarms, cases
from bot.outbox.store import attempts
from bot.people.store import by_number
from bot.prompts.notes import add_position, add_words
from tests.fakes.ground import NOW
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served
from tests.handlers.web.browser.test_pages import fits, sign_in, speaks

pytestmark = pytest.mark.browser
NOTE = "室友说她在图书馆。" * 8


@pytest.fixture(scope="module")
def urgent(served: Served) -> int:
    """Return the call for help of the school, told to two, with a story, notes and a place."""

    def look(conn: Connection) -> Any:
        case = conn.execute(select(cases.c.id, cases.c.person_id).where(cases.c.reason == "urgent")).one()
        return case.id, case.person_id, by_number(conn, "C1"), by_number(conn, "O1")

    case, student, counsellor, office = served.app.database.read(look)
    for person, role in ((counsellor.id, "counsellor"), (office.id, "office")):
        served.ground.put(case_alarms, case_id=case, person_id=person, first_at=NOW, last_at=NOW, role=role)
    known = served.app.database.read(
        lambda conn: conn.execute(select(addresses.c.id).where(addresses.c.external_id == "down")).scalar()
    )
    first = known or served.ground.address(counsellor.id, channel="telegram", external_id="down", state="gone")
    second = served.ground.address(counsellor.id, external_id="page-of-C1")
    message = served.ground.message(counsellor.id, None, key=f"alarm{case}", kind="alarm", case_id=case)
    for address, result in ((first, "person_gone"), (second, "accepted")):
        served.ground.put(
            attempts, outbox_id=message, address_id=address, body={"text": "x"}, epoch=1, started_at=NOW,
            finished_at=NOW, result=result, reason="blocked" if result == "person_gone" else None,
        )  # fmt: skip

    def story(conn: Connection) -> None:
        events.add(conn, case, "opened", NOW, actor_id=student)
        events.add(conn, case, "contacted", NOW + timedelta(minutes=2), actor_id=counsellor.id, word="no_answer")
        events.add(conn, case, "note", NOW + timedelta(minutes=3), actor_id=counsellor.id, note=NOTE)
        add_words(conn, student, "我在图书馆三楼，有人一直跟着我", NOW, case_id=case)
        add_position(conn, student, 40.80752, -73.96257, NOW, case_id=case)
        assert by_id(conn, case) is not None

    served.app.database.write(story)
    return int(case)


@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "zh", False), (PHONE, "en", True), (DESKTOP, "zh", True), (DESKTOP, "en", False)],
)
def test_cases_fit_and_can_be_read(
    served: Served, open_page: Open, urgent: int, size: tuple[int, int], language: str, dark: bool
) -> None:
    page = open_page(size, language, dark=dark)
    sign_in(page, served, language)
    for path in ("/console/cases", "/console/cases?state=resolved", f"/console/cases/{urgent}?said=taken"):
        page.goto(served.url + path)
        fits(page)
        speaks(page, language)
    for summary in page.locator(".deeds summary").all():
        summary.click()
    fits(page)
    page.get_by_role("button", name="查看留言" if language == "zh" else "Show the notes").click()
    page.get_by_text("40.80752").wait_for()
    fits(page)
    page.goto(served.url + "/console/")
    fits(page)


def test_a_deed_needs_no_script(served: Served, open_page: Open, urgent: int) -> None:
    page = open_page(PHONE, "zh", script=False)
    sign_in(page, served, "zh")
    page.goto(f"{served.url}/console/cases/{urgent}")
    page.locator("summary", has_text="写一条备注").click()
    page.locator("form[action$='/note'] textarea").fill("已请学校保安去找")
    page.get_by_role("button", name="保存").click()
    assert page.get_by_text("写了备注").count() == 2
