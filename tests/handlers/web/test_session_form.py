"""The form of sessions: made, changed and called off by whoever leads the branch; what was typed is never lost."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.branches.store import branch_members, branches
from bot.outbox.store import outbox
from bot.programmes.store import programme_versions
from bot.programmes.versions import default_text
from bot.sessions import store
from bot.sessions.model import Session
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

NEW = "/console/sessions/new"
GOOD = {
    "title": "读书会",
    "starts_at": "2026-11-21T20:00",
    "zone": "Asia/Shanghai",
    "minutes": "90",
    "link": "https://meet.example.edu/abc",
    "material": "第三章",
}
START = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def visitor(town: Town) -> Visitor:
    """Return the secretary of a branch of one member in New York."""
    town.ground.put(programme_versions, text=default_text(), sha256="", loaded_at=NOW)
    secretary = town.ground.staff("B1", "secretary", name="赵书记")
    member = town.ground.student("S1", name="王雨桐")
    town.ground.trip(member)
    branch = town.ground.put(branches, key="纽约支部", kind="party", secretary_id=secretary)
    town.ground.put(branch_members, branch_id=branch, person_id=member)
    return town.signed_in("B1")


def sessions(town: Town) -> list[Session]:
    def look(conn: Connection) -> list[Session]:
        ids = conn.execute(select(store.sessions.c.id)).scalars()
        return list(store.by_ids(conn, list(ids)).values())

    return town.app.database.read(look)


def told(town: Town) -> list[str]:
    query = select(outbox.c.template).order_by(outbox.c.id)
    return town.app.database.read(lambda conn: list(conn.execute(query).scalars()))


def made(town: Town, visitor: Visitor) -> Session:
    visitor.get(NEW)
    assert visitor.press("邀请全支部", **GOOD).status == 303
    (one,) = sessions(town)
    return one


def test_it_is_made_changed_and_called_off(town: Town, visitor: Visitor) -> None:
    one = made(town, visitor)
    assert (one.title, one.starts_at, one.minutes, one.material) == ("读书会", START, 90, "第三章")
    assert (one.is_discreet, one.rsvp_by) == (True, START - timedelta(days=1))
    assert "王雨桐" in visitor.follow().words
    assert "读书会" in visitor.get("/console/sessions").words

    path = f"/console/sessions/{one.id}/change"
    shown = visitor.get(path)
    assert 'value="2026-11-21T20:00"' in shown.text
    visitor.press("修改并告诉大家", starts_at="2026-11-22T21:00")
    (moved,) = sessions(town)
    assert (moved.starts_at, moved.moved_from) == (START + timedelta(days=1, hours=1), START)
    assert moved.rsvp_by == moved.starts_at - timedelta(days=1)
    assert (moved.title, moved.link, moved.sequence) == (one.title, one.link, 1)
    assert town.app.database.read(lambda conn: store.invitations_of(conn, one.id))[0].told_start == moved.starts_at

    visitor.get(path)
    visitor.press("确定取消")
    assert "已取消" in visitor.follow().words
    assert visitor.get(path).status == 303
    assert "修改或取消" not in visitor.follow().words


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": " "}, "请写上主题"),
        ({"starts_at": ""}, "请选日期和时间"),
        ({"starts_at": "2026-11-21"}, "还差几点"),
        ({"starts_at": "2026-11-18T19:00"}, "已经过去了"),
        ({"starts_at": "2028-11-18T19:00"}, "一年以后"),
        ({"zone": "Mars/Olympus"}, "没有这个时区"),
        ({"minutes": "-30"}, "请写分钟数"),
        ({"minutes": "1e3"}, "请写分钟数"),
        ({"minutes": "²"}, "请写分钟数"),
        ({"minutes": "721"}, "请写分钟数"),
        ({"link": "javascript:alert(1)"}, "这不是链接"),
        ({"link": "meet.example.edu/abc"}, "这不是链接"),
        ({"rsvp_by": "2026-11-23T20:00"}, "答复截止"),
        ({"title": "长" * 121}, "太长了"),
        ({"branch": "别人的支部"}, "你负责的支部"),
        ({"every": "week", "times": "0"}, "一共办几次"),
        ({"every": "week", "times": "500"}, "一共办几次"),
        ({"every": "month", "times": "3", "starts_at": "2026-12-31T20:00"}, "不是每个月都有"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_is_kept(
    town: Town, visitor: Visitor, wrong: dict[str, str], words: str
) -> None:
    visitor.get(NEW)
    shown = visitor.press("邀请全支部", **GOOD | wrong)
    assert (shown.status, words in shown.words) == (422, True), shown.words
    assert sessions(town) == []
    for name, value in (GOOD | wrong).items():
        if value.strip() and name != "branch":
            assert value in shown.text, name


def test_a_series_is_made_changed_from_one_on_and_called_off(town: Town, visitor: Visitor) -> None:
    visitor.get(NEW)
    assert visitor.press("邀请全支部", **GOOD, every="week", times="3").status == 303
    assert "每周 · 第 1 次" in visitor.follow().words
    first, second, third = sessions(town)
    assert [one.starts_at - START for one in (first, second, third)] == [timedelta(weeks=number) for number in range(3)]
    assert "日历里已经有了" in visitor.get(f"/console/sessions/{third.id}").words
    visitor.get(f"/console/sessions/{second.id}/change")
    assert visitor.press("修改并告诉大家", minutes="45", following="on").status == 303
    assert [one.minutes for one in sessions(town)] == [90, 45, 45]
    visitor.get(f"/console/sessions/{second.id}/change")
    visitor.press("这次和后面的都取消")
    assert [one.state.value for one in sessions(town)] == ["planned", "cancelled", "cancelled"]


def test_a_button_pressed_twice_makes_one_session(town: Town, visitor: Visitor) -> None:
    one = made(town, visitor)
    visitor.get(NEW)
    assert visitor.press("邀请全支部", **GOOD).headers["location"] == f"/console/sessions/{one.id}"
    assert len(sessions(town)) == 1


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten_unseen(town: Town, visitor: Visitor) -> None:
    one = made(town, visitor)
    path = f"/console/sessions/{one.id}/change"
    other = town.signed_in("B1")
    other.get(path)
    visitor.get(path)
    visitor.press("修改并告诉大家", minutes="60")
    shown = other.press("修改并告诉大家", title="另一个主题")
    assert (shown.status, "有人改过" in shown.words, "另一个主题" in shown.text) == (422, True, True)
    assert sessions(town)[0].title == "读书会"
    assert other.press("修改并告诉大家", title="另一个主题").status == 303


def test_questions_of_her_own_are_kept_and_shown_again_and_tell_nobody_anything(town: Town, visitor: Visitor) -> None:
    visitor.get(NEW)
    assert visitor.press("邀请全支部", **GOOD, question2="哪一段最难？").status == 303
    (one,) = sessions(town)
    assert one.questions == ("", "哪一段最难？", "")
    before = told(town)
    shown = visitor.get(f"/console/sessions/{one.id}/change")
    assert 'value="哪一段最难？"' in shown.text
    assert visitor.press("修改并告诉大家", question1="讲了什么？").status == 303
    assert sessions(town)[0].questions == ("讲了什么？", "哪一段最难？", "")
    assert told(town) == before


def test_nothing_changed_tells_nobody_anything(town: Town, visitor: Visitor) -> None:
    one = made(town, visitor)
    before = told(town)
    visitor.get(f"/console/sessions/{one.id}/change")
    assert "还没有改动" in visitor.press("修改并告诉大家").words
    assert told(town) == before


@pytest.mark.parametrize("role", ["secretary", "office", "counsellor", "supervisor", "reader"])
def test_nobody_else_makes_changes_or_calls_off_anything(town: Town, visitor: Visitor, role: str) -> None:
    one = made(town, visitor)
    town.ground.staff("X1", role)
    other = town.signed_in("X1")
    path = f"/console/sessions/{one.id}"
    assert other.get(f"{path}/change").status == 404
    shown = other.get(NEW)
    assert (shown.status, "纽约" in shown.words) == (200 if role in {"secretary", "office"} else 404, False)
    csrf = other.get("/console/me").forms[0].fields["csrf"]
    given = GOOD | {"csrf": csrf, "branch": "纽约支部", "sequence": "0", "title": "闯入"}
    for form in (NEW, f"{path}/change", f"{path}/cancel"):
        assert other.post(form, given).status in {403, 404, 422}
        assert other.post(form, given | {"csrf": "x"}).status == 403
    assert sessions(town) == [one]


def test_a_deputy_does_all_that_the_secretary_does(town: Town, visitor: Visitor) -> None:
    one = made(town, visitor)
    deputy = town.ground.staff("B2", "secretary", name="钱副书记")
    town.app.database.write(lambda conn: conn.execute(branches.update().values(deputy_id=deputy)))
    other = town.signed_in("B2")
    assert "读书会" in other.get("/console/sessions").words
    other.get(f"/console/sessions/{one.id}/change")
    assert other.press("修改并告诉大家", minutes="45").status == 303
    assert sessions(town)[0].minutes == 45
