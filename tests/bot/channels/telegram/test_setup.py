"""What Telegram is told of the bot, and that trouble with it only delays it."""

import asyncio
import re

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.client import make_client
from bot.channels.telegram.setup import commands, introduce
from bot.settings import Limits
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import server_error, too_many

NAMES = ["start", "checkin", "sos", "pause", "buddy", "notcounsellor", "zone", "calendar", "channels", "language"]
NAMES += ["report", "talk", "opportunities", "plan", "mydata", "why", "help", "stop"]


def introduce_channel(telegram: FakeTelegram, mode: str) -> None:
    async def run() -> None:
        channel = Telegram(telegram.section(mode=mode), Limits(), webhook_url="http://127.0.0.1:9/webhooks/telegram")
        await channel.introduce()
        await channel.close()

    asyncio.run(run())


def test_commands_in_two_languages(telegram: FakeTelegram) -> None:
    introduce_channel(telegram, "polling")
    assert set(telegram.commands) == {"", "zh"}
    for entries in telegram.commands.values():
        assert [entry["command"] for entry in entries] == NAMES
        assert all(1 <= len(entry["description"]) <= 256 for entry in entries)
    assert re.search("[\u4e00-\u9fff]", telegram.commands["zh"][0]["description"])
    assert telegram.webhook is None
    assert telegram.calls_of("setWebhook") == []


def test_a_webhook_with_its_secret(telegram: FakeTelegram) -> None:
    introduce_channel(telegram, "webhook")
    assert telegram.webhook is not None
    assert telegram.webhook["url"] == "http://127.0.0.1:9/webhooks/telegram"
    assert telegram.webhook["secret_token"] == telegram.section().webhook_secret
    assert "my_chat_member" in telegram.webhook["allowed_updates"]


def test_trouble_only_delays_it(telegram: FakeTelegram) -> None:
    telegram.fails("setMyCommands", server_error(), too_many(2))
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async def run() -> None:
        client = make_client(telegram.section(), Limits())
        await introduce(client, webhook_url="", secret="", pause=pause)
        for request in client._request:
            await request.shutdown()

    asyncio.run(run())
    assert len(pauses) == 2
    assert set(telegram.commands) == {"", "zh"}


def test_both_menus_name_the_same_commands() -> None:
    menus = [[entry["command"] for entry in entries] for entries in commands().values()]
    assert menus == [NAMES, NAMES]
