"""A member's own page, her study report, and the page of whoever leads her branch: both languages, light and dark."""

from datetime import timedelta
from typing import Any

import pytest

from bot.branches.store import party_statuses
from bot.materials.store import branch_materials
from handlers.links_made import mine_link
from tests.fakes.ground import NOW
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible
from tests.handlers.web.browser.test_pages import fits, speaks
from tests.support.home_branch import home_branch, owes, study

LOOKS = pytest.mark.parametrize(
    ("size", "language", "dark"),
    [(PHONE, "zh", False), (PHONE, "en", True), (DESKTOP, "zh", True), (DESKTOP, "en", False)],
)
TEXT = {"zh": "近来读了一本书。", "en": "A book that I read."}


def a_branch(served: Served, language: str, mark: str) -> tuple[int, int]:
    """Put a home branch of two members; return whoever leads it, and a member."""
    ground, name = served.ground, {"zh": "王雨桐", "en": "Wang Yutong"}[language]
    leader = ground.staff(f"L{mark}", "secretary", language=language, name={"zh": "李书记", "en": "Li"}[language])
    mei, other = ground.student(f"M{mark}", language=language, name=name), ground.student(f"N{mark}", name=name)
    branch = home_branch(ground, f"H{mark}", leader, [mei, other])
    trips = {person: ground.trip(person) for person in (mei, other)}
    owes(ground, mei, branch, trips[mei], "contact", period="2026-09-01")
    owes(ground, mei, branch, trips[mei])
    study(ground, owes(ground, other, branch, trips[other]), TEXT[language], handed=True)
    ground.put(
        branch_materials,
        branch_id=branch,
        author_id=leader,
        title=name,
        link="https://a.edu",
        digest="",
        kind="",
        name="",
        at=NOW,
    )
    return leader, mei


@pytest.mark.browser
@LOOKS
def test_pages_of_a_branch(served: Served, open_page: Open, size: tuple[int, int], language: str, dark: bool) -> None:
    mark = f"{language}{size[0]}"
    _, mei = a_branch(served, language, mark)
    link = served.app.database.write(lambda conn: mine_link(conn, served.app.settings, mei, served.clock.real()))
    page: Any = open_page(size, language, dark=dark)
    page.goto(link)
    look(page, language)
    page.get_by_role("button", name={"zh": "写思想汇报", "en": "Write my study report"}[language]).first.click()
    page.wait_for_url("**/report/**")
    look(page, language)
    page.goto(served.login_url(f"L{mark}"))
    page.get_by_role("button", name={"zh": "登录", "en": "Sign in"}[language], exact=True).click()
    page.wait_for_url("**/console/**")
    page.goto(f"{served.url}/console/branch")
    look(page, language)


@pytest.mark.browser
@LOOKS
def test_the_proposal_of_branches(
    served: Served, open_page: Open, size: tuple[int, int], language: str, dark: bool
) -> None:
    ground = served.ground
    for number in range(4):
        person = ground.student(f"R{language}{size[0]}{number}", name={"zh": "陈安", "en": "Chen An"}[language])
        ground.trip(person, key=f"R{language}{size[0]}{number}", departs=NOW.date() + timedelta(days=9 + number))
        ground.put(party_statuses, person_id=person, status="party")
    page: Any = open_page(size, language, dark=dark)
    page.goto(served.login_url("O1" if language == "zh" else "E1"))
    page.get_by_role("button", name={"zh": "登录", "en": "Sign in"}[language], exact=True).click()
    page.wait_for_url("**/console/")
    page.goto(f"{served.url}/console/regroup")
    page.get_by_role("button", name={"zh": "方案", "en": "Propose"}[language]).last.click()
    page.wait_for_url("**/console/regroup?said=made")
    look(page, language)


def look(page: Any, language: str) -> None:
    for check in (fits, accessible):
        check(page)
    speaks(page, language)
