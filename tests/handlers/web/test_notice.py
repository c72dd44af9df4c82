"""Words for a group in the console: both languages at once, a QR code, faults that lose nothing, and only for staff."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import App
from bot.clock import ManualClock
from bot.groups.store import group_posts
from bot.journal.store import journal
from bot.settings import Settings
from tests.fakes.ground import NOW, Ground
from tests.fakes.school import settle
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town, settings_in

PAGE = "/console/notice"


@pytest.fixture
def town(town: Town) -> Town:
    settle(town.ground)
    return town


def test_both_languages_and_a_qr_code(town: Town) -> None:
    visitor = town.signed_in("O1")
    visitor.get(PAGE)
    values = {"meeting": "yes", "at": "2026-11-28T20:00+08:00", "countries": "英国", "link": "https://meet.example/1"}
    page = visitor.press("生成文字", **values)
    assert page.status == 200
    assert "11月28日 周六 12:00：伦敦" in page.text
    assert "Sat 28 Nov, 12:00: London" in page.text
    assert 'src="data:image/png;base64,' in page.text


def test_a_fault_is_said_and_nothing_that_was_written_is_lost(town: Town) -> None:
    visitor = town.signed_in("O1")
    visitor.get(PAGE)
    page = visitor.press("生成文字", meeting="", text="还没回的：王雨桐")
    assert page.status == 422
    assert "群通知从不点名" in page.words
    assert "还没回的：王雨桐" in page.text
    visitor.get(PAGE)
    assert "看不懂这个时间" in visitor.press("生成文字", meeting="", text="x", at="tomorrow").words
    visitor.get(PAGE)
    assert visitor.press("生成文字", meeting="", text="x", link="ftp://x").status == 422


def test_it_is_nothing_for_a_supervisor(town: Town) -> None:
    assert town.signed_in("X1").get(PAGE).status == 404
    assert town.visitor().get(PAGE).status == 401


def test_nobody_there_has_words_of_its_own(town: Town) -> None:
    visitor = town.signed_in("O1")
    visitor.get(PAGE)
    page = visitor.press("生成文字", meeting="yes", at="2026-11-28T20:00+08:00", countries="冰岛")
    assert page.status == 422
    assert "那里现在没有学生，写不出当地时间" in page.words
    assert "全员确认" not in page.words.partition("冰岛")[0].rpartition("那里现在")[2]


@pytest.fixture
def grouped(tmp_path: Path) -> Iterator[Town]:
    there = {"webhook": "http://127.0.0.1:9/robot/send?access_token=hush"}
    dingtalk = {"enabled": True, "client_id": "d", "client_secret": "s", "robot_code": "r"}
    values = settings_in(tmp_path).model_dump()
    values["channels"]["dingtalk"] = dingtalk | {"groups": [{"name": "赴英同学"} | there]}
    clock = ManualClock(NOW)
    app = App(Settings.model_validate(values), clock, paced=False)
    town = Town(app, clock, Ground(app.database))
    settle(town.ground)
    yield town
    app.close()


def written(visitor: Visitor, **values: str) -> None:
    visitor.get(PAGE)
    given = {"meeting": "yes", "at": "2026-11-28T20:00+08:00", "countries": "英国"} | values
    assert "发到有机器人的群里" in visitor.press("生成文字", **given).words


def posts(town: Town) -> list[tuple[object, ...]]:
    query = select(group_posts.c.name, group_posts.c.state, group_posts.c.text, group_posts.c.author_id)
    return town.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query)])


def test_a_group_gets_it_after_a_second_press_and_once(grouped: Town) -> None:
    visitor = grouped.signed_in("O1")
    written(visitor)
    again = visitor.press("再看一遍", group="赴英同学", language="zh")
    assert (again.status, posts(grouped)) == (200, [])
    assert "发到“赴英同学”吗？" in again.words
    assert "周六 12:00：伦敦" in again.text
    assert "We meet online" not in again.text
    form = next(one for one in again.forms if one.action.endswith("/send"))
    for _ in range(2):  # pressed twice, or sent again by a browser
        assert visitor.post(form.action, form.fields).status == 303
    ((name, state, text, author),) = posts(grouped)
    assert (name, state) == ("赴英同学", "waiting")
    assert "周六 12:00：伦敦" in str(text)
    line = select(journal.c.actor_id, journal.c.detail).where(journal.c.action == "group.written_to")
    lines = grouped.app.database.read(lambda conn: [tuple(row) for row in conn.execute(line)])
    assert [(actor, detail["group"]) for actor, detail in lines] == [(author, "赴英同学")]
    assert "赴英同学 (钉钉): 正在发" in visitor.get(PAGE).words
    assert "把文字发到了群里" in visitor.get("/console/audit?kind=channels").words
    assert "hush" not in visitor.get(PAGE).text


def test_what_has_become_wrong_meanwhile_is_refused(grouped: Town) -> None:
    visitor = grouped.signed_in("O1")
    written(visitor)
    assert "这个群已经不在了" in visitor.press("再看一遍", group="别的群").words
    written(visitor, meeting="", at="", text="大家好", branches="B1")
    assert "不经钉钉发送" in visitor.press("再看一遍", group="赴英同学").words
    written(visitor)
    again = visitor.press("再看一遍", group="赴英同学")
    form = next(one for one in again.forms if one.action.endswith("/send"))
    assert visitor.post(form.action, form.fields | {"text": "还没回的：王雨桐"}).status == 422
    assert visitor.post(form.action, form.fields | {"press": ""}).status == 422
    assert posts(grouped) == []


def test_a_counsellor_writes_words_but_sends_none_into_a_group(grouped: Town) -> None:
    visitor = grouped.signed_in("C1")
    visitor.get(PAGE)
    page = visitor.press("生成文字", text="大家好", meeting="")
    assert "发到有机器人的群里" not in page.words
    csrf = next(one for one in page.forms if one.action == PAGE).fields["csrf"]
    for path in (f"{PAGE}/group", f"{PAGE}/group/send"):
        fields = {"csrf": csrf, "text": "x", "group": "赴英同学", "press": "a" * 32}
        assert visitor.post(path, fields).status == 404
    assert posts(grouped) == []
