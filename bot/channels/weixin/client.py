"""wechatpy's clients with the token of our holder, our time-outs and our proxy: what those of WeCom and WeChat share.

wechatpy would fetch tokens by itself, from an address that is written into it, and again and again while they are
refused: all of that is replaced here. It is synchronous; the channels call it on threads of their own.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from wechatpy.exceptions import WeChatClientException

from bot.channels.base import Missing
from bot.channels.token import FetchError, Tokens
from bot.channels.weixin.answers import STALE_TOKEN

T = TypeVar("T")
_PIECE, _LONGEST_REFUSAL = 1 << 16, 1000
THREADS = 16
"""How many calls are under way at once, and how many connections are kept."""


class OurClient:
    """What stands before a client of wechatpy: it asks our holder for its token."""

    tokens: Tokens
    timeout: float
    API_BASE_URL: str
    _http: requests.Session

    def arrange(self, proxy: str) -> None:
        """Keep enough connections, and call through the proxy of the settings, if any."""
        adapter = HTTPAdapter(pool_connections=THREADS, pool_maxsize=THREADS)
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, adapter)
        self._http.trust_env = False  # a proxy is a setting, not what a shell happens to hold
        if proxy:
            self._http.proxies = {"http": proxy, "https": proxy}

    @property
    def access_token(self) -> str:
        """Return the token; NoTokenError while there is none."""
        return self.tokens.token()

    def fetch_access_token(self) -> None:
        """Refuse: only the holder fetches."""
        raise NotImplementedError

    def listen(self, heard: Callable[..., None]) -> None:
        """Show every answer from now on to somebody, as `requests` has it."""
        self._http.hooks["response"].append(heard)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def with_token(self, call: Callable[[], T]) -> T:
        """Call, and once more when the platform does not take the token any more."""
        used = self.tokens.token()
        try:
            return call()
        except WeChatClientException as error:
            if error.errcode not in STALE_TOKEN:
                raise
        self.tokens.refused(used)
        return call()

    def media(self, media_id: str, limit: int) -> bytes | Missing:
        """Return what a member or follower sent; WeChatClientException when the platform does not give it out."""
        return self.with_token(lambda: self._media(media_id, limit))

    def ask_token(self, method: str, url: str, **how: Mapping[str, Any]) -> tuple[str, float]:
        """Ask for a token; FetchError. Nothing of the answer or the address is ever told: both hold secrets."""
        try:
            answer = self._http.request(method, url, timeout=self.timeout, **how)  # type: ignore[arg-type]
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:  # ValueError: no JSON
            raise FetchError(type(error).__name__, refused=False) from None
        code, value, seconds = (found.get(name) for name in ("errcode", "access_token", "expires_in"))
        if code in {0, None} and isinstance(value, str) and value:
            return value, float(seconds) if isinstance(seconds, int | float) else 7200.0
        busy = code in {-1, 45009, None}
        raise FetchError(f"code_{code}" if isinstance(code, int) else "no_token", refused=not busy)

    def _media(self, media_id: str, limit: int) -> bytes | Missing:
        """Fetch a file piece by piece, so that a large one fills no memory; a refusal comes as JSON in its place."""
        params = {"access_token": self.access_token, "media_id": media_id}
        url = f"{self.API_BASE_URL}media/get"
        with self._http.get(url, params=params, timeout=self.timeout, stream=True) as answer:
            answer.raise_for_status()
            data = bytearray()
            for piece in answer.iter_content(_PIECE):
                data += piece
                if len(data) > limit:
                    return Missing.TOO_LARGE
        if (code := _refusal_in(data)) is not None:
            raise WeChatClientException(code, None)
        return bytes(data) or Missing.GONE


def _refusal_in(data: bytearray) -> int | None:
    """Return the code of a refusal; None for anything else."""
    if len(data) > _LONGEST_REFUSAL or not data.lstrip().startswith(b"{"):
        return None
    try:
        told = json.loads(data)
    except ValueError:
        return None
    code = told.get("errcode") if isinstance(told, dict) else None
    return code if isinstance(code, int) and code != 0 else None
