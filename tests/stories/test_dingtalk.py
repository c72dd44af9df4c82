"""A student whose university uses DingTalk: she writes to the robot, is asked whether it is she, and does all by
numbers; connections die while she writes, and a month of calls runs out.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from bot.addresses.store import addresses
from bot.inbox.model import Incoming
from bot.inbox.store import inbox
from bot.outbox.store import outbox
from bot.platforms.store import platform_calls
from handlers.chat.turn import take_turn
from handlers.context import Chat
from tests.fakes.dingtalk import CLIENT_ID, OPEN_PATH, SEND_PATH, TOKEN_PATH, Failure, FakeDingTalk
from tests.fakes.dingtalk_frames import ROBOT_TOPIC, message
from tests.fakes.dingtalk_member import Member
from tests.stories.order import drained_in_order
from tests.stories.world import World, instant, world_at


@contextmanager
def university(
    folder: Path, start: str, database_url: str = "", **section: Any
) -> Iterator[tuple[World, FakeDingTalk]]:
    """Give a world whose university has DingTalk; what members do there is pushed through a connection."""
    with (
        FakeDingTalk() as dingtalk,
        world_at(folder, start, database_url=database_url, channels={"dingtalk": dingtalk.values(**section)}) as world,
    ):
        dingtalk.waits_until_open()
        yield world, dingtalk
        assert {name: one.unheard for name, one in dingtalk.members.items() if one.unheard} == {}


def joins(world: World, member: Member) -> Member:
    """Let a member write, agree, and take the first answer until nothing is asked any more."""
    member.says("你好")
    world.settle()
    while any("A " in text for text in member.unheard):
        member.forgets()
        member.says("A")
        world.settle()
    member.forgets()
    return member


def states(world: World) -> list[tuple[Any, ...]]:
    query = select(addresses.c.channel, addresses.c.account, addresses.c.external_id, addresses.c.state)
    found = world.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query)])
    return [one for one in found if one[0] == "dingtalk"]


def test_she_joins_answers_by_numbers_changes_and_calls_for_help(tmp_path: Path, any_database_url: str) -> None:
    with university(tmp_path, "2026-11-24 12:00", any_database_url) as (world, dingtalk):
        world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
        world.student("S1", "New York", "US", language="zh", linked=False)
        teacher, mei = joins(world, dingtalk.member("C1")), dingtalk.member("S1")
        mei.says("你好")
        world.settle()
        mei.hears("学校通讯录里，你是S*", "回复字母：", "A 可以，我同意")
        mei.says("a")
        world.settle()
        joins(world, mei)
        assert states(world)[-1] == ("dingtalk", CLIENT_ID, "S1", "working")

        world.fast_forward(to=instant("2026-11-24 23:30"))  # 18:30 in New York
        mei.hears("这周", "回复数字：", "1 平安", "2 有点难", "3 紧急")
        mei.says("1")
        world.settle()
        mei.hears()
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]
        mei.says("２")  # as a Chinese keyboard may write it
        world.settle()
        mei.hears()
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")] == ["answered"]  # that it is hard is hers to share
        assert teacher.unheard == []

        mei.sends("audio", recognition="救命啊", duration=2000)
        world.settle()
        assert any("911" in text for text in mei.unheard)
        mei.forgets()
        mei.says("SOS")
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]
        teacher.hears("S1")
        for one in (mei, teacher):
            one.forgets()


def test_many_are_asked_in_calls_of_twenty(tmp_path: Path) -> None:
    """Forty-five students with one local hour are three calls, and each has a result of her own."""
    with university(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
        numbers = [f"S{number:02}" for number in range(45)]
        for number in numbers:
            world.student(number, "New York", "US", language="zh", linked=False)
        joins(world, dingtalk.member("C1"))
        for number in numbers:
            joins(world, dingtalk.member(number))
        dingtalk.calls.clear()
        dingtalk.flow_controlled = {"S07"}
        world.fast_forward(to=instant("2026-11-24 23:34"))  # all were spread over their minutes by then
        sent = [values["userIds"] for path, values in dingtalk.calls if path == SEND_PATH]
        asked = [len(users) for users in sent if users != ["S07"]]
        assert sum(asked) >= 45
        assert len(asked) < 10, asked
        assert dingtalk.member("S07").unheard == []
        dingtalk.flow_controlled = set()
        world.fast_forward(minutes=15)
        for number in numbers:
            dingtalk.member(number).hears("这周")
            assert dingtalk.member(number).unheard == []


def test_a_stranger_gets_the_usual_reply_and_whoever_is_from_outside_none(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        nobody = dingtalk.member("nobody")
        nobody.says("你好")
        world.settle()
        nobody.hears("雁信")
        assert states(world) == []


def test_a_cry_of_somebody_from_outside_alarms_the_office_though_nobody_can_write_back(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        office = world.staff("O1", "office", language="zh")
        parent = message("", "n1", "text", text={"content": "救命"})
        del parent["senderStaffId"]
        dingtalk.delivers(ROBOT_TOPIC, parent)
        world.settle()
        office.hears("救命")
        world.forgets()
        dingtalk.delivers(ROBOT_TOPIC, parent)  # pushed again
        world.settle()
        assert office.unheard == []
        assert [path for path, _ in dingtalk.calls if path == SEND_PATH] == []
        assert states(world) == []
        world.cares = False


def test_a_message_that_breaks_a_handler_stays_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        world.staff("C1", "counsellor", scope="University", language="zh")
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = joins(world, dingtalk.member("S1"))

        def breaks(chat: Chat, incoming: Incoming) -> None:
            if incoming.text == "坏":
                raise ZeroDivisionError
            take_turn(chat, incoming)

        monkeypatch.setattr("handlers.process.take_turn", breaks)
        world.expects_errors = True
        mei.says("坏")
        mei.says("/help")
        world.settle()
        mei.hears("/sos 紧急求助")
        mei.forgets()
        query = select(inbox.c.state, inbox.c.error).where(inbox.c.channel == "dingtalk").order_by(inbox.c.id.desc())
        rows = world.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query.limit(2))])
        assert rows == [("done", None), ("failed", "ZeroDivisionError")]
        world.forgets()


def test_a_press_on_a_card_is_an_answer_and_shows_on_the_card(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00", cards=True) as (world, dingtalk):
        world.staff("C1", "counsellor", scope="University", linked=False)
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = dingtalk.member("S1")
        mei.says("你好")
        world.settle()
        mei.presses("可以，我同意")
        world.settle()
        joins(world, mei)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        answer = mei.presses("平安")
        world.settle()
        shown = json.loads(answer["data"])["response"]["cardData"]["cardParamMap"]
        assert (shown["tips"], json.loads(shown["sys_full_json_obj"])) == ("已收到 ✓", {"msgButtons": []})
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]


def test_connections_die_while_she_writes_and_what_comes_twice_counts_once(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
        world.student("S1", "New York", "US", language="zh", linked=False)
        joins(world, dingtalk.member("C1"))
        mei = joins(world, dingtalk.member("S1"))
        world.fast_forward(to=instant("2026-11-24 23:30"))
        mei.hears("这周")
        dingtalk.is_down(OPEN_PATH, Failure(status=503))
        dingtalk.cuts(0)
        dingtalk.waits_until_open(1)
        mei.says("1", number="n1")  # the one that is left hears her
        world.settle()
        mei.says("1", number="n1")  # and should the platform ever push it again
        world.settle()
        mei.hears()
        assert mei.unheard == []
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]
        dingtalk.is_down(OPEN_PATH, None)
        dingtalk.waits_until_open()
        dingtalk.says_goodbye(0)
        mei.says("SOS")
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]
        for one in dingtalk.members.values():
            one.forgets()


def test_whoever_dies_between_receipt_and_answer_has_it(tmp_path: Path) -> None:
    """The row is there before the platform hears so: whoever dies in between finds it at the next start."""
    with university(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        world.staff("C1", "counsellor", scope="University", linked=False)
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = dingtalk.member("S1")
        mei.says("你好", number="n1", awaits=False)
        dingtalk.waits_for(lambda: bool(dingtalk.answers), "the answer")  # it comes after the row, whoever dies then
        for which in (1, 0):
            dingtalk.cuts(which)
        rows = world.app.database.read(
            lambda conn: conn.execute(
                select(inbox.c.external_id, inbox.c.state).where(inbox.c.channel == "dingtalk")
            ).all()
        )
        assert [tuple(row) for row in rows] == [("n1", "new")]
        world.settle()
        mei.hears("学校通讯录里，你是S*")


def test_an_hour_without_a_token(tmp_path: Path) -> None:
    """One refresh at a time, one alarm, nothing lost, and alarms go out before questions."""
    with university(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        dingtalk.now = lambda: world.clock.real().timestamp()
        world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
        for number in ("S1", "S2"):
            world.student(number, "New York", "US", language="zh", linked=False)
        teacher = joins(world, dingtalk.member("C1"))
        mei, lin = (joins(world, dingtalk.member(number)) for number in ("S1", "S2"))
        dingtalk.forgets_tokens()
        dingtalk.token_calls.clear()
        dingtalk.is_down(TOKEN_PATH, Failure(status=502, body="<html>"))
        with capture_logs() as lines:
            world.fast_forward(to=instant("2026-11-24 23:31"))  # both were to be asked at 23:30
            lin.says("SOS")
            world.settle()
            world.fast_forward(to=instant("2026-11-25 00:30"))
        assert mei.unheard == lin.unheard == teacher.unheard == []
        assert 50 <= len(dingtalk.token_calls) <= 90  # one a minute once it waits its longest
        loud = [one["event"] for one in lines if one["log_level"] == "error" and one["event"].startswith("dingtalk.")]
        assert loud == ["dingtalk.no_token"]
        dingtalk.is_down(TOKEN_PATH, None)
        again = world.clock.now()
        world.fast_forward(minutes=2)
        assert drained_in_order(world, "dingtalk", again)  # her question behind the alarm and what lin is told
        assert any("这周" in text for text in mei.unheard)
        assert any("S2" in text for text in teacher.unheard)
        old = select(outbox.c.template).where(outbox.c.state == "expired").distinct()
        gone = world.app.database.read(lambda conn: list(conn.execute(old).scalars()))
        assert gone == ["student/case_went_on"]  # somebody else is told by now; the console counts them
        waiting = select(outbox.c.id).where(outbox.c.channel == "dingtalk", outbox.c.state == "waiting")
        left = world.app.database.read(
            lambda conn: list(conn.execute(waiting.where(outbox.c.next_try_at < world.clock.now())))
        )
        assert left == []
        for one in (mei, lin, teacher):
            one.forgets()


def test_the_office_hears_once_that_most_of_the_months_calls_are_used(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        world.staff("O1", "office", language="zh", linked=False)
        office = joins(world, dingtalk.member("O1"))
        world._run(world.app.rounds.quotas())
        world.settle()
        assert office.unheard == []
        world.app.database.write(lambda conn: conn.execute(update(platform_calls).values(calls=7_999)))
        office.says("/help")
        world.settle()
        office.forgets()
        with patch("scheduler.calls_nearly_used.load_helpers", lambda *_: SimpleNamespace(office=())):
            world._run(world.app.rounds.quotas())  # with nobody to tell it stays untold
        for _ in range(3):
            world._run(world.app.rounds.quotas())
            world.settle()
        text = office.hears("钉钉每月可以调用接口 10000 次，本月已经用了 80")
        assert "下月 1 日" in text
        assert world.app._troubles()["dingtalk"] == {"month_used_percent": 80}
        month = world.app.database.read(lambda conn: conn.execute(select(platform_calls.c.month)).scalar_one())
        assert month == "2026-11"
