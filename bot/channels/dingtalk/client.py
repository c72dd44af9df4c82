"""The calls of DingTalk's API: JSON over our own session, with the token of our holder, our time-outs and our proxy.

The channel owns it. The library's own calls wait without a time-out and inside the loop, so none of them is used.
"""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import aiohttp
import requests

from bot.channels.dingtalk.calls import Calls
from bot.channels.dingtalk.errors import Answer
from bot.channels.token import FetchError, Tokens, TokenStore
from bot.settings_dingtalk import DingTalk

HEADER = "x-acs-dingtalk-access-token"
MOST_BYTES = 1 << 20
CONNECTIONS = 16
DOWNLOAD_SECONDS = 60.0


class Client:
    """Calls the platform for one app."""

    def __init__(
        self, section: DingTalk, seconds: float, store: TokenStore, real: Callable[[], datetime], calls: Calls
    ) -> None:
        """Make it; nothing is called yet. `seconds` is what any call may take."""
        self._section = section
        self._seconds = seconds
        self._calls = calls
        self.tokens = Tokens(self._fetch, store, real, section.account, channel="dingtalk")
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="dingtalk-token")
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def call(self, method: str, path: str, body: dict[str, Any]) -> Answer:
        """Call with our token, and once more when the platform does not take it any more.

        Raises what `result_of_error` understands.
        """
        used = await self._token()
        answer = await self._ask(method, path, body, {HEADER: used})
        if not answer.is_stale:
            return answer
        self.tokens.refused(used)
        return await self._ask(method, path, body, {HEADER: await self._token()})

    async def download(self, url: str, limit: int) -> bytes | None:
        """Return what lies behind an address that the platform gave, None for more than `limit` bytes.

        Raises what `result_of_error` understands. It is asked without our token: the address lies elsewhere.
        """
        session, proxy = self._opened(), self._section.proxy or None
        async with session.get(url, proxy=proxy, timeout=aiohttp.ClientTimeout(total=DOWNLOAD_SECONDS)) as response:
            response.raise_for_status()
            data = bytearray()
            async for piece in response.content.iter_chunked(MOST_BYTES):
                data += piece
                if len(data) > limit:
                    return None
        return bytes(data)

    async def open_connection(self, subscriptions: list[dict[str, str]]) -> Answer:
        """Ask where to connect: `endpoint`, and a `ticket` that is good once and for ninety seconds."""
        body = {
            "clientId": self._section.client_id,
            "clientSecret": self._section.client_secret,
            "subscriptions": subscriptions,
            "ua": "yanxin",
        }
        return await self._ask("POST", "/v1.0/gateway/connections/open", body, {})

    async def fetch_token(self) -> None:
        """Ask for a token that nobody keeps, to see that there is one; FetchError."""
        self._loop = asyncio.get_running_loop()
        await self._loop.run_in_executor(self._threads, self._fetch)

    async def close(self) -> None:
        """Call nothing more and close the connections."""
        await self._calls.written()
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._session is not None:
            await self._session.close()

    async def _ask(self, method: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> Answer:
        self._calls.note()
        session, url, proxy = self._opened(), self._section.api_url + path, self._section.proxy or None
        async with session.request(
            method, url, json=body, headers=headers, proxy=proxy, allow_redirects=False
        ) as response:
            values = _json(await response.content.read(MOST_BYTES))
            return Answer(response.status, values, response.headers.get("date"))

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._seconds, sock_connect=self._seconds * 2 / 3),
                connector=aiohttp.TCPConnector(limit=CONNECTIONS),
                trust_env=False,  # a proxy is a setting, not what a shell happens to hold
            )
        return self._session

    async def _token(self) -> str:
        self._loop = asyncio.get_running_loop()
        return await self._loop.run_in_executor(self._threads, self.tokens.token)

    def _fetch(self) -> tuple[str, float]:
        """Ask for a token; FetchError. Nothing of the answer or the address is ever told: both may hold secrets."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._calls.note)
        body = {"appKey": self._section.client_id, "appSecret": self._section.client_secret}
        proxies = dict.fromkeys(("http", "https"), self._section.proxy) if self._section.proxy else {}
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    f"{self._section.api_url}/v1.0/oauth2/accessToken",
                    json=body,
                    timeout=self._seconds,
                    proxies=proxies,
                    allow_redirects=False,
                )
            found = answer.json()
        except (requests.RequestException, ValueError) as error:  # ValueError: no JSON
            raise FetchError(type(error).__name__, refused=False) from None
        told: dict[str, Any] = found if isinstance(found, dict) else {}
        value, seconds = told.get("accessToken"), told.get("expireIn")
        if answer.ok and isinstance(value, str) and value:
            return value, float(seconds) if isinstance(seconds, int | float) else 7200.0
        status = answer.status_code
        raise FetchError(f"status_{status}", refused=status in {400, 401, 403})


def _json(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
