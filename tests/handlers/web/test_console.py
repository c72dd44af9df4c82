"""What the console shows to whom, and what its buttons do."""

import csv
import re
from datetime import date
from html import unescape
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import select

from bot.cases.store import by_id as case_by_id
from bot.journal.store import journal
from bot.prompts.notes import add_position, add_words
from tests.fakes.ground import NOW
from tests.fakes.school import settle
from tests.handlers.web.conftest import Town


def lines(town: Town, action: str) -> list[Any]:
    query = select(journal).where(journal.c.action == action)
    return town.app.database.read(lambda conn: list(conn.execute(query).all()))


def test_the_board_counts_and_lists(town: Town) -> None:
    settle(town.ground)
    page = town.signed_in("C1").get("/console/")
    assert "在外 14 人" in page.words
    for word in ("紧急", "有点难", "没有答复", "联系不上", "没问出去", "超时未答", "等待答复", "平安"):
        assert word in page.words
    assert "王雨桐" in page.words
    assert "当地 11月18日 周三 07:00" in page.words
    assert "李静老师 在跟进" in page.words


def test_what_lies_on_her_page_unseen_is_said_to_be_so(town: Town) -> None:
    settle(town.ground)
    visitor = town.signed_in("C1")
    assert "还没打开看" in visitor.get("/console/people/S00").words
    assert "还没打开看" not in visitor.get("/console/people/S07").words


def test_the_board_is_filtered_by_its_address(town: Town) -> None:
    settle(town.ground)
    visitor = town.signed_in("C1")
    assert "王雨桐" in visitor.get("/console/?country=US").words
    assert "张浩然" not in visitor.get("/console/?country=US").words
    assert "刘思远" in visitor.get("/console/?category=not_reachable").words
    assert "王雨桐" not in visitor.get("/console/?category=not_reachable").words
    for odd in ("?category=nonsense&page=-1", "?page=999999999", "?page=%C2%B2", "?unit=%00", "?q=" + "x" * 5000):
        assert visitor.get(f"/console/{odd}").status == 200


def test_the_language_follows_the_reader_and_her_choice(town: Town) -> None:
    settle(town.ground)
    visitor = town.signed_in("E1")
    page = visitor.get("/console/?country=US")
    assert "Today" in page.words
    assert "United States" in page.words
    link = re.search(r'href="(/language/zh[^"]*)"', page.text)
    assert link is not None
    assert visitor.get(unescape(link[1])).headers["location"] == "/console/?country=US"
    assert "今天" in visitor.follow().words


def test_a_student_s_page_tells_what_was_asked_and_what_comes(town: Town) -> None:
    settle(town.ground)
    page = town.signed_in("C1").get("/console/people/S03")
    assert page.status == 200
    for words in (
        "刘思远",
        "巴黎 · 法国",
        "联系不上",
        "没有送达：对方屏蔽了我们或注销了账号",
        "接下来",
        "11月24日 周二",
    ):
        assert words in page.words


def test_out_of_scope_reads_like_unknown(town: Town) -> None:
    settle(town.ground)
    town.ground.staff("C2", "counsellor")
    visitor = town.signed_in("C2")
    hidden, unknown = visitor.get("/console/people/S00"), visitor.get("/console/people/S77")
    assert hidden.status == unknown.status == 404
    assert hidden.body.replace(b"S00", b"") == unknown.body.replace(b"S77", b"")


@pytest.mark.parametrize("path", ["/console/people/S09", "/console/responses", "/console/people/S77"])
def test_a_supervisor_sees_nothing_of_safety(town: Town, path: str) -> None:
    settle(town.ground)
    visitor = town.signed_in("X1")
    assert visitor.get(path).status == 404
    front = visitor.get("/console/")
    assert front.status == 200
    assert "王雨桐" not in front.text
    assert "responses" not in front.text


def test_a_hard_week_shows_to_her_counsellor_only(town: Town) -> None:
    settle(town.ground)
    mine, theirs = town.signed_in("C1").get("/console/people/S08"), town.signed_in("O1").get("/console/people/S08")
    assert "有点难" in mine.words
    assert "有点难" not in theirs.words
    assert "李静老师 在跟进" not in theirs.words
    assert "有点难" not in town.signed_in("O1").get("/console/?q=S08").words.partition("看全部")[2]


def test_a_case_is_taken_and_ended(town: Town) -> None:
    settle(town.ground)
    visitor = town.signed_in("O1")
    visitor.get("/console/people/S09")
    assert visitor.press("我来跟进").status == 303
    page = visitor.follow()
    assert "韩主任 在跟进" in page.words
    assert "无需再跟进" not in page.words
    assert visitor.press("已经联系上本人").status == 303
    assert "已经联系上本人" in visitor.follow().words
    assert len(lines(town, "case.acknowledged")) == len(lines(town, "case.resolved")) == 1


def test_a_cry_for_help_ends_only_after_somebody_spoke(town: Town) -> None:
    person = town.ground.student("S1", counsellor=town.ground.staff("C1", "counsellor"))
    case = town.ground.case(person, "urgent")
    visitor = town.signed_in("C1")
    csrf = visitor.get("/console/people/S1").forms[-1].fields["csrf"]
    for outcome in ("closed", "", "answered"):
        assert visitor.post(f"/console/cases/{case}/resolve", {"csrf": csrf, "outcome": outcome}).status == 400
    found = town.app.database.read(lambda conn: case_by_id(conn, case))
    assert found is not None
    assert found.state == "open"


@pytest.mark.parametrize("deed", ["acknowledge", "resolve"])
def test_nobody_touches_a_case_that_is_not_hers_to_see(town: Town, deed: str) -> None:
    her = town.ground.staff("C1", "counsellor")
    town.ground.staff("C2", "counsellor")
    town.ground.staff("O1", "office")
    person = town.ground.student("S1", counsellor=her)
    urgent, hard = town.ground.case(person, "urgent"), town.ground.case(person, "hard", share_with="counsellor")
    for number, case in (("C2", urgent), ("O1", hard), ("C1", 10**30), ("C1", 424242)):
        visitor = town.signed_in(number)
        csrf = visitor.get("/console/").forms[0].fields["csrf"]
        assert visitor.post(f"/console/cases/{case}/{deed}", {"csrf": csrf, "outcome": "spoken"}).status == 404
    with town.app.database.engine.connect() as conn:
        found = [case_by_id(conn, case) for case in (urgent, hard)]
    assert [case.state for case in found if case] == ["open", "open"]


def test_the_export_is_a_press_that_each_student_can_see(town: Town) -> None:
    settle(town.ground)
    town.ground.student("=cmd|' /C calc'!A0", name="=1+1")
    town.ground.prompt(town.ground.student("S99", name="@SUM(A1)", counsellor=None), "open")
    visitor = town.signed_in("O1")
    visitor.get("/console/responses")
    page = visitor.press("下载", since="2026-11-16", reason="report")
    assert page.headers["content-type"].startswith("text/csv")
    assert "attachment" in page.headers["content-disposition"]
    rows = list(csv.DictReader(StringIO(page.text.removeprefix("\ufeff"))))
    assert {row["number"] for row in rows} == {f"S{number:02}" for number in range(12)} | {"S99"}
    assert {row["answer"] for row in rows} == {"", "answered", "urgent"}
    assert [row["name"] for row in rows if row["number"] == "S99"] == ["'@SUM(A1)"]
    assert len(lines(town, "console.exported")) == 13
    assert "韩主任 导出了" in visitor.get("/console/people/S00").words


def test_an_odd_date_is_refused(town: Town) -> None:
    town.ground.staff("O1", "office")
    visitor = town.signed_in("O1")
    visitor.get("/console/responses")
    assert visitor.press("下载", since="yesterday", reason="report").status == 400


def test_notes_are_read_by_a_press_that_is_journalled(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor", name="李老师")
    town.ground.staff("O1", "office")
    person = town.ground.student("S1", counsellor=her)
    fine, urgent = town.ground.answered(person, "fine", occasion="1"), town.ground.answered(person, "urgent")
    hard = town.ground.answered(person, "hard", "nobody", occasion="2")
    case = town.ground.case(person, "urgent", prompt_id=urgent)

    def write(conn: Any) -> None:
        add_words(conn, person, "到了新宿舍", NOW, prompt_id=fine)
        add_words(conn, person, "有人跟着我", NOW, case_id=case)
        add_words(conn, person, "谁也别告诉", NOW, prompt_id=hard)
        add_words(conn, person, "随便写写", NOW)
        add_position(conn, person, 40.7, -74.0, NOW, case_id=case)
        add_position(conn, person, 1.0, 2.0, NOW, prompt_id=fine)

    town.app.database.write(write)
    visitor = town.signed_in("C1")
    assert "到了新宿舍" not in visitor.get("/console/people/S1").text
    assert lines(town, "console.words_read") == []
    page = visitor.press("查看留言")
    for words, shown in (
        ("到了新宿舍", 1),
        ("有人跟着我", 1),
        ("谁也别告诉", 0),
        ("随便写写", 0),
        ("40.7", 1),
        ("1.0, 2.0", 0),
    ):
        assert (words in page.text) is bool(shown), words
    [line] = lines(town, "console.words_read")
    assert (line.person_id, line.actor_id) == (person, her)
    office = town.signed_in("O1")
    office.get("/console/people/S1")
    page = office.press("查看留言")
    assert "有人跟着我" in page.text
    assert "到了新宿舍" not in page.text
    assert "李老师 查看了留言" in page.words


def test_without_a_trip_or_an_address_the_page_opens(town: Town) -> None:
    town.ground.staff("O1", "office")
    person = town.ground.student("S1", reachable=False)
    town.ground.trip(person, departs=date(2027, 1, 1))
    page = town.signed_in("O1").get("/console/people/S1")
    assert "没有一个渠道能联系上" in page.words
    assert "行前" in page.words
