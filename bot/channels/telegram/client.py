"""Makes the library's client for one bot: where it calls, through which proxy, how long it waits. The channel owns it.

The library's own loggers write addresses with the token in them, and whole requests; they are silenced here.
"""

import logging
import warnings
from typing import Any
from urllib.parse import quote

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest
from telegram.warnings import PTBDeprecationWarning

from bot.channels.telegram.faults import Heard
from bot.errors import UsageError
from bot.settings import Limits
from bot.settings_telegram import Telegram as TelegramSettings

POLL_GRACE = 10
"""Seconds that a long poll may answer later than it was asked to."""

DOWNLOAD_SECONDS = 30.0
"""How long nothing at all may come of a file while it is fetched."""


class Client(Bot):
    """The library's bot, with answers as Telegram wrote them.

    The library's own methods build objects of what comes back; one update, or one field, that it does not understand
    would then hide whole batches, or make a message that arrived look as if it had not.
    """

    async def call(self, method: str, **data: Any) -> Any:
        """Call a method of the Bot API and return the JSON of its result. Raises TelegramError and nothing else."""
        return await self._ask(method, data)

    async def download(self, path: str) -> bytes:
        """Return the bytes behind the `file_path` of a file. Raises TelegramError."""
        return await self.request.retrieve(f"{self.base_file_url}/{quote(path)}", read_timeout=DOWNLOAD_SECONDS)

    async def raw_updates(self, offset: int | None, seconds: int, kinds: list[str]) -> Any:
        """Wait up to `seconds` for updates from `offset` on; what is below it counts as received at Telegram.

        Raises TelegramError.
        """
        data = {"offset": offset, "timeout": seconds, "allowed_updates": kinds}
        return await self._ask("getUpdates", data, read_timeout=float(seconds + POLL_GRACE))

    async def _ask(self, method: str, data: dict[str, Any], **options: Any) -> Any:
        try:
            return await self._post(method, data, **options)
        except (AttributeError, LookupError, TypeError, ValueError) as error:  # a 200 without a result
            raise TelegramError("the answer has no result") from error


def make_client(section: TelegramSettings, limits: Limits, *, heard: Heard | None = None) -> Client:
    """Make the client; nothing is called yet. UsageError when the proxy cannot be used.

    `heard` is told the Date of every answer, None for one without.
    """
    # A service without Telegram goes without what calls it, and nearly every one without what speaks SOCKS.
    from bot.channels.telegram.request import Request, proxy_of  # noqa: PLC0415 - see above

    _silence()
    seconds = float(limits.telegram_timeout_seconds)

    def request(connections: int) -> BaseRequest:
        if section.proxy.startswith("socks"):
            from bot.channels.telegram.socks import SocksRequest  # noqa: PLC0415 - see above

            return SocksRequest(connections, seconds, proxy=section.proxy, heard=heard)
        return Request(connections, seconds, proxy=proxy_of(section.proxy), heard=heard)

    try:
        # A second of messages may be under way, alarms beside it (`scheduler.pace`), and files that are fetched.
        sending, polling = request(limits.telegram_messages_per_second * 3 // 2 + 2), request(1)
    except (RuntimeError, ImportError, ValueError) as error:
        raise UsageError(
            f"[channels.telegram] proxy cannot be used ({type(error).__name__}); write http://HOST:PORT"
        ) from None
    return Client(
        section.token,
        base_url=f"{section.api_url}/bot",
        base_file_url=f"{section.api_url}/file/bot",
        request=sending,
        get_updates_request=polling,
    )


def _silence() -> None:
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # The library warns about its own attribute each time Telegram asks us to slow down.
    warnings.filterwarnings("ignore", message=".*retry_after", category=PTBDeprecationWarning)
