"""wechatpy's client for one Official Account, with the token of our holder. The channel owns it.

The token comes from `stable_token`: asking there ends no token that another program of the school has.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from wechatpy.client import WeChatClient

from bot.channels.token import Tokens, TokenStore
from bot.channels.weixin.client import OurClient
from bot.settings_wechat import WeChat

QR_PAGE = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="
"""Where WeChat shows the code of a ticket, to whoever has it."""


class Client(OurClient, WeChatClient):  # type: ignore[misc]
    """wechatpy's client, which asks our holder for its token."""

    def __init__(self, section: WeChat, seconds: float, store: TokenStore, real: Callable[[], datetime]) -> None:
        """Make it; nothing is called yet. `seconds` is what any call may take."""
        super().__init__(section.app_id, section.secret, timeout=seconds, auto_retry=False)
        self.API_BASE_URL = f"{section.api_url}/cgi-bin/"
        self.tokens = Tokens(self._fetch, store, real, section.account, channel="wechat")
        self.arrange(section.proxy)

    def send_text(self, openid: str, text: str) -> Any:
        """Send a customer-service message and return WeChat's answer."""
        return self.with_token(lambda: self.message.send_text(openid, text))

    def send_template(self, openid: str, template: str, data: Mapping[str, Any], page: str, key: str) -> Any:
        """Send a template message; the same key is delivered once."""
        body = {"touser": openid, "template_id": template, "data": dict(data), "client_msg_id": key}
        if page:
            body["url"] = page
        return self.with_token(lambda: self.post("message/template/send", data=body))

    def send_subscribed(self, openid: str, template: str, data: Mapping[str, Any], page: str) -> Any:
        """Send a message for which she has given leave once."""
        body = {"touser": openid, "template_id": template, "data": dict(data)}
        if page:
            body["page"] = page
        return self.with_token(lambda: self.post("message/subscribe/bizsend", data=body))

    def create_menu(self, menu: Mapping[str, Any]) -> Any:
        """Put the menu of the account."""
        return self.with_token(lambda: self.menu.create(dict(menu)))

    def qr_link(self, scene: str, seconds: int) -> str:
        """Return the address of a code that carries a scene of 1-64 characters for so many seconds."""
        body = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        ticket = self.with_token(lambda: self.post("qrcode/create", data=body))["ticket"]
        return QR_PAGE + quote(str(ticket), safe="")

    def quota(self, path: str) -> Any:
        """Fetch a token, whatever is stored, and return how often a path was called today and may be."""
        token, _seconds = self._fetch()
        return self.post("openapi/quota/get", params={"access_token": token}, data={"cgi_path": path}).get("quota")

    def _fetch(self) -> tuple[str, float]:
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self.ask_token("POST", f"{self.API_BASE_URL}stable_token", json=body)
