"""How is the app? `yanxin doctor` asks through `DingTalk.checkup`: a token, and where to connect. Nothing is changed by
it: the ticket that comes back is never used and ends by itself.
"""

from collections.abc import Sequence

import aiohttp

from bot.channels.checkup import Around, Finding, clock, good, proxy, wrong
from bot.channels.dingtalk.client import Client
from bot.channels.dingtalk.errors import Answer
from bot.channels.dingtalk.frames import SUBSCRIPTIONS
from bot.channels.token import FetchError
from bot.settings_dingtalk import DingTalk as DingTalkSettings

_ANEW = "copy Client ID and Client Secret anew: 凭证与基础信息"
_FAR = "see that this machine may call it; api_url and proxy are in [channels.dingtalk]"


async def asked(client: Client, section: DingTalkSettings, around: Around) -> Sequence[Finding]:
    """Ask DingTalk; never raises for what it answers."""
    try:
        answer = await client.open_connection(SUBSCRIPTIONS)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        far = wrong("connection", f"DingTalk cannot be asked ({type(error).__name__})", _FAR)
        return [far, proxy(section.proxy, reached=False)]
    found = [await _credentials(client), _connection(answer), clock("DingTalk", answer.date, around.real)]
    return [*found, proxy(section.proxy, reached=True)]


def used(calls: int, allowed: int) -> Finding:
    """Say how many of a month's calls are used, as we have counted; WRONG from four fifths on."""
    said = f"{calls} of {allowed} calls of this month"
    if calls * 5 < allowed * 4:
        return good("quota", said)
    return wrong("quota", said, "buy more calls, and write how many there are into [limits] dingtalk_calls_per_month")


async def _credentials(client: Client) -> Finding:
    try:
        await client.fetch_token()
    except FetchError as error:
        mend = _ANEW if error.refused else _FAR
        return wrong("credentials", f"DingTalk gives no token ({error.reason})", mend)
    return good("credentials", "DingTalk gave a token for them")


def _connection(answer: Answer) -> Finding:
    if answer.is_ok and isinstance(answer.values.get("endpoint"), str):
        return good("connection", "DingTalk says where to listen")
    mend = f"{_ANEW}; and publish the robot in Stream mode (机器人 › 消息接收模式)"
    return wrong("connection", f"DingTalk does not say where to listen ({answer.status})", mend)
