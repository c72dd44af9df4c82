"""The list of a session on a phone and a desk, in both languages: it grows by itself while the page stays as it is."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.branches.store import branch_members, branches
from bot.engine import sessions as engine
from bot.engine.session_attendance import enter, set_code
from bot.local_time import Quiet
from bot.sessions.model import Mark, Rsvp
from bot.sessions.rules import Plan
from bot.sessions.store import session_invitations
from tests.fakes.ground import NOW
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible
from tests.handlers.web.browser.test_pages import fits, speaks

SIGN_IN = {"zh": "登录", "en": "Sign in"}
NAMES = ("王雨桐", "陈晨", "李思齐", "Anna Zhao", "周子墨")
MARKS = (Mark.PRESENT, Mark.LATE, Mark.EXCUSED, Mark.ABSENT)


@pytest.fixture(scope="module")
def held(served: Served) -> dict[str, int]:
    """Return a session that is on for a secretary of each language."""
    return {language: _held(served, language) for language in ("zh", "en")}


def _held(served: Served, language: str) -> int:
    ground = served.ground
    secretary = ground.staff(f"Q{language}", "secretary", language=language)
    branch = ground.put(branches, key=f"柏林支部-{language}", kind="party", secretary_id=secretary)
    members = [ground.student(f"Q{language}{n}", name=name) for n, name in enumerate(NAMES)]
    for member in members:
        ground.trip(member)
        ground.put(branch_members, branch_id=branch, person_id=member)

    def make(conn: Connection) -> int:
        before = NOW - timedelta(days=1)
        plan = Plan("二十大精神学习", NOW - timedelta(minutes=5), "Europe/Berlin", 60)
        made = engine.create(conn, f"柏林支部-{language}", plan, None, before, Quiet())
        set_code(conn, made.id, secretary, NOW, on=True)
        for member, mark in zip(members, MARKS, strict=False):
            enter(conn, made.id, member, mark, secretary, NOW)
        conn.execute(session_invitations.update().values(reply=Rsvp.YES.value))
        return made.id

    return served.app.database.write(make)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "zh", False), (PHONE, "en", True), (DESKTOP, "zh", True), (DESKTOP, "en", False)],
)
def test_it_fits_and_keeps_itself_up_to_date(
    served: Served, open_page: Open, held: dict[str, int], size: tuple[int, int], language: str, dark: bool
) -> None:
    page = open_page(size, language, dark=dark)
    page.goto(served.login_url(f"Q{language}"))
    page.get_by_role("button", name=SIGN_IN[language], exact=True).click()
    page.wait_for_url("**/console/")
    page.locator("#main").get_by_role("link", name={"zh": "学习活动", "en": "Sessions"}[language], exact=True).click()
    page.get_by_text("二十大精神学习").wait_for()
    fits(page)
    page.goto(f"{served.url}/console/sessions/{held[language]}")
    fits(page)
    accessible(page)
    assert page.locator(".spoken").inner_text().isdecimal()
    there = page.locator("#board .sum strong")
    before = int(there.inner_text())

    def says(conn: Connection) -> None:
        table = session_invitations
        query = select(table.c.prompt_id, table.c.person_id).where(
            table.c.session_id == held[language], table.c.mark.is_distinct_from("present")
        )
        row = conn.execute(query.order_by(table.c.id.desc())).first()
        assert row is not None
        enter(conn, held[language], row.person_id, Mark.PRESENT, None, NOW)

    if before < len(NAMES):
        served.app.database.write(says)
        page.wait_for_function(
            "before => document.querySelector('#board .sum strong').innerText != before", arg=str(before)
        )
    speaks(page, language)


@pytest.mark.browser
@pytest.mark.parametrize(("size", "language", "dark"), [(PHONE, "zh", False), (DESKTOP, "en", True)])
def test_the_office_asks_who_runs_what_is_open_and_finds_an_hour(
    served: Served, open_page: Open, size: tuple[int, int], language: str, dark: bool
) -> None:
    page = open_page(size, language, dark=dark)
    page.goto(served.login_url("O1" if language == "zh" else "E1"))
    page.get_by_role("button", name=SIGN_IN[language], exact=True).click()
    page.wait_for_url("**/console/")
    page.goto(f"{served.url}/console/sessions/new")
    page.locator(".find-hour").click()
    page.locator("#hours").wait_for()
    page.get_by_text({"zh": "由谁主持", "en": "Who runs it"}[language], exact=True).click()
    name = page.locator(".leaders label span").first.bounding_box()
    assert name is not None
    assert name["height"] < 40  # in one line
    fits(page)
    accessible(page)
    speaks(page, language)
