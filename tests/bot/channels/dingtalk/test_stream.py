"""The connections: several at once, a new one before the old one closes, cut, silent, refused; kept before answered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.dingtalk.channel import DingTalk
from bot.channels.dingtalk.errors import Answer
from bot.channels.dingtalk.keeping import Keeper
from bot.channels.dingtalk.stream import NotOpenError, _place, back_off
from bot.clock import ManualClock
from bot.platforms.store import Token
from bot.settings import Limits
from tests.fakes.dingtalk import OPEN_PATH, Failure, FakeDingTalk
from tests.fakes.dingtalk_frames import event, system

START = datetime(2026, 11, 24, 10, tzinfo=UTC)


class Rows:
    """No token is needed here; calls are counted, and what is stored is remembered."""

    def __init__(self) -> None:
        self.stored: list[tuple[str, str, str]] = []
        self.fails = 0
        self.gate: asyncio.Event | None = None

    def load(self) -> Token | None:
        return None

    def save(self, token: Token) -> None:
        raise AssertionError(token)

    async def add(self, calls: int) -> int:
        return calls

    async def store(self, external_id: str, sender: str, raw: dict[str, Any], text: str) -> None:
        assert "sessionWebhook" not in raw["data"]
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            self.fails -= 1
            raise OSError("the database is away")
        self.stored.append((external_id, sender, text))


class Line:
    """A fake platform, a clock, and a channel that listens while a test does something."""

    def __init__(self, dingtalk: FakeDingTalk) -> None:
        self.dingtalk, self.rows, self.clock = dingtalk, Rows(), ManualClock(START)
        self.pauses: list[float] = []
        self.mei = dingtalk.member("S1")

    def listens(self, work: Callable[[DingTalk], Awaitable[None]], *, silence: int = 90, **section: Any) -> None:
        async def run() -> None:
            limits = Limits(dingtalk_timeout_seconds=2, dingtalk_silence_seconds=silence)
            section_of = self.dingtalk.section(**section)
            channel = DingTalk(section_of, limits, self.rows, self.rows.add, self.clock.real)
            channel._stream._pause = self.pause
            listening = asyncio.create_task(channel.run(self.rows.store))
            try:
                await work(channel)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
                await channel.close()

        asyncio.run(run())

    @property
    def opens(self) -> int:
        return sum(path == OPEN_PATH for path, _ in self.dingtalk.calls)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0.01)

    async def does(self, call: Callable[[], Any]) -> Any:
        return await asyncio.to_thread(call)


@pytest.fixture
def line() -> Iterator[Line]:
    with FakeDingTalk() as dingtalk:
        yield Line(dingtalk)


def test_two_connections_and_every_message_is_stored_before_it_is_answered(line: Line) -> None:
    async def work(_channel: DingTalk) -> None:
        await line.does(line.dingtalk.waits_until_open)
        line.rows.gate = asyncio.Event()
        await line.does(lambda: line.mei.says("2", awaits=False))
        await line.does(lambda: line.dingtalk.pushes(system("ping", {"opaque": "x"}, "p1")))  # held up by nothing
        assert line.rows.stored == []
        assert set(line.dingtalk.answers) == {"p1"}
        line.rows.gate.set()
        await line.does(lambda: line.dingtalk.waits_for(lambda: len(line.dingtalk.answers) == 2, "the answer"))
        assert [one[1:] for one in line.rows.stored] == [("S1", "2")]
        answer = next(one for number, one in line.dingtalk.answers.items() if number != "p1")
        assert (answer["code"], answer["data"]) == (200, '{"response": null}')
        assert line.dingtalk.answers["p1"]["data"] == '{"opaque": "x"}'

    line.listens(work)


def test_what_cannot_be_stored_is_tried_until_it_is(line: Line) -> None:
    """Nobody would push it a second time; what another writes does not wait for it."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async def work() -> None:
        keeper = Keeper(line.rows.store, pause)
        line.rows.fails = 6
        raws = [{"topic": "t", "data": {"msgId": f"n{one}"}, "message_id": f"m{one}"} for one in range(3)]
        await asyncio.gather(*(keeper.keep(raw) for raw in raws))

    with capture_logs() as lines:
        asyncio.run(work())
    assert [one[0] for one in line.rows.stored] == ["n0", "n1", "n2"]  # those of one sender in their order
    assert len([one for one in lines if one["event"] == "dingtalk.update_not_stored"]) == 6
    assert pauses == sorted(pauses)
    assert pauses[-1] > 8


def test_a_goodbye_brings_a_new_connection_before_the_old_one_closes(line: Line) -> None:
    async def work(_channel: DingTalk) -> None:
        await line.does(line.dingtalk.waits_until_open)
        await line.does(lambda: line.dingtalk.says_goodbye(0))
        await line.does(lambda: line.dingtalk.waits_for(lambda: line.dingtalk.opened == 3, "a third connection"))
        await line.does(line.dingtalk.waits_until_open)
        assert line.dingtalk.most_open == 3
        await line.does(lambda: line.mei.says("1"))
        assert [one[1:] for one in line.rows.stored] == [("S1", "1")]

    line.listens(work)


def test_a_cut_connection_comes_again_and_the_other_one_hears_her_meanwhile(line: Line) -> None:
    async def work(channel: DingTalk) -> None:
        await line.does(line.dingtalk.waits_until_open)
        line.dingtalk.is_down(OPEN_PATH, Failure("busy", 503))
        await line.does(line.dingtalk.cuts)
        await line.does(lambda: line.dingtalk.waits_until_open(1))
        await line.does(lambda: line.mei.says("救命"))
        assert [one[1:] for one in line.rows.stored] == [("S1", "救命")]
        assert channel.troubles() == {}
        line.dingtalk.is_down(OPEN_PATH, None)
        await line.does(line.dingtalk.waits_until_open)

    line.listens(work)
    assert all(one > 0 for one in line.pauses)


def test_a_connection_that_is_silent_is_replaced(line: Line) -> None:
    async def work(_channel: DingTalk) -> None:
        await line.does(line.dingtalk.waits_until_open)
        await line.does(line.dingtalk.freezes)
        await line.does(lambda: line.dingtalk.waits_for(lambda: line.dingtalk.opened == 3, "another one"))
        await line.does(lambda: line.mei.says("1"))
        assert line.dingtalk.most_open == 3

    with capture_logs() as lines:
        line.listens(work, silence=1)
    assert "dingtalk.connection_silent" in {one["event"] for one in lines}


@pytest.mark.parametrize("body", ["{}", '{"ticket": "t"}', '{"endpoint": 7, "ticket": "t"}', "<html>", "[]"])
def test_an_answer_without_an_endpoint_is_survived(line: Line, body: str) -> None:
    line.dingtalk.fails(
        OPEN_PATH, Failure(status=200, body=body), Failure(status=200, body=body), Failure(hangs_up=True)
    )

    async def work(_channel: DingTalk) -> None:
        await line.does(line.dingtalk.waits_until_open)

    line.listens(work)
    assert len(line.pauses) == 3


def test_a_ticket_that_is_refused_is_replaced_by_a_new_one(line: Line) -> None:
    line.dingtalk.now = iter(range(0, 10**6, 91)).__next__  # every ticket is too old when it is used

    async def work(_channel: DingTalk) -> None:
        await line.does(lambda: line.dingtalk.waits_for(lambda: line.opens > 3, "more tickets"))
        line.dingtalk.now = lambda: 0.0
        await line.does(line.dingtalk.waits_until_open)

    line.listens(work)


def test_an_endpoint_that_is_not_ciphered_is_not_taken_from_a_platform_that_is(line: Line) -> None:
    plain = Answer(200, {"endpoint": "ws://example.org/connect", "ticket": "t"})
    with pytest.raises(NotOpenError):
        _place(plain, "https://api.dingtalk.com")
    assert _place(plain, line.dingtalk.url) == ("ws://example.org/connect", "t")


def test_wrong_credentials_are_one_alarm(line: Line) -> None:
    async def work(channel: DingTalk) -> None:
        await line.does(lambda: line.dingtalk.waits_for(lambda: line.opens > 6, "more tries"))
        assert channel.troubles() == {"not_connected": 1}

    with capture_logs() as lines:
        line.listens(work, client_secret="wrong")
    assert [one["event"] for one in lines if one["log_level"] == "error"] == ["dingtalk.not_connected"]


def test_an_outage_is_told_after_two_minutes_and_when_it_is_over(line: Line) -> None:
    line.dingtalk.is_down(OPEN_PATH, Failure(hangs_up=True))

    async def work(channel: DingTalk) -> None:
        await line.does(lambda: line.dingtalk.waits_for(lambda: len(line.dingtalk.calls) > 2, "tries"))
        assert channel.troubles() == {}
        line.clock.advance(timedelta(minutes=2))
        assert channel.troubles() == {"not_connected": 1}
        tried = len(line.dingtalk.calls)
        await line.does(lambda: line.dingtalk.waits_for(lambda: len(line.dingtalk.calls) > tried + 3, "more"))
        line.dingtalk.is_down(OPEN_PATH, None)
        await line.does(line.dingtalk.waits_until_open)
        # The platform sees a connection open before the channel does.
        await line.does(lambda: line.dingtalk.waits_for(lambda: channel.troubles() == {}, "an end of the trouble"))

    with capture_logs() as lines:
        line.listens(work)
    told = [one["event"] for one in lines if one["log_level"] in {"error", "warning"}]
    assert told == ["dingtalk.not_connected", "dingtalk.connected_again"]


def test_malformed_frames_are_shown_and_the_next_is_heard(line: Line) -> None:
    async def work(channel: DingTalk) -> None:
        await line.does(line.dingtalk.waits_until_open)
        for text in ("", "{", "[]", '{"type": "CALLBACK", "headers": {"messageId": 7}}'):
            await line.does(lambda text=text: line.dingtalk.pushes(text, awaits=False))  # type: ignore[misc]
        broken = {"type": "CALLBACK", "headers": {"topic": "t", "messageId": "m-broken"}, "data": "{"}
        await line.does(lambda: line.dingtalk.pushes(broken))
        assert line.dingtalk.answers["m-broken"]["code"] == 400
        await line.does(lambda: line.mei.says("1"))
        await line.does(lambda: line.mei.says("2"))
        assert sorted(one[2] for one in line.rows.stored) == ["1", "2"]
        assert channel.troubles() == {"frames_not_understood": 5}
        line.clock.advance(timedelta(hours=1))
        assert channel.troubles() == {}

    with capture_logs():
        line.listens(work)


def test_events_are_taken_so_that_they_do_not_come_again(line: Line) -> None:
    async def work(_channel: DingTalk) -> None:
        await line.does(line.dingtalk.waits_until_open)
        number = await line.does(lambda: line.dingtalk.pushes(event("user_leave_org", {"userId": ["S1"]}, "e1")))
        assert '"SUCCESS"' in line.dingtalk.answers[number]["data"]

    async def store(external_id: str, sender: str, raw: dict[str, Any], _text: str) -> None:
        assert (external_id, sender, raw["event"]) == ("frame:e1", "", "user_leave_org")

    line.rows.store = store  # type: ignore[method-assign, assignment]
    line.listens(work)


def test_back_off_doubles_up_to_a_minute_with_jitter() -> None:
    for failures, middle in ((1, 1), (2, 2), (5, 16), (9, 60), (99, 60)):
        found = {back_off(failures) for _ in range(20)}
        assert len(found) > 1
        assert all(middle * 0.5 <= one <= middle * 1.5 for one in found)
