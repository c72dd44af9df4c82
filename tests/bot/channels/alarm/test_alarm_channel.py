"""Alarm URLs: what rings, what is said when nothing does, and that nobody ever reads a URL in a log."""

import asyncio
import logging
import threading
from collections.abc import Iterator

import pytest
import structlog

from bot.channels.alarm.channel import Alarm
from bot.channels.base import Channel
from bot.errors import SettingsError
from bot.outbox.model import Rendered, Result, ResultKind
from tests.fakes.alarms import FakeAlarms, running_alarms

TEXT = "雁信：紧急，有同学需要你。请打开 https://yanxin.example.edu/console/cases/7"


@pytest.fixture
def alarms() -> Iterator[FakeAlarms]:
    with running_alarms() as running:
        yield running


def send(channel: Channel, number: str) -> Result:
    async def work() -> Result:
        try:
            return await channel.send(number, Rendered(TEXT), key="case:7:wake")
        finally:
            await channel.close()

    return asyncio.run(work())


def made(urls: dict[str, list[str]], timeout: float = 15) -> Alarm:
    return Alarm(urls, timeout=timeout)


def test_everything_that_a_person_has_rings(alarms: FakeAlarms) -> None:
    channel = made({"D1": [alarms.ntfy("d1"), alarms.json("hook/d1")], "D2": [alarms.ntfy("d2")]})
    assert send(channel, "D1") == Result(ResultKind.ACCEPTED)
    assert alarms.rang.keys() == {"d1", "hook/d1"}
    assert all(TEXT in text for texts in alarms.rang.values() for text in texts)
    assert channel.failing() == 0


def test_one_that_takes_it_is_enough_and_the_other_is_failing(alarms: FakeAlarms) -> None:
    alarms.refuse["d1"] = 403
    channel = made({"D1": [alarms.ntfy("d1"), alarms.json("hook")]})
    assert send(channel, "D1").kind is ResultKind.ACCEPTED
    assert channel.failing() == 1


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
def test_when_none_takes_it_it_goes_again(alarms: FakeAlarms, status: int) -> None:
    alarms.refuse["d1"] = status
    assert send(made({"D1": [alarms.ntfy("d1")]}), "D1") == Result(ResultKind.RETRY_AT, reason="not_taken")


def test_a_service_that_is_not_there_is_a_passing_fault() -> None:
    with running_alarms() as gone:
        url = gone.json("hook")
    assert send(made({"D1": [url]}), "D1").kind is ResultKind.RETRY_AT


def test_one_that_says_nothing_in_time_may_have_rung(alarms: FakeAlarms) -> None:
    alarms.stall["hook"] = threading.Event()
    channel = made({"D1": [alarms.json("hook")]}, timeout=0.2)

    async def work() -> Result:
        result = await channel.send("D1", Rendered(TEXT), key="k")
        alarms.stall["hook"].set()
        await channel.close()
        return result

    assert asyncio.run(work()) == Result(ResultKind.OUTCOME_UNKNOWN, reason="timeout")
    assert channel.failing() == 1


def test_one_that_says_nothing_keeps_no_other_from_ringing(alarms: FakeAlarms) -> None:
    alarms.stall["hook"] = threading.Event()
    channel = made({"D1": [alarms.json("hook"), alarms.ntfy("d1")]}, timeout=2)
    assert send(channel, "D1").kind is ResultKind.ACCEPTED
    assert alarms.rang.keys() >= {"d1"}


def test_whoever_has_none_has_no_such_address() -> None:
    assert send(made({}), "D1") == Result(ResultKind.ADDRESS_WRONG, reason="no_alarm_urls")


def test_a_failing_url_is_forgotten_when_it_rings_again_or_after_a_day(alarms: FakeAlarms) -> None:
    now = 1000.0
    alarms.refuse["d1"] = 500
    channel = Alarm({"D1": [alarms.ntfy("d1")], "D2": [alarms.ntfy("d1")]}, timeout=15, clock=lambda: now)

    async def ring(number: str) -> None:
        await channel.send(number, Rendered(TEXT), key="k")

    async def work() -> None:
        nonlocal now
        await ring("D1")
        await ring("D2")
        assert channel.failing() == 2
        del alarms.refuse["d1"]
        await ring("D1")
        assert channel.failing() == 1
        now += 24 * 3600
        assert channel.failing() == 0
        await channel.close()

    asyncio.run(work())


def test_wrong_urls_are_told_by_their_place_and_never_by_themselves() -> None:
    with pytest.raises(SettingsError) as caught:
        made({"D2": ["ntfy://127.0.0.1/ok", "hush://secret"], "D1": ["secret"]})
    where = [mistake.where for mistake in caught.value.mistakes]
    assert where == ["[duty] alarm_urls D1, no. 1", "[duty] alarm_urls D2, no. 2"]
    assert "secret" not in str(caught.value)


def test_no_log_line_holds_a_url(alarms: FakeAlarms, caplog: pytest.LogCaptureFixture) -> None:
    alarms.refuse["hush"] = 500
    caplog.set_level(logging.WARNING)
    with structlog.testing.capture_logs() as lines:
        send(made({"D1": [alarms.ntfy("hush"), alarms.json("hush")]}), "D1")
    assert [(line["event"], line["url"]) for line in lines] == [("alarm.url_failed", 1), ("alarm.url_failed", 2)]
    assert "hush" not in f"{lines}{caplog.text}"
