"""The channel against npm's telegram-test-api: what was said is stored, a question arrives, a press, an edit."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.understand import understand
from bot.inbox.model import Incoming, Said
from bot.outbox.model import Button, Rendered, ResultKind
from bot.settings import Limits
from bot.settings_telegram import Telegram as Section
from tests.fakes.telegram_peer import Peer, running_peer

pytestmark = pytest.mark.node
QUESTION = Rendered(
    "How is your week?", ((Button("平安 Fine", data="answer:1:fine"),), (Button("紧急", data="answer:1:urgent"),))
)


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer() as running:
        yield running


def test_a_round_trip(peer: Peer) -> None:
    section = Section(enabled=True, token=peer.token, bot_username="TestNameBot", api_url=peer.url)
    mei = peer.phone(5_000_000_001)
    heard: dict[str, Incoming] = {}

    async def store(external_id: str, sender: str, raw: dict[str, Any], _text: str) -> None:
        heard[external_id] = understand(raw)
        assert sender == "5000000001"

    async def until(condition: Callable[[], object]) -> None:
        await asyncio.to_thread(peer.wait_for, condition, "what the test waits for")

    async def run() -> None:
        channel = Telegram(section, Limits(telegram_poll_seconds=2, telegram_timeout_seconds=5))
        poll = asyncio.create_task(channel.run(store))
        try:
            await channel.introduce()
            mei.says("/start abc_DEF-1")
            await until(lambda: heard)
            sent = await channel.send("5000000001", QUESTION, key="k")
            assert sent.kind is ResultKind.ACCEPTED
            await asyncio.to_thread(mei.presses, "平安")
            await until(lambda: len(heard) == 2)
            start, press = heard.values()
            assert (start.said, start.data) == (Said.START, "abc_DEF-1")
            assert (press.said, press.data, press.message_ref) == (Said.PRESS, "answer:1:fine", sent.external_id)
            edit = await channel.edit("5000000001", sent.external_id or "", Rendered("How is your week? Answered ✓"))
            assert edit.kind is ResultKind.ACCEPTED
        finally:
            poll.cancel()
            await asyncio.gather(poll, return_exceptions=True)
            await channel.close()

    asyncio.run(run())
    (message,) = mei.sent()
    assert message["text"] == "How is your week? Answered ✓"


def test_what_was_not_confirmed_is_given_again(peer: Peer) -> None:
    peer.phone(7).says("one")
    peer.phone(7).says("two")
    path = f"bot{peer.token}/getUpdates"
    first, second = [update["update_id"] for update in peer.post(path, {"timeout": 5})["result"]]
    assert [update["update_id"] for update in peer.post(path, {})["result"]] == [first, second]
    assert [update["update_id"] for update in peer.post(path, {"offset": second})["result"]] == [second]
    assert peer.post(path, {"offset": second + 1, "timeout": 0})["result"] == []
