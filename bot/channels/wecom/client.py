"""wechatpy's client for one app, with the token of our holder, our time-outs and our proxy. The channel owns it.

wechatpy would fetch tokens by itself, from an address that is written into it, and again and again while they are
refused: all of that is replaced here. It is synchronous; the channel calls it on threads of its own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from wechatpy.enterprise import WeChatClient
from wechatpy.exceptions import WeChatClientException

from bot.channels.token import FetchError, Tokens, TokenStore
from bot.channels.wecom.errors import STALE_TOKEN
from bot.settings_wecom import WeCom

T = TypeVar("T")
THREADS = 16
"""How many calls are under way at once, and how many connections are kept."""


class Client(WeChatClient):  # type: ignore[misc]
    """wechatpy's client, which asks our holder for its token."""

    def __init__(self, section: WeCom, seconds: float, store: TokenStore, real: Callable[[], datetime]) -> None:
        """Make it; nothing is called yet. `seconds` is what any call may take."""
        super().__init__(section.corp_id, section.secret, timeout=seconds, auto_retry=False)
        self.API_BASE_URL = f"{section.api_url}/cgi-bin/"
        self.tokens = Tokens(self._fetch, store, real, section.account, channel="wecom")
        self._agent_id = section.agent_id
        adapter = HTTPAdapter(pool_connections=THREADS, pool_maxsize=THREADS)
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, adapter)
        self._http.trust_env = False  # a proxy is a setting, not what a shell happens to hold
        if section.proxy:
            self._http.proxies = {"http": section.proxy, "https": section.proxy}

    @property
    def access_token(self) -> str:
        """Return the token; NoTokenError while there is none."""
        return self.tokens.token()

    def fetch_access_token(self) -> None:
        """Refuse: only the holder fetches."""
        raise NotImplementedError

    def send_message(self, user: str, message: Mapping[str, Any]) -> Any:
        """Send a message to one member and return WeCom's answer; raises what `result_of_error` understands."""
        return self._with_token(lambda: self.message.send(self._agent_id, user, msg=dict(message)))

    def update_card(self, user: str, code: str, label: str) -> Any:
        """Replace the buttons of a card by one label, for one member; each code works once."""
        data = {
            "userids": [user],
            "agentid": self._agent_id,
            "response_code": code,
            "button": {"replace_name": label},
        }
        return self._with_token(lambda: self.post("message/update_template_card", data=data))

    def create_menu(self, menu: Mapping[str, Any]) -> Any:
        """Put the app's menu."""
        return self._with_token(lambda: self.menu.create(self._agent_id, dict(menu)))

    def describe(self) -> str | None:
        """Fetch a token, whatever is stored, and return the name of the app that it is for; FetchError among others."""
        token, _seconds = self._fetch()
        answer = self.get("agent/get", params={"agentid": self._agent_id, "access_token": token})
        name = answer.get("name") if isinstance(answer, dict) else None
        return name if isinstance(name, str) and name else None

    def listen(self, heard: Callable[..., None]) -> None:
        """Show every answer from now on to somebody, as `requests` has it."""
        self._http.hooks["response"].append(heard)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _with_token(self, call: Callable[[], T]) -> T:
        """Call, and once more when WeCom does not take the token any more."""
        used = self.tokens.token()
        try:
            return call()
        except WeChatClientException as error:
            if error.errcode not in STALE_TOKEN:
                raise
        self.tokens.refused(used)
        return call()

    def _fetch(self) -> tuple[str, float]:
        """Ask for a token; FetchError. Nothing of the answer or the address is ever told: both hold secrets."""
        params = {"corpid": self.corp_id, "corpsecret": self.secret}
        try:
            answer = self._http.get(f"{self.API_BASE_URL}gettoken", params=params, timeout=self.timeout)
            answer.raise_for_status()
            found = answer.json()
        except (requests.RequestException, ValueError) as error:  # ValueError: no JSON
            raise FetchError(type(error).__name__, refused=False) from None
        code, value, seconds = (found.get(name) for name in ("errcode", "access_token", "expires_in"))
        if code in {0, None} and isinstance(value, str) and value:
            return value, float(seconds) if isinstance(seconds, int | float) else 7200.0
        busy = code in {-1, 45009, None}
        raise FetchError(f"code_{code}" if isinstance(code, int) else "no_token", refused=not busy)
