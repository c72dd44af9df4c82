"""The channel against the fake DingTalk: what is sent, to how many at once, what each answer means, tokens, cards."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Grouped
from bot.channels.checkup import Around, State
from bot.channels.dingtalk.channel import DingTalk
from bot.clock import ManualClock, SystemClock
from bot.outbox.model import SERVER_ERROR, Button, Rendered, Result, ResultKind
from bot.platforms.store import Token
from bot.settings import Limits
from tests.fakes.dingtalk import CARD_PATH, SEND_PATH, TOKEN_PATH, Failure, FakeDingTalk

T = TypeVar("T")
START = datetime(2026, 11, 24, 10, tzinfo=UTC)
QUICK = Limits(dingtalk_timeout_seconds=1, dingtalk_calls_per_month=10)
BUTTONS = ((Button("平安", data="answer:1:fine"), Button("紧急", data="answer:1:urgent")),)
QUESTION = Rendered("这周还好吗？", BUTTONS)
OK = Result(ResultKind.ACCEPTED)


class Row:
    """The row of a token, which processes share, and the calls of a month."""

    def __init__(self) -> None:
        self.token: Token | None = None
        self.calls = 0

    def load(self) -> Token | None:
        return self.token

    def save(self, token: Token) -> None:
        self.token = token

    async def add(self, calls: int) -> int:
        self.calls += calls
        return self.calls


class Desk:
    """A fake platform with one member, and channels that speak to it."""

    def __init__(self, dingtalk: FakeDingTalk) -> None:
        self.dingtalk, self.row, self.clock = dingtalk, Row(), ManualClock(START)
        self.mei = dingtalk.member("S1")
        dingtalk.now = lambda: self.clock.real().timestamp()

    def does(self, work: Callable[[DingTalk], Awaitable[T]], **section: Any) -> T:
        async def run() -> T:
            channel = DingTalk(self.dingtalk.section(**section), QUICK, self.row, self.row.add, self.clock.real)
            try:
                return await work(channel)
            finally:
                await channel.close()

        return asyncio.run(run())

    def send(self, message: Rendered = QUESTION, *, to: str = "S1", **section: Any) -> Result:
        return self.does(lambda channel: channel.send(to, message, key="k"), **section)

    def send_to(self, *users: str, message: Rendered = QUESTION) -> list[Result]:
        return self.does(lambda channel: channel.send_together(users, message, key="k"))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with FakeDingTalk() as dingtalk:
        yield Desk(dingtalk)


def test_a_question_is_text_with_numbers(desk: Desk) -> None:
    assert desk.send() == OK
    assert desk.mei.hears() == "这周还好吗？\n\n回复数字：\n1 平安\n2 紧急"


def test_a_long_text_goes_in_pieces_that_fit(desk: Desk) -> None:
    assert desk.send(Rendered("一段很长的话。\n" * 600, BUTTONS)) == OK
    sizes = [len(text.encode()) for text in desk.mei.texts]
    assert len(sizes) > 1
    assert max(sizes) <= 5000


def test_the_same_words_for_many_are_one_call_and_each_has_a_result(desk: Desk) -> None:
    for number in range(2, 6):
        desk.dingtalk.member(f"S{number}")
    desk.dingtalk.flow_controlled = {"S2"}
    desk.dingtalk.filtered = {"S3"}
    assert desk.send_to("S1", "S2", "S3", "nobody", "S4", "outside:x") == [
        OK,
        Result(ResultKind.RETRY_AT, wait=60.0, reason="flow_controlled"),
        Result(ResultKind.PERSON_GONE, reason="filtered"),
        Result(ResultKind.ADDRESS_WRONG, reason="no_such_member"),
        OK,
        Result(ResultKind.ADDRESS_WRONG, reason="no_such_member"),
    ]
    assert [path for path, _ in desk.dingtalk.calls].count(SEND_PATH) == 1


def test_whoever_the_platform_refuses_takes_nobody_with_her(desk: Desk) -> None:
    """One unknown member can make the platform refuse the whole call: then each goes alone."""
    desk.dingtalk.member("S2")
    desk.dingtalk.fails(SEND_PATH, Failure("staffId.notExisted"))
    results = desk.send_to("S1", "nobody", "S2")
    assert [one.kind for one in results] == [ResultKind.ACCEPTED, ResultKind.ADDRESS_WRONG, ResultKind.ACCEPTED]


def test_how_many_one_call_takes_is_data(desk: Desk) -> None:
    async def together(channel: DingTalk) -> int:
        assert isinstance(channel, Grouped)
        return channel.together

    assert desk.does(together) == 20
    assert desk.does(together, cards=True) == 1


TABLE: list[tuple[Failure, Result]] = [
    (
        Failure("Forbidden.AccessDenied.QpsLimitForApi", 403),
        Result(ResultKind.THROTTLED, wait=5.0, reason="too_many_calls"),
    ),
    (Failure("", 429), Result(ResultKind.THROTTLED, wait=5.0, reason="too_many_calls")),
    (
        Failure("Forbidden.AccessDenied.AccessTokenPermissionDenied", 403),
        Result(ResultKind.OUR_FAULT, reason="no_permission"),
    ),
    (Failure("Forbidden.AccessDenied.IpNotInWhiteList", 403), Result(ResultKind.OUR_FAULT, reason="ip_not_allowed")),
    (Failure("staffId.notExisted"), Result(ResultKind.ADDRESS_WRONG, reason="no_such_member")),
    (Failure("robot.notExist"), Result(ResultKind.OUR_FAULT, reason="robot_code_invalid")),
    (Failure("invalidParameter.msgParam"), Result(ResultKind.OUR_FAULT, reason="message_invalid")),
    (Failure("ServiceUnavailable", 503), Result(ResultKind.OUTCOME_UNKNOWN, reason=SERVER_ERROR)),
    (Failure(hangs_up=True), Result(ResultKind.OUTCOME_UNKNOWN, reason="network")),
]


@pytest.mark.parametrize(("failure", "result"), TABLE, ids=lambda one: str(getattr(one, "code", "")))
def test_what_an_answer_means(desk: Desk, failure: Failure, result: Result) -> None:
    desk.dingtalk.fails(SEND_PATH, failure)
    assert desk.send() == result
    assert desk.mei.messages == []


def test_nobody_there(desk: Desk) -> None:
    assert desk.send(api_url="http://127.0.0.1:9").kind is ResultKind.THROTTLED  # no token, so nothing was sent
    desk.send()
    assert desk.send(api_url="http://127.0.0.1:9") == Result(ResultKind.RETRY_AT, reason="not_connected")


@pytest.mark.parametrize(
    "failure", [Failure("brand.new.code"), Failure(status=200, body="<html>"), Failure(status=200, body="{}")]
)
def test_an_answer_that_nobody_knows_is_tried_again_and_shown(desk: Desk, failure: Failure) -> None:
    desk.dingtalk.fails(SEND_PATH, failure)

    async def work(channel: DingTalk) -> None:
        result = await channel.send("S1", QUESTION, key="k")
        assert result == Result(ResultKind.RETRY_AT, reason="answer_not_known")
        assert sum(channel.troubles().values()) == 1
        desk.clock.advance(timedelta(hours=1))
        assert channel.troubles() == {}

    with capture_logs() as lines:
        desk.does(work)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["dingtalk.answer_not_known"]


def test_a_token_that_is_not_taken_any_more_is_fetched_once(desk: Desk) -> None:
    desk.send()
    desk.dingtalk.forgets_tokens()

    async def work(channel: DingTalk) -> list[Result]:
        return list(await asyncio.gather(*(channel.send("S1", QUESTION, key=str(number)) for number in range(8))))

    assert desk.does(work) == [OK] * 8
    assert len(desk.dingtalk.token_calls) == 2


def test_no_token_is_one_alarm_and_says_when_to_come_again(desk: Desk) -> None:
    desk.dingtalk.is_down(TOKEN_PATH, Failure("invalidClientIdOrSecret", 400))

    async def work(channel: DingTalk) -> None:
        results = await asyncio.gather(*(channel.send("S1", QUESTION, key="k") for _ in range(5)))
        assert {(one.kind, one.reason) for one in results} == {(ResultKind.THROTTLED, "no_token")}
        assert all((one.wait or 0) <= 2 for one in results)
        assert channel.troubles() == {"no_token": 1}

    with capture_logs() as lines:
        desk.does(work)
    assert len(desk.dingtalk.token_calls) == 1
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["dingtalk.no_token"]
    assert "fake-secret" not in json.dumps(lines, default=str)


def test_calls_are_counted_and_most_of_a_month_is_told_once(desk: Desk) -> None:
    async def work(channel: DingTalk) -> dict[str, int]:
        for number in range(9):
            await channel.send("S1", QUESTION, key=str(number))
        await channel._calls.written()
        return channel.troubles()

    with capture_logs() as lines:
        assert desk.does(work) == {"month_used_percent": 100}
    assert desk.row.calls == len(desk.dingtalk.calls) == 10  # the call for the token counts too
    told = [(line["log_level"], line["calls"]) for line in lines if line["event"] == "dingtalk.month_limit"]
    assert [level for level, _ in told] == ["warning", "error"]


def test_a_card_has_buttons_and_can_be_changed(desk: Desk) -> None:
    result = desk.send(cards=True)
    assert result.kind is ResultKind.ACCEPTED
    assert desk.mei.hears("这周还好吗？", "[平安]", "[紧急]")
    card = result.external_id or ""

    async def work(channel: DingTalk) -> Result:
        return await channel.edit("S1", card, Rendered("已收到 ✓"))

    assert desk.does(work, cards=True).kind is ResultKind.ACCEPTED
    changed = desk.dingtalk.updates[0]
    assert (changed["outTrackId"], changed["cardData"]["cardParamMap"]["markdown"]) == (card, "已收到 ✓")
    desk.dingtalk.fails(CARD_PATH, Failure("card.notExist"))
    assert desk.does(work, cards=True) == Result(ResultKind.ACCEPTED, external_id=card, reason="not_updated")


def test_a_card_that_was_not_delivered_goes_again(desk: Desk) -> None:
    with capture_logs():
        assert desk.send(to="nobody", cards=True).kind is ResultKind.RETRY_AT
    long = Rendered("一段很长的话。\n" * 600, BUTTONS)
    assert desk.send(long, cards=True).kind is ResultKind.ACCEPTED
    assert desk.mei.texts[-1] == "请选择：\n[平安]\n[紧急]"


def looked(desk: Desk, **section: Any) -> dict[str, tuple[State, str]]:
    around = Around("https://yanxin.example.edu", SystemClock().real())
    found = desk.does(lambda channel: channel.checkup(around), **section)
    assert "fake-secret" not in str(found)
    return {one.what: (one.state, one.said) for one in found}


def test_the_doctor_looks_and_says_what_is_wrong(desk: Desk) -> None:
    found = looked(desk)
    assert {what: state for what, (state, _) in found.items()} == dict.fromkeys(
        ["credentials", "connection", "clock", "proxy", "quota"], State.GOOD
    )
    assert found["quota"][1] == "2 of 10 calls of this month"
    assert desk.dingtalk.sockets == []
    wrong = looked(desk, client_secret="not-the-fake-one")
    assert [what for what, (state, _) in wrong.items() if state is State.WRONG] == ["credentials", "connection"]
    desk.row.calls = 7
    far = looked(desk, api_url="http://127.0.0.1:9")
    assert [what for what, (state, _) in far.items() if state is State.WRONG] == ["connection", "quota"]
