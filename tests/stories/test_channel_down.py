"""A channel takes nothing any more: the office hears of it on another one, once, and again when it works."""

from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

import pytest
from structlog.testing import capture_logs

from tests.fakes.dingtalk import TOKEN_PATH
from tests.fakes.dingtalk import Failure as DingTalkFailure
from tests.fakes.wecom import Failure
from tests.stories.test_dingtalk import joins as joins_dingtalk
from tests.stories.test_dingtalk import university as with_dingtalk
from tests.stories.test_faults_outage import cut_off
from tests.stories.test_wecom import joins
from tests.stories.test_wecom import university as with_wecom
from tests.stories.world import World, instant

DOWN = Failure(status=502, body="<html>")


def watched(world: World, *, minutes: int) -> None:
    """Let time pass as it does in a service that runs: its bell looks each minute at what channels say."""
    until = world.clock.now() + timedelta(minutes=minutes)
    with capture_logs():  # the outage is loud there
        while world.clock.now() < until:
            world.fast_forward(minutes=1)
            world._run(world.app.rounds.outages())
        world.settle()


def test_the_office_hears_once_that_wecom_gives_no_token_and_when_it_does_again(tmp_path: Path) -> None:
    with with_wecom(tmp_path, "2026-11-24 12:00") as (world, wecom):
        world.staff("C1", "counsellor", linked=False)
        office = world.staff("O1", "office", language="zh", zone="Europe/Berlin")
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = joins(world, wecom.member("S1"))
        world.fast_forward(to=instant("2026-11-24 12:55"))
        wecom.forgets_tokens()
        wecom.is_down("gettoken", DOWN)
        mei.says("你好")
        watched(world, minutes=9)
        assert office.unheard == []
        watched(world, minutes=6)
        told = office.hears("企业微信从", "起用不了").text
        assert "11月24日 周二 13:5" in told  # on the wall of Berlin
        assert "平台不让登录" in told
        assert "有 1 条消息在等，一恢复就发出去" in told
        assert "yanxin doctor" in told
        watched(world, minutes=45)
        assert office.unheard == []
        wecom.is_down("gettoken", None)
        watched(world, minutes=8)
        assert mei.unheard != []
        mei.forgets()
        over = office.hears("企业微信恢复了，停了").text
        assert "/console/messages" in over
        watched(world, minutes=5)
        assert office.unheard == []


def test_at_night_the_office_sleeps_unless_it_lasts_until_the_morning(tmp_path: Path) -> None:
    with with_wecom(tmp_path, "2026-11-24 12:00") as (world, wecom):
        world.staff("C1", "counsellor", linked=False)
        office = world.staff("O1", "office", zone="Asia/Shanghai")
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = joins(world, wecom.member("S1"))
        world.fast_forward(to=instant("2026-11-24 18:00"))  # two in the night
        wecom.forgets_tokens()
        wecom.is_down("gettoken", DOWN)
        mei.says("你好")
        watched(world, minutes=30)
        wecom.is_down("gettoken", None)
        watched(world, minutes=8)
        mei.forgets()
        wecom.forgets_tokens()
        wecom.is_down("gettoken", DOWN)
        world.fast_forward(to=instant("2026-11-24 22:20"))
        mei.says("你好")
        watched(world, minutes=15)
        assert office.unheard == []
        world.fast_forward(to=instant("2026-11-24 23:00"))
        watched(world, minutes=2)
        office.hears("WeCom does not work, since Wed 25 Nov, 06:2", "does not let us in")
        wecom.is_down("gettoken", None)
        watched(world, minutes=8)
        office.hears("WeCom works again")
        mei.forgets()


def test_nobody_is_told_of_a_channel_on_that_channel(tmp_path: Path) -> None:
    with with_wecom(tmp_path, "2026-11-24 12:00") as (world, wecom):
        world.staff("C1", "counsellor", linked=False)
        world.staff("O1", "office", language="zh", linked=False)
        office = joins(world, wecom.member("O1"))
        wecom.forgets_tokens()
        wecom.is_down("gettoken", DOWN)
        office.says("/help")
        watched(world, minutes=30)
        wecom.is_down("gettoken", None)
        watched(world, minutes=8)
        assert not any("用不了" in text or "恢复了" in text for text in office.unheard)
        office.forgets()


def test_dingtalk_without_a_token_is_told_of_too(tmp_path: Path) -> None:
    with with_dingtalk(tmp_path, "2026-11-24 12:00") as (world, dingtalk):
        world.staff("C1", "counsellor", linked=False)
        office = world.staff("O1", "office", language="zh")
        dingtalk.now = lambda: world.clock.real().timestamp()
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = joins_dingtalk(world, dingtalk.member("S1"))
        dingtalk.forgets_tokens()
        dingtalk.is_down(TOKEN_PATH, DingTalkFailure(status=502, body="<html>"))
        mei.says("你好")
        watched(world, minutes=16)
        office.hears("钉钉从", "平台不让登录")
        dingtalk.is_down(TOKEN_PATH, None)
        watched(world, minutes=8)
        office.hears("钉钉恢复了")
        mei.forgets()


def test_a_network_that_is_cut_is_noticed_by_what_comes_of_the_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with with_wecom(tmp_path, "2026-11-24 12:00") as (world, wecom):
        world.staff("C1", "counsellor", linked=False)
        world.staff("O1", "office", language="zh", linked=False)
        office = joins(world, wecom.member("O1"))
        phone = world.student("S1", "New York", "US")
        world.fast_forward(minutes=1)
        with cut_off(world, monkeypatch):
            phone.says("Hello")
            watched(world, minutes=40)
            told = [text for text in office.unheard if "Telegram" in text]
            assert len(told) == 1
            assert "最近每一条都没发出去" in told[0]
            office.forgets()
        phone.says("Hello?")
        watched(world, minutes=20)
        assert any("Telegram恢复了" in text for text in office.unheard)
        office.forgets()
        world.forgets()


def test_what_a_channel_says_of_a_limit_or_of_one_answer_wakes_nobody(tmp_path: Path) -> None:
    said = MappingProxyType({"day_used_percent": 90, "answer_42": 3, "frames_not_understood": 1})
    with with_wecom(tmp_path, "2026-11-24 12:00") as (world, _):
        world.staff("C1", "counsellor", linked=False)
        office = world.staff("O1", "office")
        with patch.object(world.app.rounds, "troubles", lambda: {"wecom": dict(said)}):
            watched(world, minutes=20)
        assert office.unheard == []


def test_a_channel_that_comes_and_goes_is_told_of_once(tmp_path: Path) -> None:
    with with_wecom(tmp_path, "2026-11-24 12:00") as (world, _):
        world.staff("C1", "counsellor", linked=False)
        office = world.staff("O1", "office")
        for _ in range(8):
            with patch.object(world.app.rounds, "troubles", lambda: {"wecom": {"no_token": 1}}):
                watched(world, minutes=2)
            watched(world, minutes=2)
        office.hears("WeCom does not work, since")
        watched(world, minutes=4)
        office.hears("WeCom works again, after 29 minutes")


def test_a_process_that_has_just_started_does_not_say_that_it_works_again(tmp_path: Path) -> None:
    with with_wecom(tmp_path, "2026-11-24 12:00") as (world, wecom):
        world.staff("C1", "counsellor", linked=False)
        office = world.staff("O1", "office")
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = joins(world, wecom.member("S1"))
        wecom.forgets_tokens()
        wecom.is_down("gettoken", DOWN)
        mei.says("你好")
        watched(world, minutes=16)
        office.hears("WeCom does not work")
        with patch.object(world.app.rounds, "troubles", dict):  # as of a process that has called nothing yet
            watched(world, minutes=8)
        assert office.unheard == []
        wecom.is_down("gettoken", None)
        watched(world, minutes=8)
        office.hears("WeCom works again")
        mei.forgets()


def test_it_begins_anew_after_it_was_over(tmp_path: Path) -> None:
    with with_wecom(tmp_path, "2026-11-24 12:00") as (world, _):
        world.staff("C1", "counsellor", linked=False)
        office = world.staff("O1", "office")
        for _ in range(2):
            with patch.object(world.app.rounds, "troubles", lambda: {"wecom": {"not_connected": 1}}):
                watched(world, minutes=12)
            office.hears("WeCom does not work", "nothing that is written there arrives")
            watched(world, minutes=5)
            office.hears("WeCom works again, after 11 minutes")
