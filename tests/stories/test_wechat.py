"""A student who reads WeChat only: she scans a code, answers by number, calls for help, and is silent for days."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.addresses.store import addresses
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from bot.views.channel_health import channel_health
from bot.views.scope import Scope
from handlers import wechat_webhook
from handlers.links_made import INVITED_FOR, invite_links
from handlers.wechat_webhook import PATH
from tests.fakes.wechat import ONCE, TEMPLATE, FakeWeChat
from tests.fakes.wechat_follower import Follower
from tests.fakes.wecom import Failure
from tests.fakes.wecom_calls import call
from tests.stories.order import drained_in_order
from tests.stories.world import World, instant, world_at

FORM = {"id": TEMPLATE, "kinds": ["question"], "fields": {"thing1": "{text}", "thing2": "{reply}"}}


@contextmanager
def university(folder: Path, start: str, database_url: str = "", **section: Any) -> Iterator[tuple[World, FakeWeChat]]:
    """Give a world whose university has an Official Account; what followers do there reaches the webhook."""
    patience = pytest.MonkeyPatch.context()  # a busy machine is no reason for an empty answer
    with (
        patience as patch,
        FakeWeChat() as wechat,
        world_at(folder, start, database_url=database_url, channels={"wechat": wechat.values(**section)}) as world,
    ):
        patch.setattr(wechat_webhook, "TIME_TO_BEGIN", 3.0)
        wechat.now = lambda: world.clock.real().timestamp()

        def account(query: str, body: bytes) -> tuple[int, bytes]:
            return world._run(call(world.app.web, PATH, query, body))

        wechat.calls_account(account)
        yield world, wechat
        assert {name: one.unheard for name, one in wechat.followers.items() if one.unheard} == {}


def joins(world: World, wechat: FakeWeChat, number: str) -> Follower:
    """Let somebody scan her invitation, agree, and take the first answer until nothing is asked any more."""
    her = wechat.follower(f"openid-{number}")
    her.scans(code_for(world, number))
    world.settle()
    while any("A " in text for text in her.unheard):
        her.forgets()
        her.says("A")
        world.settle()
    her.forgets()
    return her


def enrolled(world: World, wechat: FakeWeChat) -> Follower:
    world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
    world.student("S1", "New York", "US", language="zh", linked=False)
    return joins(world, wechat, "S1")


def code_for(world: World, number: str) -> str:
    real = world.clock.real()
    made = world.app.database.write(lambda conn: invite_links(conn, world.app.settings, [number], real))
    (token,) = [one.token for one in made if one.channel == "wechat"]
    (channel,) = [one for one in world.app.channels if one.name == "wechat"]
    found: str = world._run(asyncio.wait_for(channel.invitation(token, INVITED_FOR), 20))  # type: ignore[attr-defined]
    return found


def states(world: World) -> list[tuple[Any, ...]]:
    query = select(addresses.c.external_id, addresses.c.state, addresses.c.shut).where(addresses.c.channel == "wechat")
    return world.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query)])


def waiting(world: World) -> list[tuple[Any, ...]]:
    query = select(outbox.c.kind, outbox.c.reason).where(outbox.c.state == "waiting", outbox.c.channel == "wechat")
    return world.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query)])


def test_she_scans_answers_by_number_and_calls_for_help(tmp_path: Path, any_database_url: str) -> None:
    with university(tmp_path, "2026-11-24 12:00", any_database_url) as (world, wechat):
        world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
        world.student("S1", "New York", "US", language="zh", linked=False)
        teacher = joins(world, wechat, "C1")
        mei = wechat.follower("openid-S1")
        answer = mei.scans(code_for(world, "S1"))
        assert "A 可以，我同意" in answer  # in the answer of the callback itself
        world.settle()
        mei.hears("回复字母：", "A 可以，我同意")
        mei.says("A")
        world.settle()
        while any("A " in text for text in mei.unheard):
            mei.forgets()
            mei.says("A")
            world.settle()
        mei.forgets()
        assert states(world)[-1] == ("openid-S1", "working", None)

        world.fast_forward(to=instant("2026-11-24 23:30"))  # 18:30 in New York
        mei.hears("这周", "回复数字：", "1 平安", "2 有点难", "3 紧急")
        once, twice, thrice = mei.says("1", times=3)
        assert once == twice == thrice != ""
        world.settle()
        mei.hears()
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]

        assert "现在没有能申请的项目" in mei.taps("/opportunities")
        mei.forgets()

        mei.says("救命")
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]
        assert any("911" in text for text in mei.passive[-1:])
        teacher.hears("S1")
        for one in (mei, teacher):
            one.forgets()


def test_the_window_closes_and_what_waits_goes_out_when_she_writes(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, wechat):
        mei = enrolled(world, wechat)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        mei.hears("这周")
        mei.says("1")
        world.settle()
        mei.forgets()
        world.fast_forward(to=instant("2026-12-08 23:30"))  # the next week: she was last heard seven days ago
        assert mei.unheard == []
        assert waiting(world)[0] == ("question", "window_closed")
        assert states(world) == [("openid-S1", "working", "window_closed")]
        mei.says("老师好")
        world.settle()
        assert any("回复数字：" in text for text in mei.unheard)
        mei.forgets()
        assert states(world) == [("openid-S1", "working", None)]
        mei.says("1")
        world.settle()
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")][-1] in {"fine", "answered"}


def test_nobody_can_reach_her_and_the_ladder_says_so(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, wechat):
        teacher = world.staff("C1", "counsellor", scope="University", language="zh")
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = joins(world, wechat, "S1")
        world.fast_forward(to=instant("2026-11-24 23:30"))
        mei.says("1")
        world.settle()
        mei.forgets()
        world.fast_forward(to=instant("2026-12-12 00:00"))
        assert mei.unheard == []
        query = select(prompts.c.state).where(prompts.c.item == "checkin", prompts.c.occasion == "2026-12-08")
        assert world.app.database.read(lambda conn: conn.execute(query).scalar_one()) == "unreached"
        assert ("unreached", "open") in world.cases("S1")
        teacher.hears("S1")
        world.forgets()


def test_outside_the_window_a_template_asks_and_she_answers_it(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00", templates=[FORM]) as (world, wechat):
        mei = enrolled(world, wechat)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        mei.says("1")
        world.settle()
        mei.forgets()
        world.fast_forward(to=instant("2026-12-08 23:30"))
        assert mei.forms[-1]["data"]["thing2"]["value"] == "回复 1 平安 2 有点难 3 紧急"
        mei.forgets()
        mei.says("1")
        world.settle()
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")] == ["fine", "fine"]


def test_a_leave_that_she_has_given_carries_one_question_and_no_second(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00", templates=[FORM | {"id": ONCE, "once": True}]) as (world, wechat):
        mei = enrolled(world, wechat)
        mei.allows(ONCE)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        mei.says("1")  # asked within the window, which takes no leave
        world.settle()
        mei.forgets()
        world.fast_forward(to=instant("2026-12-08 23:30"))
        assert mei.forms[-1]["data"]["thing2"]["value"] == "回复 1 平安 2 有点难 3 紧急"
        assert mei.leave == {ONCE: 0}
        mei.says("1")
        world.settle()
        mei.forgets()
        world.fast_forward(to=instant("2026-12-22 23:30"))
        assert mei.unheard == []
        assert waiting(world)[0] == ("question", "no_subscription")
        assert states(world) == [("openid-S1", "working", "no_subscription")]


def test_she_unfollows_and_comes_back(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, wechat):
        mei = enrolled(world, wechat)
        mei.leaves()
        world.settle()
        assert [state for _, state, _ in states(world)] == ["gone"]
        mei.starts()
        world.settle()
        mei.hears()
        mei.forgets()
        assert [state for _, state, _ in states(world)] == ["working"]


def test_a_stranger_who_follows_hears_how_to_begin(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, wechat):
        nobody = wechat.follower("openid-nobody")
        nobody.starts()
        world.settle()
        nobody.hears("雁信")
        assert states(world) == []


def test_an_hour_without_a_token(tmp_path: Path) -> None:
    """One refresh at a time, one alarm, nothing lost but what is too old, which is reported, and alarms go first."""
    with university(tmp_path, "2026-11-24 12:00") as (world, wechat):
        world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
        for number in ("S1", "S2"):
            world.student(number, "New York", "US", language="zh", linked=False)
        teacher, mei, lin = (joins(world, wechat, number) for number in ("C1", "S1", "S2"))
        wechat.forgets_tokens()
        wechat.token_calls.clear()
        wechat.is_down("stable_token", Failure(status=502, body="<html>"))
        with capture_logs() as lines:
            world.fast_forward(to=instant("2026-11-24 23:31"))  # both were to be asked at 23:30
            assert "911" in lin.says("SOS")[0]  # what stands in the answer of the callback needs no token
            world.settle()
            world.fast_forward(to=instant("2026-11-25 00:30"))
        lin.forgets()
        assert mei.unheard == teacher.unheard == []
        assert 50 <= len(wechat.token_calls) <= 90  # one a minute once it waits its longest, however many wait
        loud = [one["event"] for one in lines if one["log_level"] == "error" and one["event"].startswith("wechat.")]
        assert loud == ["wechat.no_token"]
        assert world.app._troubles()["wechat"]["no_token"] == 1
        wechat.is_down("stable_token", None)
        again = world.clock.now()
        world.fast_forward(minutes=2)
        assert drained_in_order(world, "wechat", again)
        assert any("这周" in text for text in mei.unheard)
        assert any("S2" in text for text in teacher.unheard)
        assert waiting(world) == []
        now = world.clock.now()
        (health,) = world.app.database.read(
            lambda conn: [
                one
                for one in channel_health(conn, Scope.everything(), now, ["wechat"], world.app._troubles())
                if one.channel == "wechat"
            ]
        )
        assert (health.day["expired"], health.troubles) == (3, {})  # every ten minutes: somebody else is told now
        for one in (mei, lin, teacher):
            one.forgets()
