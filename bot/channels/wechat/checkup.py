"""How is the Official Account? `yanxin doctor` asks through `WeChat.checkup`: a token, how much of the day is used, and
one call of our callback as WeChat makes it when the address is entered. Nothing is changed by it.
"""

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import requests
from wechatpy.exceptions import WeChatClientException

from bot.channels.checkup import Around, Finding, State, clock, fetch, good, not_ours, proxy, public_fault, used, wrong
from bot.channels.token import FetchError
from bot.channels.wechat.client import Client
from bot.settings_wechat import WeChat as WeChatSettings

PATH = "/webhooks/wechat"
_ANEW = "copy the AppSecret anew: 设置与开发 › 开发接口管理 › 基本配置"
_MENDS = {
    40001: _ANEW,
    40013: "app_id is the AppID under 设置与开发 › 开发接口管理 › 基本配置",
    40125: _ANEW,
    40164: "add this machine's outer address to IP白名单, or call through a proxy that is in it",
    40243: "the AppSecret is frozen: unfreeze it under 基本配置",
    48001: "the account may not do that: it takes a verified service account (认证服务号)",
}


def asked(client: Client, section: WeChatSettings, around: Around) -> Sequence[Finding]:
    """Ask WeChat; waits, so it runs on a thread of the channel."""
    dates: list[str | None] = []

    def heard(answer: requests.Response, *_args: object, **_options: object) -> None:
        dates.append(answer.headers.get("date"))

    client.listen(heard)
    found = _credentials(client)
    reached = bool(dates)
    if reached:
        found.append(clock("WeChat", dates[0], around.real))
    return [*found, proxy(section.proxy, reached=reached)]


async def called(section: WeChatSettings, around: Around) -> Finding:
    """Call our callback from outside, signed with the token of the settings, as WeChat would."""
    word = secrets.token_hex(8)
    query = {"timestamp": str(int(around.real.timestamp())), "nonce": secrets.token_hex(8)}
    signed = "".join(sorted([section.token, *query.values()]))
    query["signature"] = hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 - as the platform signs
    status, text = await fetch(f"{around.base_url}{PATH}?{urlencode(query | {'echostr': word})}")
    fault = public_fault(around.base_url)
    if text == word and fault:
        mend = "write an https address in [service] base_url"
        return wrong("callback", f"answers, but WeChat cannot call it: {fault}", mend)
    if text == word:
        return good("callback", f"answers at {around.base_url}{PATH} with this token")
    if status == 403:  # noqa: PLR2004 - HTTP's own number
        mend = "restart `yanxin run` after a change of settings, and set its machine's clock"
        return wrong("callback", "the service there has another token, or another time", mend)
    return not_ours("callback", around.base_url, status)


def _credentials(client: Client) -> list[Finding]:
    try:
        quota = client.quota("/cgi-bin/message/custom/send")
    except FetchError as error:
        return [_refused(error.code, error.reason)]
    except WeChatClientException as error:
        return [good("credentials", "the AppSecret is right"), _quota_unknown(error.errcode)]
    except (requests.RequestException, ValueError) as error:
        return [_refused(None, type(error).__name__)]
    known = quota if isinstance(quota, dict) else {}
    spent, allowed = known.get("used"), known.get("daily_limit")
    credentials = good("credentials", "the AppSecret is right")
    if not isinstance(spent, int) or not isinstance(allowed, int) or allowed <= 0:
        return [credentials, _quota_unknown(None)]
    return [credentials, used(spent, allowed)]


def _quota_unknown(code: Any) -> Finding:
    return Finding("quota", State.OPEN, f"WeChat did not say{'' if code is None else f' ({code})'}")


def _refused(code: int | None, reason: str) -> Finding:
    if code is None:
        mend = "see that this machine may call it; api_url and proxy are in [channels.wechat]"
        return wrong("credentials", f"WeChat cannot be asked ({reason})", mend)
    return wrong(
        "credentials", f"WeChat says no ({code})", _MENDS.get(code, "look the number up in WeChat's 全局返回码")
    )
