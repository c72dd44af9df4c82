"""How is the app? `yanxin doctor` asks through `WeCom.checkup`: a token, the app's own description, and one call of our
callback as WeCom makes it when the address is entered. Nothing is changed by it.
"""

import binascii
import hashlib
import secrets
from collections.abc import Sequence
from urllib.parse import urlencode

import requests
from wechatpy.enterprise.crypto import PrpCrypto
from wechatpy.exceptions import WeChatClientException

from bot.channels.checkup import Around, Finding, State, clock, fetch, good, not_ours, proxy, public_fault, wrong
from bot.channels.token import FetchError
from bot.channels.wecom.client import Client
from bot.settings_wecom import WeCom as WeComSettings

PATH = "/webhooks/wecom"
_ANEW = "copy the app's Secret anew: 应用管理 › the app › Secret"
_MENDS = {
    40001: _ANEW,
    40013: "corp_id is under 我的企业 › 企业信息 › 企业ID",
    40091: _ANEW,
    40056: "agent_id is the app's AgentId, and the Secret must be the same app's",
    50003: "the app is disabled: enable it under 应用管理",
    60020: "add this machine's outer address to 企业可信IP of the app, or call through a proxy that is in it",
    301002: "agent_id is the app's AgentId, and the Secret must be the same app's",
}


def asked(client: Client, section: WeComSettings, around: Around) -> Sequence[Finding]:
    """Ask WeCom; waits, so it runs on a thread of the channel."""
    dates: list[str | None] = []

    def heard(answer: requests.Response, *_args: object, **_options: object) -> None:
        dates.append(answer.headers.get("date"))

    client.listen(heard)
    found = [_credentials(client)]
    reached = bool(dates)
    if reached:
        found.append(clock("WeCom", dates[0], around.real))
    return [*found, proxy(section.proxy, reached=reached)]


async def called(section: WeComSettings, around: Around) -> Finding:
    """Call our callback from outside, sealed and signed with what the settings have, as WeCom would."""
    word = secrets.token_hex(8)
    cipher = PrpCrypto(binascii.a2b_base64(section.aes_key + "="))
    sealed = cipher.encrypt(word, section.corp_id).decode()
    query = {"timestamp": str(int(around.real.timestamp())), "nonce": secrets.token_hex(8)}
    signed = "".join(sorted([section.token, *query.values(), sealed]))
    query["msg_signature"] = hashlib.sha1(signed.encode()).hexdigest()  # noqa: S324 - as the platform signs
    status, text = await fetch(f"{around.base_url}{PATH}?{urlencode(query | {'echostr': sealed})}")
    fault = public_fault(around.base_url)
    if text == word and fault:
        mend = "write an https address in [service] base_url"
        return wrong("callback", f"answers, but WeCom cannot call it: {fault}", mend)
    if text == word:
        return good("callback", f"answers at {around.base_url}{PATH} with this token and key")
    if status == 403:  # noqa: PLR2004 - HTTP's own number
        mend = "restart `yanxin run` after a change of settings, and set its machine's clock"
        return wrong("callback", "the service there has another token or key, or another time", mend)
    return not_ours("callback", around.base_url, status)


def _credentials(client: Client) -> Finding:
    try:
        name = client.describe()
    except FetchError as error:
        return _refused(error.code, error.reason)
    except WeChatClientException as error:
        return _refused(error.errcode, f"code_{error.errcode}")
    except (requests.RequestException, ValueError) as error:
        return _refused(None, type(error).__name__)
    if name is None:
        return Finding("credentials", State.OPEN, "WeCom gave a token, but did not say which app it is for")
    return good("credentials", f"the Secret is that of the app {name!r}")


def _refused(code: int | None, reason: str) -> Finding:
    if code is None:
        mend = "see that this machine may call it; api_url and proxy are in [channels.wecom]"
        return wrong("credentials", f"WeCom cannot be asked ({reason})", mend)
    return wrong("credentials", f"WeCom says no ({code})", _MENDS.get(code, "look the number up in WeCom's 全局错误码"))
