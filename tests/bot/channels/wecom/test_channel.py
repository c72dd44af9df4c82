"""The channel against the fake WeCom: what is sent, what each answer means, tokens, copies, cards."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from structlog.testing import capture_logs

from bot.channels.wecom.channel import WeCom
from bot.channels.wecom.setup import menu
from bot.clock import ManualClock
from bot.outbox.model import Button, Rendered, Result, ResultKind
from bot.platforms.store import Token
from bot.settings import Limits
from tests.fakes.wecom import Failure, FakeWeCom

T = TypeVar("T")
START = datetime(2026, 11, 24, 10, tzinfo=UTC)
QUICK = Limits(wecom_timeout_seconds=1)
BUTTONS = ((Button("平安", data="answer:1:fine"), Button("紧急", data="answer:1:urgent")),)
QUESTION = Rendered("这周还好吗？", BUTTONS)


class Row:
    """The row of a token, which processes share."""

    def __init__(self) -> None:
        self.token: Token | None = None

    def load(self) -> Token | None:
        return self.token

    def save(self, token: Token) -> None:
        self.token = token


class Desk:
    """A fake platform with one member, and channels that speak to it."""

    def __init__(self, wecom: FakeWeCom) -> None:
        self.wecom, self.row, self.clock = wecom, Row(), ManualClock(START)
        self.mei = wecom.member("S1")
        wecom.now = lambda: self.clock.real().timestamp()

    def does(self, work: Callable[[WeCom], Awaitable[T]], **section: Any) -> T:
        async def run() -> T:
            channel = WeCom(self.wecom.section(**section), QUICK, self.row, self.clock.real)
            try:
                return await work(channel)
            finally:
                await channel.close()

        return asyncio.run(run())

    def send(self, message: Rendered = QUESTION, *, to: str = "S1", key: str = "k", **section: Any) -> Result:
        return self.does(lambda channel: channel.send(to, message, key=key), **section)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with FakeWeCom() as wecom:
        yield Desk(wecom)


def test_a_question_is_text_with_numbers(desk: Desk) -> None:
    assert desk.send() == Result(ResultKind.ACCEPTED)
    assert desk.mei.hears() == "这周还好吗？\n\n回复数字：\n1 平安\n2 紧急"


async def _counted(channel: WeCom, message: Rendered) -> int:
    return channel.pieces(message)


def test_the_same_row_arrives_once_and_the_same_words_of_another_row_arrive_too(desk: Desk) -> None:
    long = Rendered("一段很长的话。\n" * 200, BUTTONS)
    for _ in range(3):
        assert desk.send(long).kind is ResultKind.ACCEPTED
    pieces = len(desk.mei.messages)
    assert pieces > 2
    assert desk.does(lambda channel: _counted(channel, long)) == pieces
    assert desk.does(lambda channel: _counted(channel, Rendered("你好", picture="card"))) == 2
    assert desk.wecom.copies == 2 * pieces
    assert all(len(one["text"]["content"].encode()) <= 2048 for one in desk.mei.messages)
    desk.send(key="one")
    desk.send(key="two")
    assert len(desk.mei.messages) == pieces + 2


def test_a_call_whose_answer_was_lost_goes_again_and_arrives_once(desk: Desk) -> None:
    desk.wecom.fails("message/send", Failure(accepted=True, hangs_up=True), Failure(status=502, accepted=True))
    found = [desk.send() for _ in range(3)]
    assert [one.kind for one in found] == [ResultKind.RETRY_AT, ResultKind.RETRY_AT, ResultKind.ACCEPTED]
    assert len(desk.mei.messages) == 1


TABLE: list[tuple[Failure, Result]] = [
    (Failure(-1), Result(ResultKind.RETRY_AT, reason="busy")),
    (Failure(45009), Result(ResultKind.THROTTLED, wait=60.0, reason="too_many_calls")),
    (Failure(45033), Result(ResultKind.THROTTLED, wait=5.0, reason="too_many_at_once")),
    (Failure(60111), Result(ResultKind.ADDRESS_WRONG, reason="invalid_user")),
    (Failure(81013), Result(ResultKind.ADDRESS_WRONG, reason="invalid_user")),
    (Failure(45002), Result(ResultKind.OUR_FAULT, reason="message_too_long")),
    (Failure(60020), Result(ResultKind.OUR_FAULT, reason="ip_not_allowed")),
    (Failure(status=500), Result(ResultKind.RETRY_AT, reason="server_error")),
    (Failure(hangs_up=True), Result(ResultKind.RETRY_AT, reason="not_connected")),
]


@pytest.mark.parametrize(("failure", "result"), TABLE, ids=lambda one: str(getattr(one, "code", "")))
def test_what_an_answer_means(desk: Desk, failure: Failure, result: Result) -> None:
    desk.wecom.fails("message/send", failure)
    assert desk.send() == result
    assert desk.mei.messages == []


def test_whom_the_platform_does_not_know_and_who_has_no_licence(desk: Desk) -> None:
    assert desk.send(to="S9") == Result(ResultKind.ADDRESS_WRONG, reason="invalid_user")
    desk.mei.licensed = False
    assert desk.send() == Result(ResultKind.PERSON_GONE, reason="unlicensed")


@pytest.mark.parametrize("failure", [Failure(987654), Failure(body="<html>Please sign in</html>"), Failure(body="{}")])
def test_an_answer_that_nobody_knows_is_tried_again_and_shown(desk: Desk, failure: Failure) -> None:
    async def work(channel: WeCom) -> tuple[Result, dict[str, int]]:
        result, troubles = await channel.send("S1", QUESTION, key="k"), channel.troubles()
        desk.clock.advance(timedelta(hours=1))
        assert channel.troubles() == {}
        return result, troubles

    desk.wecom.fails("message/send", failure)
    with capture_logs() as lines:
        result, troubles = desk.does(work)
    assert result == Result(ResultKind.RETRY_AT, reason="answer_not_known")
    assert list(troubles.values()) == [1]
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["wecom.answer_not_known"]


def test_a_token_is_fetched_once_and_shared(desk: Desk) -> None:
    async def many(channel: WeCom) -> list[Result]:
        return await asyncio.gather(*(channel.send("S1", QUESTION, key=str(number)) for number in range(20)))

    assert {one.kind for one in desk.does(many)} == {ResultKind.ACCEPTED}
    desk.send(key="another process")
    assert len(desk.wecom.token_calls) == 1
    desk.clock.advance(timedelta(hours=1, minutes=56))  # it would end in four minutes
    desk.send(key="later")
    assert len(desk.wecom.token_calls) == 2


def test_a_token_that_is_refused_is_fetched_anew_once(desk: Desk) -> None:
    desk.send(key="1")
    desk.wecom.forgets_tokens()
    assert desk.send(key="2").kind is ResultKind.ACCEPTED
    assert len(desk.wecom.token_calls) == 2
    desk.wecom.is_down("message/send", Failure(42001))
    before = len(desk.wecom.calls)
    assert desk.send(key="3") == Result(ResultKind.OUR_FAULT, reason="token_refused")
    assert [path for path, _ in desk.wecom.calls[before:]] == ["message/send", "gettoken", "message/send"]


def test_no_token_is_one_alarm_one_refresh_at_a_time_and_everybody_waits(desk: Desk) -> None:
    async def work(channel: WeCom) -> tuple[list[Result], dict[str, int]]:
        found = await asyncio.gather(*(channel.send("S1", QUESTION, key=str(number)) for number in range(40)))
        return found, channel.troubles()

    desk.wecom.is_down("gettoken", Failure(40001))
    with capture_logs() as lines:
        found, troubles = desk.does(work)
    assert {one.kind for one in found} == {ResultKind.THROTTLED}
    assert all(one.wait is not None and 0 < one.wait <= 2 for one in found)
    assert len(desk.wecom.token_calls) == 1
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["wecom.no_token"]
    assert troubles == {"no_token": 1}
    assert "fake-secret" not in str(lines)


def test_a_card_has_the_buttons_and_can_be_changed_once(desk: Desk) -> None:
    sent = desk.send(cards=True)
    (card,) = desk.mei.cards
    assert [button["key"] for button in card["button_list"]] == ["answer:1:fine", "answer:1:urgent"]
    assert sent.external_id is not None
    reference = sent.external_id
    answered = Rendered("这周还好吗？已答")
    edit = desk.does(lambda channel: channel.edit("S1", reference, answered), cards=True)
    assert edit.kind is ResultKind.ACCEPTED
    again = desk.does(lambda channel: channel.edit("S1", reference, answered), cards=True)
    assert again == Result(ResultKind.ACCEPTED, external_id=reference, reason="not_updated")
    assert [one["button"]["replace_name"] for one in desk.wecom.updates] == ["已收到 ✓"]


def test_a_second_press_on_a_card_that_was_used_is_nothing_to_look_at(desk: Desk) -> None:
    async def twice(channel: WeCom) -> dict[str, int]:
        press = f"S1|zh-task|{desk.wecom.new_code('S1')}"
        await channel.acknowledge(press)
        await channel.acknowledge(press)
        await channel.edit("S1", press.rpartition("|")[2], Rendered("已答"))
        return channel.troubles()

    with capture_logs() as lines:
        assert desk.does(twice, cards=True) == {}
    assert [line["log_level"] for line in lines] == ["info"]
    assert lines[0]["reason"] == "card_used"


@pytest.mark.parametrize(
    ("text", "title", "below"),
    [
        ("这周还好吗？", "这周还好吗？", ""),
        ("这周还好吗？\n慢慢说。", "这周还好吗？", "慢慢说。"),
        ("你想用哪种语言？" * 4, "雁信", "你想用哪种语言？" * 4),  # no question is cut in two
    ],
)
def test_a_short_text_stands_on_its_card(desk: Desk, text: str, title: str, below: str) -> None:
    desk.send(Rendered(text, BUTTONS), cards=True)
    (card,) = desk.mei.cards
    assert (card["main_title"]["title"], card.get("sub_title_text", "")) == (title, below)


def test_a_long_text_stands_in_front_of_its_card(desk: Desk) -> None:
    desk.send(Rendered("很长。" * 200, (*BUTTONS, (Button("页面", url="https://example.org/x"),))), cards=True)
    assert [one["msgtype"] for one in desk.mei.messages] == ["text", "template_card"]
    assert desk.mei.texts[0].endswith("页面\nhttps://example.org/x")
    assert "回复" not in desk.mei.texts[0]


def test_too_many_buttons_for_a_card_are_letters(desk: Desk) -> None:
    buttons = tuple((Button(f"选项{number}", data=f"x:{number}"),) for number in range(7))
    desk.send(Rendered("选一个", buttons), cards=True)
    assert "G 选项6" in desk.mei.hears()


def test_the_menu_is_put(desk: Desk) -> None:
    desk.does(lambda channel: channel.introduce())
    assert desk.wecom.menu == menu("zh")


def test_bytes_are_the_same_each_time(desk: Desk) -> None:
    desk.wecom.is_down("message/send", Failure(-1))
    for cards in (False, True):
        for _ in range(2):
            desk.send(cards=cards)
    bodies = [body for path, body in desk.wecom.calls if path == "message/send"]
    assert bodies[0] == bodies[1]
    assert bodies[2] == bodies[3]
    assert all(json.loads(body)["enable_duplicate_check"] == 1 for body in bodies)


def test_every_call_goes_through_the_proxy(desk: Desk) -> None:
    sent = desk.send(api_url="http://wecom.invalid", proxy=desk.wecom.url)
    assert sent.kind is ResultKind.ACCEPTED  # a name that nobody knows: both calls went to the proxy
    assert [path for path, _ in desk.wecom.calls] == ["gettoken", "message/send"]
