"""Her own page says who was told what about her; the link of a day opens it too, and nobody else's device does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.cases.store import case_alarms
from bot.journal.store import journal
from bot.links.store import links
from bot.people.store import people
from handlers.links_made import invite_links, receipt_link
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town


@pytest.fixture
def her(town: Town) -> int:
    counsellor = town.ground.staff("C1", "counsellor", name="李老师")
    person = town.ground.student("S1", name="王雨桐", counsellor=counsellor, reachable=False)
    town.ground.trip(person)
    case = town.ground.case(person, "missed", state="resolved", resolved_at=NOW)
    town.ground.put(case_alarms, case_id=case, person_id=counsellor, role="counsellor", first_at=NOW, last_at=NOW)
    message = {"kind": "alarm", "template": "staff/case_missed", "channel": "telegram", "accepted_at": NOW}
    town.ground.message(counsellor, None, case_id=case, **message)
    town.ground.put(journal, at=NOW, actor_id=counsellor, person_id=person, action="console.words_read")
    return person


def link(town: Town, person: int) -> str:
    made = town.app.database.write(lambda conn: receipt_link(conn, town.app.settings, person, town.clock.real()))
    return made.removeprefix(town.app.settings.service.url)


def is_hers(visitor: Visitor, path: str) -> None:
    page = visitor.get(path)
    assert page.status == 200
    for words in (
        "你没有回复",
        "李老师",
        "你的辅导员",
        "11月18日 周三 07:00 送达",
        "所在城市和当地时间",
        "看了你的留言",
    ):
        assert words in page.words, words
    assert "以上全部在 2027 年 11月18日 周四 删除" in page.words  # a year later


def test_the_link_opens_it_for_a_day(town: Town, her: int) -> None:
    path = link(town, her)
    is_hers(town.visitor(), path)
    is_hers(town.visitor(), path)  # looking uses nothing up
    town.clock.advance(timedelta(hours=24))
    page = town.visitor().get(path)
    assert page.status == 410
    assert "/mydata" in page.words
    assert "李老师" not in page.text


def test_a_forged_link_opens_nothing(town: Town, her: int) -> None:
    assert link(town, her)
    assert town.visitor().get("/told/forged").status == 404


def test_a_link_for_something_else_does_not_open_it(town: Town, her: int) -> None:
    path = link(town, her)
    chat = path.replace("/told/", "/chat/")
    assert town.visitor().get(chat).status == 404
    assert town.visitor().get(f"{chat}/told").status == 404


def test_whoever_vanished_from_the_roster_has_no_page(town: Town, her: int) -> None:
    path = link(town, her)
    town.app.database.write(lambda conn: conn.execute(people.update().values(absent_at=NOW)))
    assert town.visitor().get(path).status == 404


def test_her_private_page_leads_there_and_no_other_device_does(town: Town, her: int) -> None:
    [made] = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S1"], town.clock.real()))
    path = made.url.removeprefix(town.app.settings.service.url)
    assert town.visitor().get(f"{path}/told").status == 403  # nobody has confirmed whose it is
    visitor = town.visitor()
    visitor.get(path)
    visitor.press("是我")
    assert f"{path}/told" in visitor.get(path).text
    is_hers(visitor, f"{path}/told")
    assert f'href="{path}"' in visitor.get(f"{path}/told").text
    assert town.visitor().get(f"{path}/told").status == 403
    with town.app.database.engine.connect() as conn:
        assert her in conn.execute(select(links.c.person_id)).scalars()


def test_another_students_page_says_nothing_of_hers(town: Town, her: int) -> None:
    other = town.ground.student("S2")
    assert other != her
    page = town.visitor().get(link(town, other))
    assert "没有过关于你的提醒" in page.words
    assert "李老师" not in page.text


def test_it_reads_english_too(town: Town, her: int) -> None:
    town.app.database.write(lambda conn: conn.execute(people.update().values(language="en")))
    page = town.visitor().get(link(town, her))
    assert "You did not answer" in page.words
    assert "Told: your name, the reason, number, city and local time" in page.words
