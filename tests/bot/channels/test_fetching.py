"""What somebody sent is fetched from each platform, or it is said why not; a token that ran out is renewed."""

from collections.abc import Callable, Coroutine
from typing import Any

from bot.channels.base import Fetching, Missing
from tests.bot.channels.dingtalk import test_channel as on_dingtalk
from tests.bot.channels.telegram.test_channel import with_channel
from tests.bot.channels.wechat import test_channel as on_wechat
from tests.bot.channels.wecom import test_channel as on_wecom
from tests.fakes.dingtalk import FILE_PATH, FakeDingTalk
from tests.fakes.dingtalk import Failure as DingTalkFailure
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import bad_request, server_error
from tests.fakes.wechat import FakeWeChat
from tests.fakes.wecom import Failure, FakeWeCom

Got = list[bytes | Missing]
LIMIT = 2000
LARGE = b"x" * (LIMIT + 1)


def fetched(*refs: str) -> Callable[[Fetching], Coroutine[Any, Any, Got]]:
    async def work(channel: Fetching) -> Got:
        return [await channel.fetch(ref, LIMIT) for ref in refs]

    return work


def test_telegram() -> None:
    with FakeTelegram() as telegram:
        small, large = telegram.keeps_file(b"photo"), telegram.keeps_file(LARGE)
        telegram.fails("getFile", server_error(), bad_request("file is too big"))
        found = with_channel(telegram, fetched(small, small, small, large, "forged"))
    assert found == [Missing.LATER, Missing.TOO_LARGE, b"photo", Missing.TOO_LARGE, Missing.GONE]


def test_wecom() -> None:
    with FakeWeCom() as wecom:
        desk, (small, large) = on_wecom.Desk(wecom), (wecom.keeps(b"photo"), wecom.keeps(LARGE))
        wecom.fails("media/get", Failure(status=502, body="<html>"), Failure(code=42001))
        found = desk.does(fetched(small, small, large, "forged"))
    assert found == [Missing.LATER, b"photo", Missing.TOO_LARGE, Missing.GONE]
    assert len(wecom.token_calls) == 2  # the second when the first was not taken any more


def test_wechat() -> None:
    with FakeWeChat() as wechat:
        wechat.now = on_wechat.NOW.timestamp
        small, large = wechat.keeps(b"photo"), wechat.keeps(LARGE)
        found = on_wechat.do(wechat, fetched(small, large, "forged"))
    assert found == [b"photo", Missing.TOO_LARGE, Missing.GONE]


def test_dingtalk() -> None:
    with FakeDingTalk() as dingtalk:
        dingtalk.files |= {"small": b"photo", "large": LARGE}
        dingtalk.fails(FILE_PATH, DingTalkFailure(status=503))
        found = on_dingtalk.Desk(dingtalk).does(fetched("small", "small", "large", "forged"))
    assert found == [Missing.LATER, b"photo", Missing.TOO_LARGE, Missing.GONE]
