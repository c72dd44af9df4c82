"""Cases in the console: the list, the page of one, what may be done with it, and what stays hidden."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.cases import events
from bot.cases.store import by_id, case_alarms
from bot.engine import deeds
from bot.journal.store import journal
from bot.outbox.store import attempts
from bot.people.store import by_id as people_by_id
from bot.people.store import by_number
from bot.prompts.notes import add_position, add_words
from tests.fakes.ground import NOW
from tests.fakes.school import settle
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

DEEDS = ("acknowledge", "take-over", "note", "contacted", "snooze", "write", "reopen", "words", "hand-over")


@pytest.fixture
def case(town: Town) -> int:
    """Put one call for help of S1, whose counsellor is C1; O1 is the office, C2 somebody else's counsellor."""
    counsellor = town.ground.staff("C1", "counsellor", name="李老师")
    town.ground.staff("O1", "office", name="韩主任")
    town.ground.staff("C2", "counsellor", name="别人")
    person = town.ground.student("S1", counsellor=counsellor, name="王雨桐", phone="+1 212 555 0100")
    town.ground.trip(person)
    made = town.ground.case(person, "urgent", next_at=NOW + timedelta(minutes=5), step=1)
    town.ground.put(case_alarms, case_id=made, person_id=counsellor, first_at=NOW, last_at=NOW, role="counsellor")
    return made


def state(town: Town, case: int) -> tuple[str, int | None]:
    found = town.app.database.read(lambda conn: by_id(conn, case))
    assert found is not None
    return found.state.value, found.acknowledged_by


def at_case(town: Town, number: str, case: int) -> Visitor:
    visitor = town.signed_in(number)
    assert visitor.get(f"/console/cases/{case}").status == 200
    return visitor


def test_the_list_says_whose_it_is_and_what_comes_next(town: Town, case: int) -> None:
    page = town.signed_in("C1").get("/console/cases")
    assert page.status == 200
    for words in ("王雨桐", "当地 11月18日 周三 07:00", "还没有人接手", "20:05 通知：", "专项岗"):
        assert words in page.words, words
    assert f"/console/cases/{case}" in page.text


def test_the_list_is_filtered_and_forgives_odd_addresses(town: Town) -> None:
    settle(town.ground)
    visitor = town.signed_in("C1")
    everything = visitor.get("/console/cases").text.count("/console/cases/")
    assert everything == 3
    assert visitor.get("/console/cases?state=open").text.count("/console/cases/") == 1
    assert visitor.get("/console/cases?reason=hard").text.count("/console/cases/") == 1
    assert visitor.get("/console/cases?state=resolved").text.count("/console/cases/") == 0
    for odd in ("?state=x&reason=y&page=-1", "?page=99999999", "?page=%C2%B2", "?reason=%00"):
        assert visitor.get(f"/console/cases{odd}").text.count("/console/cases/") == everything


def test_the_list_has_pages(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor")
    for number in range(35):
        town.ground.case(town.ground.student(f"S{number:02}", counsellor=her), "missed")
    visitor = town.signed_in("C1")
    assert visitor.get("/console/cases").text.count('href="/console/cases/') == 30
    assert visitor.get("/console/cases?page=2").text.count('href="/console/cases/') == 5


def test_every_deed_of_a_page(town: Town, case: int) -> None:
    visitor = at_case(town, "C1", case)
    assert visitor.press("我来跟进").status == 303
    assert "李老师 在跟进" in visitor.follow().words
    assert visitor.press("打过电话").status == 303
    assert "李老师打了电话" in visitor.follow().words
    assert visitor.press("没人接").status == 303
    visitor.follow()
    assert visitor.press("保存", text="室友说她在图书馆").status == 303
    page = visitor.follow()
    assert "李老师写了备注" in page.words
    assert "图书馆" not in page.words
    assert visitor.press("一小时").status == 303
    assert "放到11月18日 周三 21:00再看" in visitor.follow().words
    assert state(town, case)[0] == "snoozed"
    assert visitor.press("到那时再看", until="2026-11-18T22:30").status == 303
    assert "22:30再看" in visitor.follow().words
    assert visitor.press("已经联系上本人").status == 303
    assert "结束：已经联系上本人" in visitor.follow().words
    assert state(town, case)[0] == "resolved"
    assert visitor.press("重新打开").status == 303
    assert "还没有人接手" in visitor.follow().words


def test_a_hundred_cries_in_a_row_are_one_line(town: Town, case: int) -> None:
    def cries(conn: Connection) -> None:
        for _ in range(100):
            events.add(conn, case, "added_to", NOW)
        deeds.note(conn, case, by_number(conn, "C1").id, "打不通", NOW)  # type: ignore[union-attr]
        events.add(conn, case, "added_to", NOW)

    town.app.database.write(cries)
    page = at_case(town, "C1", case).get(f"/console/cases/{case}")
    assert page.words.count("求助了 100 次") == 1
    assert page.words.count("再次求助") == 1


def test_handing_over_and_taking_over(town: Town, case: int) -> None:
    mine, theirs = at_case(town, "C1", case), at_case(town, "O1", case)
    mine.press("我来跟进")
    mine.follow()
    office = town.app.database.read(lambda conn: people_by_id(conn, 2))
    assert office is not None
    assert mine.press("转给别人", to=str(office.id)).status == 303
    page = mine.follow()
    assert "韩主任 在跟进" in page.words
    assert "转给别人" not in [label for form in page.forms for label, _, _ in form.buttons]
    theirs.get(f"/console/cases/{case}")
    assert mine.press("转由我来").status == 303
    assert state(town, case) == ("acknowledged", 1)


def test_of_two_at_once_one_wins_and_the_other_reads_who(town: Town, case: int) -> None:
    first, second = at_case(town, "C1", case), at_case(town, "O1", case)
    first.press("我来跟进")
    assert second.press("我来跟进").headers["location"].endswith("?said=taken")
    assert "李老师先一步接手了" in second.follow().words
    assert state(town, case) == ("acknowledged", 1)


@pytest.mark.parametrize(
    ("deed", "fields", "why"),
    [
        ("snooze", {"until": "2026-11-17T09:00"}, "past"),
        ("snooze", {"until": "nonsense"}, "past"),
        ("snooze", {"until": "9999-12-31T23:59"}, "too_long"),
        ("snooze", {"for": "morning"}, "too_long"),
        ("hand-over", {"to": "3"}, "not_theirs"),
        ("hand-over", {"to": "424242"}, "not_theirs"),
        ("note", {"text": " "}, "empty"),
        ("write", {"text": ""}, "empty"),
        ("reopen", {}, "open"),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(
    town: Town, case: int, deed: str, fields: dict[str, str], why: str
) -> None:
    visitor = at_case(town, "C1", case)
    csrf = visitor.shown.forms[-1].fields["csrf"] if visitor.shown else ""
    answer = visitor.post(f"/console/cases/{case}/{deed}", {"csrf": csrf} | fields)
    assert (answer.status, answer.headers["location"]) == (303, f"/console/cases/{case}?said={why}")
    assert 'role="status"' in visitor.follow().text
    assert state(town, case) == ("open", None)


@pytest.mark.parametrize(
    ("deed", "fields"),
    [("contacted", {"how": "flew"}), ("resolve", {"outcome": "safe"}), ("resolve", {}), ("hand-over", {"to": "x"})],
)
def test_a_forged_field_is_refused(town: Town, case: int, deed: str, fields: dict[str, str]) -> None:
    visitor = at_case(town, "C1", case)
    csrf = visitor.shown.forms[-1].fields["csrf"] if visitor.shown else ""
    assert visitor.post(f"/console/cases/{case}/{deed}", {"csrf": csrf} | fields).status == 400
    assert state(town, case) == ("open", None)


def test_whoever_may_not_see_it_finds_nothing_and_trying_is_journalled(town: Town, case: int) -> None:
    town.ground.staff("X1", "supervisor")
    town.ground.staff("Y1", "secretary")
    for number in ("C2", "X1", "Y1"):
        visitor = town.signed_in(number)
        assert visitor.get(f"/console/cases/{case}").status == 404
        assert visitor.get("/console/cases").status == (200 if number == "C2" else 404)
        csrf = visitor.get("/console/").forms[0].fields["csrf"]
        for deed in (
            "acknowledge",
            "take-over",
            "note",
            "contacted",
            "snooze",
            "write",
            "reopen",
            "words",
            "hand-over",
        ):
            assert visitor.post(f"/console/cases/{case}/{deed}", {"csrf": csrf, "text": "x", "to": "1"}).status == 404
    assert state(town, case) == ("open", None)
    query = select(journal.c.actor_id).where(journal.c.action == "case.refused")
    assert len(town.app.database.read(lambda conn: conn.execute(query).all())) == 9
    assert "王雨桐" not in town.signed_in("C2").get("/console/cases").words


@pytest.mark.parametrize("path", ["/console/cases/424242", f"/console/cases/{10**30}"])
def test_a_case_that_is_none_is_not_found(town: Town, case: int, path: str) -> None:
    assert case
    assert town.signed_in("O1").get(path).status == 404


def test_notes_words_and_the_place_are_read_by_a_press_that_is_journalled(town: Town, case: int) -> None:
    def write(conn: Any) -> None:
        found = by_id(conn, case)
        assert found is not None
        deeds.note(conn, case, 1, "已联系当地警方", NOW)
        add_words(conn, found.person_id, "有人跟着我", NOW, case_id=case)
        add_position(conn, found.person_id, 40.7, -74.0, NOW, case_id=case)

    town.app.database.write(write)
    visitor = at_case(town, "C1", case)
    assert visitor.shown is not None
    for hidden in ("已联系当地警方", "有人跟着我", "40.7"):
        assert hidden not in visitor.shown.text
    query = select(journal).where(journal.c.action == "console.words_read")
    assert town.app.database.read(lambda conn: conn.execute(query).all()) == []
    page = visitor.press("查看留言")
    for read in ("已联系当地警方", "有人跟着我", "40.7", "https://www.openstreetmap.org/?mlat=40.7"):
        assert read in page.text
    (line,) = town.app.database.read(lambda conn: conn.execute(query).all())
    assert line.case_id == case


def test_both_addresses_are_shown_when_the_first_was_down(town: Town, case: int) -> None:
    first = town.ground.address(1, channel="telegram", external_id="t1", state="gone")
    second = town.ground.address(1, external_id="w1")
    message = town.ground.message(1, None, key="a", kind="alarm", case_id=case, template="staff/case_urgent")
    for number, (address, result, reason) in enumerate(((first, "person_gone", "blocked"), (second, "accepted", None))):
        at = NOW + timedelta(seconds=number)
        town.ground.put(
            attempts, outbox_id=message, address_id=address, body={"text": "x"}, epoch=1, started_at=at, finished_at=at,
            result=result, reason=reason,
        )  # fmt: skip
    page = town.signed_in("C1").get(f"/console/cases/{case}")
    assert "Telegram · 11月18日 周三 20:00 · 没有送达：对方屏蔽了我们" in page.words
    assert "网页 · 11月18日 周三 20:00 · " in page.words


def test_a_hard_week_is_a_case_for_whom_she_chose_only(town: Town) -> None:
    settle(town.ground)
    mine, theirs = town.signed_in("C1"), town.signed_in("O1")
    assert "有点难" in mine.get("/console/cases").words
    assert "S08" not in theirs.get("/console/cases").text
    found = mine.get("/console/cases?reason=hard").text.split('href="/console/cases/')[1].partition('"')[0]
    assert mine.get(f"/console/cases/{found}").status == 200
    assert theirs.get(f"/console/cases/{found}").status == 404


def test_whom_she_leaves_out_finds_no_case_of_hers(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor")
    town.ground.staff("O1", "office")
    person = town.ground.student("S1", counsellor=her, skips_counsellor=True)
    case = town.ground.case(person, "missed")
    visitor = town.signed_in("C1")
    assert visitor.get(f"/console/cases/{case}").status == 404
    assert "/console/cases/" not in visitor.get("/console/cases").text
    assert f"/console/cases/{case}" not in visitor.get("/console/people/S1").text
    assert town.signed_in("O1").get(f"/console/cases/{case}").status == 200


def test_whoever_was_told_sees_it_though_it_is_outside_her_scope(town: Town, case: int) -> None:
    town.ground.put(case_alarms, case_id=case, person_id=3, first_at=NOW, last_at=NOW, role="duty")
    visitor = at_case(town, "C2", case)
    assert "王雨桐" in visitor.get("/console/cases").words
    visitor.get(f"/console/cases/{case}")
    assert visitor.press("我来跟进").status == 303
    assert state(town, case) == ("acknowledged", 3)


def test_an_asked_friend_who_is_staff_sees_nothing_by_that(town: Town, case: int) -> None:
    town.ground.put(case_alarms, case_id=case, person_id=3, first_at=NOW, last_at=NOW, role="buddy")
    visitor = town.signed_in("C2")
    assert visitor.get(f"/console/cases/{case}").status == 404
    assert "王雨桐" not in visitor.get("/console/cases").words


def test_names_and_notes_are_text(town: Town, case: int) -> None:
    evil = "<script>alert(1)</script>"
    town.app.database.write(lambda conn: events.add(conn, case, "note", NOW, actor_id=1, note=evil))
    visitor = at_case(town, "C1", case)
    assert "<script>alert" not in visitor.press("查看留言").text
    assert visitor.get(f"/console/cases/{case}?said={evil}").text.count("<script>alert") == 0
