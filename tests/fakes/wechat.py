"""A WeChat of our own on loopback: the API that one Official Account calls, and followers who write to it.

    with FakeWeChat() as wechat:
        section = wechat.section()                     # settings of [channels.wechat] that point here
        wechat.calls_account(lambda query, body: (status, answer))
        mei = wechat.follower("openid-mei")
        mei.scans(url); mei.says("2"); mei.taps("/sos"); mei.shares(40.7, -74.0); mei.sends_file("image"); mei.leaves()
        mei.allows("template-id")                      # one message more by a 订阅通知
        mei.hears("你好"); mei.unheard

It counts as the platform does: five messages within 48 hours of her last one, three within a minute of a tap, a follow
or a scan (45015 and 45047 else), and a 订阅通知 only with a leave of hers (43101). What stands in the answer of a
callback is not counted. The server itself, scripted trouble included, is that of `tests/fakes/wecom.py`.
"""

import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot.channels.xml_reading import read_xml
from bot.settings_wechat import WeChat
from tests.fakes.wechat_follower import Follower
from tests.fakes.wecom import OK, TEXT_BYTES, FakeWeCom, refusal
from tests.fakes.wecom_calls import AES_KEY, TOKEN, decrypt, sealed_call, signature

APP_ID = "wxfake0123456789"
SECRET = "fake-secret-of-the-account"
GH_ID = "gh_fake"
TEMPLATE = "template-for-questions"
ONCE = "template-once"


class FakeWeChat(FakeWeCom):
    """The platform with one Official Account; a context manager."""

    def __init__(self) -> None:
        super().__init__()
        self.followers: dict[str, Follower] = {}
        self.scenes: dict[str, str] = {}
        self.repeats: list[tuple[str, bytes]] = []
        self._account: Callable[[str, bytes], tuple[int, bytes]] = lambda _query, _body: (0, b"")

    def values(self, **changes: Any) -> dict[str, Any]:
        """Return the settings of the channel that point here, as a file has them."""
        return {
            "enabled": True,
            "app_id": APP_ID,
            "secret": SECRET,
            "token": TOKEN,
            "aes_key": AES_KEY,
            "api_url": self.url,
        } | changes

    def official(self, **changes: Any) -> WeChat:
        return WeChat.model_validate(self.values(**changes))

    def follower(self, openid: str) -> Follower:
        return self.followers.setdefault(openid, Follower(self, openid))

    def calls_account(self, account: Callable[[str, bytes], tuple[int, bytes]]) -> None:
        self._account = account

    def seal(self, text: str, *, nonce: str = "", at: float | None = None) -> tuple[str, bytes]:
        number = nonce or str(secrets.randbelow(10**10))
        query, body = sealed_call(text, number, self.now() if at is None else at, APP_ID)
        return f"{query}&encrypt_type=aes", body

    def says(self, values: dict[str, object]) -> tuple[int, str]:
        """Call the account with a message and return the status and the text of its answer, empty for none."""
        query, body = self.sealed(values)
        status, answer = self._account(query, body)
        return status, self.opened(answer) if answer else ""

    def opened(self, answer: bytes) -> str:
        """Return the text of a passive reply; an AssertionError unless it is sealed and signed as it must be."""
        outer = read_xml(answer)
        signed = signature(outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
        assert outer["MsgSignature"] == signed
        inner = read_xml(decrypt(outer["Encrypt"], APP_ID))
        assert (inner["MsgType"], inner["FromUserName"]) == ("text", GH_ID)
        assert len(inner["Content"].encode()) <= TEXT_BYTES
        return str(inner["Content"])

    def scene_of(self, url: str) -> str:
        """Return the scene behind the address of a code."""
        return self.scenes[parse_qs(urlsplit(url).query)["ticket"][0]]

    # ------------------------------------------------------------------------------------ the platform

    def _do(self, path: str, request: web.Request, body: bytes) -> dict[str, Any]:
        values = json.loads(body or b"{}")
        if path == "stable_token":
            return self._stable_token(values)
        if request.query.get("access_token") not in self.tokens:
            return refusal(40001)
        if path == "media/get":
            return self.gives_media(request)
        does: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "message/custom/send": self._custom,
            "message/template/send": self._template,
            "message/subscribe/bizsend": self._subscribed,
            "menu/create": lambda menu: self._put_menu(menu, b""),
            "qrcode/create": self._qr_code,
            "openapi/quota/get": lambda _asked: {"errcode": 0, "quota": {"daily_limit": 500, "used": 2, "remain": 498}},
        }
        return does[path](values) if path in does else refusal(404)

    def _stable_token(self, values: dict[str, Any]) -> dict[str, Any]:
        if (values.get("appid"), values.get("secret")) != (APP_ID, SECRET):
            return refusal(40125)
        if not self.tokens:
            self.tokens.append(secrets.token_hex(20))
        return {"access_token": self.tokens[-1], "expires_in": self.lasts}

    def _custom(self, values: dict[str, Any]) -> dict[str, Any]:
        her = self.followers.get(values["touser"])
        if her is None:
            return refusal(40003)
        if len(values["text"]["content"].encode()) > TEXT_BYTES:
            return refusal(45002)
        if code := her.refuses(self.now()):
            return refusal(code)
        her.messages.append(values["text"]["content"])
        return OK

    def _template(self, values: dict[str, Any]) -> dict[str, Any]:
        her = self.followers.get(values["touser"])
        if her is None or not her.follows:
            return refusal(40003 if her is None else 43004)
        if values["template_id"] != TEMPLATE:
            return refusal(40037)
        return self._by_form(her, values)

    def _subscribed(self, values: dict[str, Any]) -> dict[str, Any]:
        her = self.followers.get(values["touser"])
        if her is None:
            return refusal(40003)
        if her.leave.get(values["template_id"], 0) < 1:
            return refusal(43101)
        her.leave[values["template_id"]] -= 1
        return self._by_form(her, values)

    def _by_form(self, her: Follower, values: dict[str, Any]) -> dict[str, Any]:
        if any(len(one["value"]) > 20 for name, one in values["data"].items() if name.startswith("thing")):
            return refusal(47003)
        if values.get("client_msg_id") not in her.seen or "client_msg_id" not in values:
            her.seen.add(values.get("client_msg_id", ""))
            her.forms.append(values)
            her.messages.append("\n".join(one["value"] for one in values["data"].values()))
        return OK

    def _qr_code(self, values: dict[str, Any]) -> dict[str, Any]:
        scene = values["action_info"]["scene"]["scene_str"]
        if not 1 <= len(scene) <= 64 or values["expire_seconds"] > 30 * 86400:
            return refusal(40097)
        ticket = secrets.token_urlsafe(24) + "=="
        self.scenes[ticket] = scene
        return {"ticket": ticket, "expire_seconds": values["expire_seconds"], "url": f"http://weixin.qq.com/q/{ticket}"}
