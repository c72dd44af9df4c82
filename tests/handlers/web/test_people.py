"""The list of people in the console: searched, narrowed, kept, and what is done for those who are picked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.journal.store import journal
from bot.outbox.store import outbox
from bot.people import store as people_store
from bot.views import people_list
from bot.views.people_list import people_page
from bot.views.people_wanted import Wanted
from bot.views.scope import Scope
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

PAGE = "/console/people"


@pytest.fixture
def her(town: Town) -> int:
    """A counsellor with three students, one of them late; a student of somebody else; a supervisor and a secretary."""
    counsellor = town.ground.staff("C1", "counsellor", name="李老师")
    other = town.ground.staff("C2", "counsellor", name="赵老师")
    town.ground.staff("X1", "supervisor", name="周教授")
    town.ground.staff("B1", "secretary", name="书记")
    for number, name, where in (
        ("S1", "王雨桐", ("US", "纽约")),
        ("S2", "单小雨", ("FR", "巴黎", "Europe/Paris")),
        ("S3", "吕一鸣", ("US", "波士顿")),
    ):
        person = town.ground.student(number, name=name, counsellor=counsellor, unit="大学/物理")
        town.ground.trip(person, *where)
        town.ground.answered(person, "fine", opened=timedelta(days=8))
        if number == "S1":
            due: dict[str, Any] = {"next_at": NOW + timedelta(hours=5), "due_at": NOW + timedelta(hours=5)}
            town.ground.prompt(person, "late", **due)
    foreign = town.ground.student("S9", name="王雨晴", counsellor=other)
    town.ground.trip(foreign)
    town.ground.prompt(foreign, "late", next_at=NOW + timedelta(hours=5))
    return counsellor


def names(town: Town, query: str, staff: str = "C1") -> set[str]:
    page = town.signed_in(staff).get(f"{PAGE}?{query}")
    assert page.status == 200
    return {name for name in ("王雨桐", "单小雨", "吕一鸣", "王雨晴") if name in page.words}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"王雨桐", "单小雨", "吕一鸣"}),
        ("q=wangyutong", {"王雨桐"}),
        ("q=WYT", {"王雨桐"}),
        ("q=yutong", {"王雨桐"}),
        ("q=%E9%9B%A8", {"王雨桐", "单小雨"}),
        ("q=shan", {"单小雨"}),
        ("q=dan", {"单小雨"}),
        ("q=l%C3%BC", {"吕一鸣"}),
        ("q=lv", {"吕一鸣"}),
        ("q=s2", {"单小雨"}),
        ("q=Paris", {"单小雨"}),
        ("q=%E6%B3%A2%E5%A3%AB%E9%A1%BF", {"吕一鸣"}),
        ("q=%25", set()),
        ("country=US", {"王雨桐", "吕一鸣"}),
        ("city=New+York", {"王雨桐"}),
        ("state=silent", {"王雨桐"}),
        ("state=well", {"单小雨", "吕一鸣"}),
        ("state=case", set()),
        ("phase=before", set()),
        ("phase=abroad&sort=number", {"王雨桐", "单小雨", "吕一鸣"}),
        ("reach=looks", {"王雨桐", "单小雨", "吕一鸣"}),
        ("reach=none", set()),
        ("unit=%E5%A4%A7%E5%AD%A6", {"王雨桐", "单小雨", "吕一鸣"}),
        ("counsellor=C2", set()),
        ("state=nonsense&phase=%00&after=x~y", {"王雨桐", "单小雨", "吕一鸣"}),
    ],
)
def test_it_is_searched_and_narrowed(town: Town, her: int, query: str, expected: set[str]) -> None:
    assert her
    assert names(town, query) == expected


def test_a_new_name_is_found_and_the_old_one_is_not(town: Town, her: int) -> None:
    assert her
    person = town.app.database.read(lambda conn: people_store.by_number(conn, "S3"))
    assert person is not None
    town.app.database.write(lambda conn: people_store.update_person(conn, person.id, name="曾一鸣"))
    assert "曾一鸣" in town.signed_in("C1").get(f"{PAGE}?q=zeng").words
    assert names(town, "q=lv") == set()


@pytest.mark.parametrize("staff", ["X1", "B1"])
def test_supervisor_and_secretary_have_no_such_page(town: Town, her: int, staff: str) -> None:
    assert her
    visitor = town.signed_in(staff)
    csrf = _csrf(visitor)
    assert visitor.get(PAGE).status == 404
    assert visitor.get("/console/people-selected/1").status == 404
    for path in ("people-selected", "people-selected/1", "people-filters", "people-filters/drop"):
        assert visitor.post(f"/console/{path}", csrf | {"deed": "remind", "person": "S1"}).status == 404


def test_everybody_is_shown_once_over_all_pages(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people_list, "PAGE", 4)
    monkeypatch.setattr(people_list, "CHUNK", 3)
    monkeypatch.setattr(people_list, "LOOK_AT", 6)
    for number in range(15):
        person = town.ground.student(f"N{number:02}", name="同名" if number % 2 else f"张{number}")
        town.ground.trip(person, key=f"T{number}")
        town.ground.prompt(person, "late" if number % 5 == 0 else "open")
    for wanted in (
        Wanted(),
        Wanted(sort="number"),
        Wanted(state="silent"),
        Wanted(state="waiting"),
        Wanted(reach="looks"),
    ):
        seen = _numbers(_all_pages(town, wanted))
        every = {f"N{number:02}" for number in range(15)}
        late = {"N00", "N05", "N10"}
        assert sorted(seen) == sorted({"silent": late, "waiting": every - late}.get(wanted.state, every))


def _all_pages(town: Town, wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    after = ""
    for _ in range(30):
        page = town.app.database.read(
            lambda conn, after=after: people_page(conn, Scope.everything(), wanted, NOW, None, after)  # type: ignore[misc]
        )
        found += page.rows
        after = page.after
        if not after:
            return found
    raise AssertionError("it never ends")


def _numbers(rows: Sequence[Any]) -> list[str]:
    return [row.number for row in rows]


def test_a_filter_is_kept_under_a_name_of_ones_own_and_dropped(town: Town, her: int) -> None:
    assert her
    visitor = town.signed_in("C1")
    visitor.get(f"{PAGE}?country=US&state=silent")
    visitor.press("存下", name=" 纽约  沉默 ")
    page = visitor.follow()
    assert "纽约 沉默" in page.words
    assert 'href="/console/people?country=US&amp;state=silent"' in page.text
    assert "纽约 沉默" not in town.signed_in("C2").get(PAGE).words
    other = town.signed_in("C2")
    other.post("/console/people-filters/drop", _csrf(other) | {"filter": "1"})
    assert "纽约 沉默" in visitor.get(PAGE).words
    visitor.press("删掉", filter="1")
    assert "纽约 沉默" not in visitor.follow().words
    assert visitor.post("/console/people-filters", {"csrf": "forged", "name": "x", "query": "q=a"}).status == 403


def test_a_reminder_is_counted_first_then_sent_once_to_whoever_is_late(town: Town, her: int) -> None:
    assert her
    visitor = town.signed_in("C1")
    assert "王雨桐" in visitor.get(PAGE).words
    visitor.press("提醒", all="yes")
    page = visitor.follow()
    assert "3 人" in page.words
    assert "1 人还没按时回复" in page.words
    assert _reminders(town) == 0
    path = visitor.path
    visitor.press("提醒他们")
    page = visitor.follow()
    assert _reminders(town) == 1
    assert "已提醒" in page.words
    fields = _csrf(visitor)
    assert visitor.post(path, fields).status == 303
    assert _reminders(town) == 1
    visitor.get(PAGE)
    visitor.press("提醒", all="yes")
    visitor.follow()
    visitor.press("提醒他们")
    assert "之前已有人做过" in visitor.follow().words
    assert _reminders(town) == 1
    assert _lines(town, "selection.done") == 2


def test_more_time_is_given_once(town: Town, her: int) -> None:
    assert her
    visitor = town.signed_in("C1")
    visitor.get(PAGE)
    visitor.press("再等两天", person="S1")
    visitor.follow()
    visitor.press("再等两天")
    assert "多了两天" in visitor.follow().words
    assert _lines(town, "prompt.extended") == 1


def test_a_student_of_somebody_else_cannot_be_picked_and_there_is_no_hint_that_she_exists(town: Town, her: int) -> None:
    assert her
    visitor = town.signed_in("C1")
    fields = _csrf(visitor) | {"deed": "remind"}
    for number in ("S9", "nobody"):
        assert visitor.post("/console/people-selected", fields | {"person": number}).status == 303
        assert "还没有选人" in visitor.follow().words
    visitor.post("/console/people-selected", fields | {"person": "S1"})
    visitor.follow()
    path = visitor.path
    other = town.signed_in("C2")
    assert other.get(path).status == 404
    assert other.post(path, _csrf(other)).status == 404
    assert other.get("/console/people-selected/99999999999999999999999").status == 404
    assert visitor.post(path, {"csrf": "forged"}).status == 403
    assert visitor.post("/console/people-selected", fields | {"csrf": "forged", "person": "S1"}).status == 403
    assert visitor.post("/console/people-selected", fields | {"deed": "erase", "person": "S1"}).status == 400
    assert _reminders(town) == 0


def test_who_moved_out_of_the_scope_meanwhile_is_left_alone(town: Town, her: int) -> None:
    visitor = town.signed_in("C1")
    visitor.get(PAGE)
    visitor.press("提醒", person="S1")
    visitor.follow()
    person = town.app.database.read(lambda conn: people_store.by_number(conn, "S1"))
    assert person is not None
    path = visitor.path
    fields = _csrf(visitor)
    town.app.database.write(lambda conn: people_store.update_person(conn, person.id, counsellor_id=None))
    visitor.post(path, fields)
    assert "已不在你的学生里" in visitor.follow().words
    assert _reminders(town) == 0
    assert her


def test_a_roll_call_of_those_who_are_picked_is_counted_in_its_own_page(town: Town) -> None:
    town.ground.staff("O1", "office", name="办公室")
    person = town.ground.student("S1", name="王雨桐")
    town.ground.trip(person, departs=date(2026, 9, 1))
    visitor = town.signed_in("O1")
    visitor.get(PAGE)
    visitor.press("全员确认", person="S1")
    visitor.follow()
    page = visitor.press("先数一数", what="地铁停运", kind="drill")
    assert page.status == 200
    assert "1 人" in page.words
    assert "地铁停运" in page.words


def _csrf(visitor: Visitor) -> dict[str, str]:
    page = visitor.get("/console/digest")
    return {"csrf": page.text.split('name="csrf" value="')[1].split('"')[0]}


def _reminders(town: Town) -> int:
    query = select(func.count()).select_from(outbox).where(outbox.c.kind == "reminder")
    return town.app.database.read(lambda conn: conn.execute(query).scalar_one())


def _lines(town: Town, action: str) -> int:
    query = select(func.count()).select_from(journal).where(journal.c.action == action)
    return town.app.database.read(lambda conn: conn.execute(query).scalar_one())


def test_one_student_is_no_students(town: Town) -> None:
    counsellor = town.ground.staff("C1", "counsellor", language="en")
    town.ground.trip(town.ground.student("S1", counsellor=counsellor))
    visitor = town.signed_in("C1")
    assert "1 student on the list" in visitor.get(PAGE).words
    visitor.press("Remind", person="S1")
    assert "1 person" in visitor.follow().words
