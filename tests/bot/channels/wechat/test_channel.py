"""What WeChat's answers mean, and how long texts, templates and codes go out, against the fake on loopback."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.allowances.model import Form
from bot.channels.wechat.channel import WeChat
from bot.outbox.model import Button, Rendered, Result, ResultKind
from bot.platforms.store import Token
from bot.settings import Limits
from tests.fakes.wechat import ONCE, TEMPLATE, FakeWeChat
from tests.fakes.wecom import Failure

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
FORMS = [
    {"id": TEMPLATE, "fields": {"thing1": "{text}", "thing2": "{reply}"}},
    {"id": ONCE, "once": True, "fields": {"thing1": "{text}"}},
]
HELLO = Rendered("你好", ((Button("平安", data="answer:1:fine"),),))


class Kept:
    """A row of a token in memory."""

    def __init__(self) -> None:
        self.token: Token | None = None

    def load(self) -> Token | None:
        return self.token

    def save(self, token: Token) -> None:
        self.token = token


@pytest.fixture
def wechat() -> Iterator[FakeWeChat]:
    with FakeWeChat() as fake:
        fake.now = NOW.timestamp
        fake.follower("mei").follows = True
        yield fake


def do(wechat: FakeWeChat, work: Callable[[WeChat], Coroutine[Any, Any, Any]], **section: Any) -> Any:
    async def run() -> Any:
        channel = WeChat(wechat.official(templates=FORMS, **section), Limits(), Kept(), lambda: NOW)
        try:
            return await work(channel)
        finally:
            await channel.close()

    return asyncio.run(run())


def send(wechat: FakeWeChat, message: Rendered = HELLO, to: str = "mei") -> Result:
    found: Result = do(wechat, lambda channel: channel.send(to, message, key="k"))
    return found


def opens(wechat: FakeWeChat) -> None:
    wechat.follower("mei")._window = (wechat.now() + 1000, 99)


def test_a_text_goes_with_its_numbers(wechat: FakeWeChat) -> None:
    opens(wechat)
    assert send(wechat) == Result(ResultKind.ACCEPTED)
    assert wechat.follower("mei").messages == ["你好\n\n回复数字：\n1 平安"]
    assert [path for path, _ in wechat.calls] == ["stable_token", "message/custom/send"]


def test_a_long_text_is_cut_by_bytes_and_goes_on_where_it_stopped(wechat: FakeWeChat) -> None:
    opens(wechat)
    long = Rendered("\n".join("长" * 300 for _ in range(5)))

    async def twice(channel: WeChat) -> list[Result]:
        wechat.fails("message/custom/send", Failure(0, accepted=True), Failure(-1))
        return [await channel.send("mei", long, key="k") for _ in range(2)]

    wechat.fails("message/custom/send")
    first, second = do(wechat, twice)
    assert first.kind in {ResultKind.RETRY_AT, ResultKind.ACCEPTED}
    assert second.kind is ResultKind.ACCEPTED
    assert "".join(wechat.follower("mei").messages).count("长") == 1500
    assert all(len(one.encode()) <= 2048 for one in wechat.follower("mei").messages)


CODES = {
    -1: (ResultKind.RETRY_AT, "busy"),
    40003: (ResultKind.ADDRESS_WRONG, "invalid_openid"),
    43004: (ResultKind.PERSON_GONE, "not_a_follower"),
    43101: (ResultKind.NOT_NOW, "refused"),
    45009: (ResultKind.NOT_NOW, "day_quota"),
    45015: (ResultKind.NOT_NOW, "window_closed"),
    45047: (ResultKind.NOT_NOW, "count_used"),
    48001: (ResultKind.NOT_NOW, "not_allowed"),
    45011: (ResultKind.THROTTLED, "too_many_calls"),
    40001: (ResultKind.OUR_FAULT, "token_refused"),
    99999: (ResultKind.RETRY_AT, "answer_not_known"),
}


@pytest.mark.parametrize("code", sorted(CODES))
def test_what_a_refusal_means(wechat: FakeWeChat, code: int) -> None:
    opens(wechat)
    wechat.is_down("message/custom/send", Failure(code))
    result = send(wechat)
    assert (result.kind, result.reason) == CODES[code]
    assert wechat.follower("mei").messages == []


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (Failure(status=502), ResultKind.OUTCOME_UNKNOWN),
        (Failure(hangs_up=True), ResultKind.OUTCOME_UNKNOWN),
        (Failure(body="<html>"), ResultKind.RETRY_AT),
    ],
)
def test_a_lost_answer_is_unknown_because_nothing_tells_a_copy(
    wechat: FakeWeChat, failure: Failure, kind: ResultKind
) -> None:
    opens(wechat)
    wechat.fails("message/custom/send", failure)
    assert send(wechat).kind is kind


def test_an_answer_that_nobody_knows_is_shown(wechat: FakeWeChat) -> None:
    opens(wechat)

    async def work(channel: WeChat) -> dict[str, int]:
        await channel.send("mei", HELLO, key="k")
        return channel.troubles()

    wechat.fails("message/custom/send", Failure(88888))
    assert do(wechat, work) == {"answer_88888": 1}


def test_without_a_token_it_waits(wechat: FakeWeChat) -> None:
    wechat.is_down("stable_token", Failure(40125))

    async def work(channel: WeChat) -> tuple[Result, dict[str, int]]:
        return await channel.send("mei", HELLO, key="k"), channel.troubles()

    result, troubles = do(wechat, work)
    assert (result.kind, result.reason, troubles) == (ResultKind.THROTTLED, "no_token", {"no_token": 1})


def test_a_template_goes_once_whatever_is_tried(wechat: FakeWeChat) -> None:
    async def work(channel: WeChat) -> list[Result]:
        return [await channel.send_form("mei", channel.forms[0], HELLO, key="k1") for _ in range(2)]

    assert do(wechat, work) == [Result(ResultKind.ACCEPTED)] * 2
    assert wechat.follower("mei").messages == ["你好\n回复 1 平安"]


def test_a_message_with_leave_takes_the_leave(wechat: FakeWeChat) -> None:
    wechat.follower("mei").leave[ONCE] = 1

    async def work(channel: WeChat) -> list[Result]:
        form = Form(ONCE, once=True)
        return [await channel.send_form("mei", form, HELLO, key=key) for key in ("k1", "k2")]

    kinds = [(one.kind, one.reason) for one in do(wechat, work)]
    assert kinds == [(ResultKind.ACCEPTED, None), (ResultKind.NOT_NOW, "refused")]


def test_a_code_carries_the_invitation_and_the_menu_is_put(wechat: FakeWeChat) -> None:
    async def work(channel: WeChat) -> str:
        await channel.introduce()
        return await channel.invitation("token-1", timedelta(days=14))

    assert wechat.scene_of(do(wechat, work)) == "token-1"
    assert wechat.menu is not None
    assert [one["name"] for one in wechat.menu["button"]] == ["报平安", "紧急求助", "更多"]
    wechat.is_down("qrcode/create", Failure(-1))
    with pytest.raises(LookupError, match="busy"):
        do(wechat, lambda channel: channel.invitation("token-1", timedelta(days=14)))
