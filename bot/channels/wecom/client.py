"""wechatpy's client for one app of WeCom, with the token of our holder. The channel owns it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from wechatpy.enterprise import WeChatClient

from bot.channels.token import Tokens, TokenStore
from bot.channels.weixin.client import THREADS, OurClient
from bot.settings_wecom import WeCom

__all__ = ["THREADS", "Client"]


class Client(OurClient, WeChatClient):  # type: ignore[misc]
    """wechatpy's client, which asks our holder for its token."""

    def __init__(self, section: WeCom, seconds: float, store: TokenStore, real: Callable[[], datetime]) -> None:
        """Make it; nothing is called yet. `seconds` is what any call may take."""
        super().__init__(section.corp_id, section.secret, timeout=seconds, auto_retry=False)
        self.API_BASE_URL = f"{section.api_url}/cgi-bin/"
        self.tokens = Tokens(self._fetch, store, real, section.account, channel="wecom")
        self._agent_id = section.agent_id
        self.arrange(section.proxy)

    def send_message(self, user: str, message: Mapping[str, Any]) -> Any:
        """Send a message to one member and return WeCom's answer; raises what `result_of_error` understands."""
        return self.with_token(lambda: self.message.send(self._agent_id, user, msg=dict(message)))

    def upload(self, name: str, data: bytes, media_type: str) -> str:
        """Give WeCom a picture and return the id by which messages show it for three days."""
        file = {"media": (name, data, media_type)}
        answer = self.with_token(lambda: self.post("media/upload", params={"type": "image"}, files=file))
        return str(answer["media_id"])

    def update_card(self, user: str, code: str, label: str) -> Any:
        """Replace the buttons of a card by one label, for one member; each code works once."""
        data = {
            "userids": [user],
            "agentid": self._agent_id,
            "response_code": code,
            "button": {"replace_name": label},
        }
        return self.with_token(lambda: self.post("message/update_template_card", data=data))

    def create_menu(self, menu: Mapping[str, Any]) -> Any:
        """Put the app's menu."""
        return self.with_token(lambda: self.menu.create(self._agent_id, dict(menu)))

    def describe(self) -> str | None:
        """Fetch a token, whatever is stored, and return the name of the app that it is for; FetchError among others."""
        token, _seconds = self._fetch()
        answer = self.get("agent/get", params={"agentid": self._agent_id, "access_token": token})
        name = answer.get("name") if isinstance(answer, dict) else None
        return name if isinstance(name, str) and name else None

    def _fetch(self) -> tuple[str, float]:
        params = {"corpid": self.corp_id, "corpsecret": self.secret}
        return self.ask_token("GET", f"{self.API_BASE_URL}gettoken", params=params)
