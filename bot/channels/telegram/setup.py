"""Tells Telegram what it should know of the bot: its commands in two languages and, in webhook mode, where to call.

`Telegram.introduce` runs it as a task beside the service; the service starts without waiting for it.
"""

import asyncio
import tomllib
from importlib.resources import files

import structlog
from telegram.error import TelegramError

from bot.channels.telegram.client import Client
from bot.channels.telegram.errors import result_of
from bot.channels.telegram.polling import Pause, back_off
from bot.channels.telegram.understand import ALLOWED_UPDATES

log = structlog.get_logger(__name__)


def commands() -> dict[str, list[dict[str, str]]]:
    """Return the menu of commands by language, `default` for all others, as setMyCommands takes it."""
    text = files("templates").joinpath("channels/telegram_commands.toml").read_text(encoding="utf-8")
    return {
        language: [{"command": name, "description": words} for name, words in entries.items()]
        for language, entries in tomllib.loads(text).items()
    }


async def introduce(client: Client, *, webhook_url: str, secret: str, pause: Pause = asyncio.sleep) -> None:
    """Set commands and webhook (none when `webhook_url` is empty), each until it worked; pauses between tries."""
    calls: list[tuple[str, dict[str, object]]] = []
    if webhook_url:  # first, because without it nothing arrives
        calls.append(("setWebhook", {"url": webhook_url, "secret_token": secret, "allowed_updates": ALLOWED_UPDATES}))
    for language, entries in commands().items():
        calls.append(
            ("setMyCommands", {"commands": entries} | ({} if language == "default" else {"language_code": language}))
        )
    for method, data in calls:
        failures = 0
        while True:
            try:
                await client.call(method, **data)
                break
            except TelegramError as error:
                failures += 1
                log.warning("telegram.setup_failed", method=method, failures=failures, reason=result_of(error).reason)
                await pause(back_off(failures, error))
    log.info("telegram.introduced", webhook=bool(webhook_url))
