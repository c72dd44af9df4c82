"""Who can be reached in the console, and a student's own page on which she moves her channels."""

import pytest

from bot.addresses import store as addresses
from handlers.links_made import invite_links
from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town


@pytest.fixture
def her(town: Town) -> int:
    counsellor = town.ground.staff("C1", "counsellor", name="李老师")
    town.ground.staff("X1", "supervisor", name="周教授")
    person = town.ground.student("S1", name="王雨桐", counsellor=counsellor, reachable=False)
    town.ground.trip(person)
    values = {"reason": "blocked", "last_failed_at": NOW}
    town.ground.address(person, channel="telegram", state="gone", **values)
    other = town.ground.student("S2", name="李子涵", counsellor=counsellor)
    town.ground.trip(other, key="T2")
    return person


def test_the_office_sees_whom_nothing_reaches_and_why(town: Town, her: int) -> None:
    assert her
    page = town.signed_in("C1").get("/console/reach")
    assert page.status == 200
    assert "王雨桐" in page.words
    assert "Telegram: 已屏蔽" in page.words or "Telegram: 已屏蔽" in page.words.replace("：", ": ")
    assert "李子涵" not in page.words
    assert "李子涵" in town.signed_in("C1").get("/console/reach?show=looks").words
    both = town.signed_in("C1").get("/console/reach?show=unproven").words
    assert "李子涵" in both
    assert "王雨桐" in both
    assert town.signed_in("C1").get("/console/reach?show=<x>").status == 200


@pytest.mark.parametrize(
    ("channel", "reason", "chinese", "english"),
    [
        ("mail", "not_on_roster", "学校收回", "taken back by the school: not on the roster any more"),
        ("web", "declined", "本人没有同意加入", "enrolment declined"),
        ("web", "link_used", "邀请已在别处用掉", "closed: the invitation was used elsewhere first"),
        ("telegram", None, "没有记录是谁收回的", "taken back, it was not noted by whom"),
    ],
)
def test_of_an_address_that_was_taken_back_it_says_by_whom(
    town: Town, channel: str, reason: str | None, chinese: str, english: str
) -> None:
    counsellor = town.ground.staff("C1", "counsellor")
    person = town.ground.student("S1", counsellor=counsellor, reachable=False)
    town.ground.trip(person)
    town.ground.address(person, channel=channel, state="revoked", reason=reason)
    visitor = town.signed_in("C1")
    for path in ("/console/reach", "/console/people/S1"):
        assert chinese in visitor.get(path).words
    visitor.get("/language/en")
    for path in ("/console/reach", "/console/people/S1"):
        assert english in visitor.get(path).words


def test_whoever_cannot_be_reached_has_on_her_page_what_must_be_mended_first(town: Town) -> None:
    town.ground.staff("O1", "office")
    person = town.ground.student("S1", reachable=False)
    visitor = town.signed_in("O1")
    assert "没有一个渠道能联系上，需要重新发邀请。" in visitor.get("/console/people/S1").words
    town.ground.address(person, channel="wecom", state="wrong", reason="invalid_user")
    page = visitor.get("/console/people/S1").words
    assert "学校通讯录里没有这个成员：请改正名册上的学号" in page
    assert "重新发邀请" not in page
    visitor.get("/language/en")
    assert "correct the number on the roster" in visitor.get("/console/people/S1").words


def test_a_long_list_comes_in_pages_and_a_page_too_far_is_the_last(town: Town) -> None:
    counsellor = town.ground.staff("C1", "counsellor")
    for number in range(53):
        town.ground.trip(town.ground.student(f"S{number:02}", counsellor=counsellor, reachable=False))
    visitor = town.signed_in("C1")
    first = visitor.get("/console/reach")
    assert "1 / 2" in first.words
    assert "S49" in first.words
    assert "S50" not in first.words
    for page in ("2", "99"):
        last = visitor.get(f"/console/reach?show=none&page={page}")
        assert "2 / 2" in last.words
        assert "S52" in last.words
        assert "S49" not in last.words


def test_a_supervisor_sees_nothing_of_it(town: Town, her: int) -> None:
    assert her
    assert town.signed_in("X1").get("/console/reach").status == 404


def test_her_page_in_the_console_says_why_and_since_when(town: Town, her: int) -> None:
    assert her
    page = town.signed_in("C1").get("/console/people/S1")
    assert "已屏蔽" in page.words
    assert "没验证过" in page.words
    assert "上次失败" in page.words


def test_she_moves_a_channel_up_on_her_own_page(town: Town) -> None:
    person = town.ground.student("S3", reachable=False)
    town.ground.trip(person, key="T3")
    [made] = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S3"], town.clock.real()))
    base, visitor = made.url.removeprefix(town.app.settings.service.url), town.visitor()
    visitor.get(base)
    visitor.press("是我")
    for position, channel in enumerate(("telegram", "wecom"), start=1):
        town.ground.address(person, channel=channel, position=position)
    page = visitor.get(f"{base}/channels")
    assert page.status == 200
    assert page.words.index("Telegram") < page.words.index("企业微信")
    second = town.app.database.read(lambda conn: addresses.all_of(conn, [person]))[person][-1]
    done = visitor.post(f"{base}/channels", {"address": str(second.id), "move": "up"})
    assert done.status == 303
    page = visitor.get(f"{base}/channels")
    assert page.words.index("企业微信") < page.words.index("Telegram")
    assert visitor.post(f"{base}/channels", {"address": "999", "move": "up"}).status == 303
    assert visitor.post(f"{base}/channels", {"address": "x", "move": "sideways"}).status == 303
    assert town.visitor().get(f"{base}/channels").status == 403
