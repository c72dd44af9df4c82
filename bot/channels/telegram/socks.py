"""Telegram's calls through a SOCKS proxy, which the library's own client speaks and aiohttp does not.

Its errors have the same causes as those of `request`.
"""

from typing import Any

import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import HTTPXRequest

from bot.channels.telegram.faults import Broken, Heard, NotSent

_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class SocksRequest(HTTPXRequest):
    """Calls through a proxy whose address begins with socks5:// or socks5h://."""

    __slots__ = ()

    def __init__(self, connections: int, seconds: float, *, proxy: str, heard: Heard | None = None) -> None:
        """RuntimeError, ImportError or ValueError when the proxy cannot be used; see `Request` for the rest."""

        async def answered(answer: httpx.Response) -> None:
            if heard is not None:
                heard(answer.headers.get("date"))

        super().__init__(
            connection_pool_size=connections,
            connect_timeout=seconds,
            read_timeout=seconds,
            write_timeout=seconds,
            pool_timeout=seconds,
            proxy=proxy,
            # A proxy is a setting, not what a shell happens to hold.
            httpx_kwargs={"trust_env": False, "event_hooks": {"response": [answered]}},
        )

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """Return the status and the body of the answer; TimedOut or NetworkError, caused by NotSent or Broken."""
        try:
            return await super().do_request(*args, **options)
        except NetworkError as error:
            cause = error.__cause__
            kind = NotSent if isinstance(cause, _NOTHING_SENT) else Broken
            again = TimedOut() if isinstance(error, TimedOut) else NetworkError(type(cause).__name__)
            raise again from kind(type(cause).__name__)
