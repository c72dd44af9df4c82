"""The robots of groups against the fakes: signatures, what each answer means, where they call; no leaks."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.checkup import State
from bot.channels.dingtalk import groups as dingtalk_groups
from bot.channels.group_robot import GroupRobot, at
from bot.channels.wecom import groups as wecom_groups
from bot.clock import SystemClock
from bot.outbox.model import Result, ResultKind
from bot.settings import Limits
from tests.fakes.dingtalk import GROUP_PATH, Failure, FakeDingTalk
from tests.fakes.group_robots import Group
from tests.fakes.wecom import FakeWeCom


@pytest.fixture
def dingtalk() -> Iterator[FakeDingTalk]:
    with FakeDingTalk() as running:
        yield running


@pytest.fixture
def wecom() -> Iterator[FakeWeCom]:
    with FakeWeCom() as running:
        yield running


def robot(fake: FakeDingTalk, group: Group, **changes: Any) -> GroupRobot:
    section = fake.section(groups=[fake.groups.values(group, "https://oapi.dingtalk.com") | changes])
    return dingtalk_groups.robots(section, Limits(), SystemClock().real)[0]


def posted(robot: GroupRobot, text: str = "大家好") -> tuple[ResultKind, str | None]:
    result: Result = asyncio.run(robot.post(text))
    return result.kind, result.reason


def test_a_signed_call_goes_to_the_host_of_api_url(dingtalk: FakeDingTalk) -> None:
    group = dingtalk.groups.add("群", secret="SECret/+=")
    assert posted(robot(dingtalk, group)) == (ResultKind.ACCEPTED, None)
    assert group.texts == ["大家好"]
    assert posted(robot(dingtalk, group, secret="another")) == (ResultKind.OUR_FAULT, "sign_refused")
    assert posted(robot(dingtalk, group, secret="")) == (ResultKind.OUR_FAULT, "sign_refused")


def test_what_the_platforms_say_becomes_our_words(dingtalk: FakeDingTalk, wecom: FakeWeCom) -> None:
    group = dingtalk.groups.add("群", keyword="通知")
    ours = robot(dingtalk, group)
    assert posted(ours) == (ResultKind.OUR_FAULT, "keyword_missing")
    gone = robot(dingtalk, Group("群", "nokey"))
    assert posted(gone) == (ResultKind.ADDRESS_WRONG, "group_gone")
    for _ in range(20):
        posted(ours, "通知")
    result = asyncio.run(ours.post("通知"))
    assert (result.kind, result.wait) == (ResultKind.THROTTLED, 600.0)
    group.answers.append({"errcode": 430102, "errmsg": "words"})
    group.shut_until, group.times = 0.0, []
    assert posted(ours, "通知") == (ResultKind.OUR_FAULT, "words_refused")
    there = wecom.groups.add("二班")
    section = wecom.section(groups=[wecom.groups.values(there, wecom.url)])
    (other,) = wecom_groups.robots(section, Limits())
    assert posted(other) == (ResultKind.ACCEPTED, None)
    assert posted(other, "长" * 700) == (ResultKind.OUR_FAULT, "message_too_long")
    there.answers.append({"errcode": 45009, "errmsg": "freq"})
    assert posted(other) == (ResultKind.THROTTLED, "too_many_calls")
    wecom.groups.known.clear()
    assert posted(other) == (ResultKind.ADDRESS_WRONG, "group_gone")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure(status=502, body="<html>"), (ResultKind.OUTCOME_UNKNOWN, "server_error")),
        (Failure(status=429, body=""), (ResultKind.THROTTLED, "too_many_calls")),
        (Failure(status=200, body="[1]"), (ResultKind.RETRY_AT, "answer_not_known")),
        (Failure(hangs_up=True), (ResultKind.OUTCOME_UNKNOWN, "network")),
    ],
)
def test_faults_on_the_way(dingtalk: FakeDingTalk, failure: Failure, expected: tuple[ResultKind, str]) -> None:
    group = dingtalk.groups.add("群", secret="hush")
    dingtalk.fails(GROUP_PATH, failure)
    with capture_logs() as lines:
        assert posted(robot(dingtalk, group)) == expected
    assert not any(secret in str(lines) for secret in (group.key, "hush", "大家好"))


def test_nothing_listens(dingtalk: FakeDingTalk) -> None:
    section = dingtalk.section(
        api_url="http://127.0.0.1:9", groups=[dingtalk.groups.values(dingtalk.groups.add("群"), "https://x.example")]
    )
    (away,) = dingtalk_groups.robots(section, Limits(), SystemClock().real)
    assert posted(away) == (ResultKind.RETRY_AT, "not_connected")
    assert asyncio.run(away.look()).state is State.WRONG


def test_the_doctor_asks_without_writing_anything(dingtalk: FakeDingTalk) -> None:
    group = dingtalk.groups.add("群", secret="hush")
    assert asyncio.run(robot(dingtalk, group).look()).state is State.GOOD
    wrong = asyncio.run(robot(dingtalk, group, secret="x").look())
    assert (wrong.state, "加签" in wrong.mend) == (State.WRONG, True)
    gone = asyncio.run(robot(dingtalk, Group("群", "nokey")).look())
    assert "copy its webhook" in gone.mend
    dingtalk.fails(GROUP_PATH, Failure(status=200, body='{"errcode": 5}'))
    assert asyncio.run(robot(dingtalk, group).look()).state is State.OPEN
    assert group.texts == []


@pytest.mark.parametrize(
    ("api_url", "expected"),
    [
        ("https://api.dingtalk.com", "https://oapi.dingtalk.com/robot/send?access_token=a"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9/robot/send?access_token=a"),
        ("http://127.0.0.1:9/through", "http://127.0.0.1:9/through/robot/send?access_token=a"),
    ],
)
def test_api_url_replaces_the_host(api_url: str, expected: str) -> None:
    webhook = "https://oapi.dingtalk.com/robot/send?access_token=a"
    assert at(webhook, api_url, dingtalk_groups.USUAL) == expected
