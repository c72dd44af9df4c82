"""A robot in a group, as DingTalk and WeCom have them: one address that takes a text, and says by a number how it went.

Each channel makes its own from the settings (`dingtalk/groups.py`, `wecom/groups.py`) and brings the numbers that its
platform answers with. An address is a secret: nothing here says one, nor what a platform said word for word. aiohttp is
imported with the first call: a service without groups starts without it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog

from bot.channels.checkup import Finding, State, good, wrong
from bot.loading import loaded
from bot.outbox.model import SERVER_ERROR, Result, ResultKind

log = structlog.get_logger(__name__)
NOT_KNOWN = "answer_not_known"
"""Reason of an answer that is in no table; it is tried again, and shown until somebody has looked."""
PROBE = {"msgtype": "yanxin-doctor"}
"""A message of a kind that there is not: a platform refuses it, and so says whether it knows the robot."""
MOST_BYTES = 1 << 16
OK, TOO_MANY, SERVER_FAULT = 200, 429, 500
BUSY_SECONDS, FREQUENCY_SECONDS = 5.0, 60.0
Codes = Mapping[int, tuple[ResultKind, str, float | None]]

MENDS = {
    "group_gone": "add the robot to the group anew and copy its webhook",
    "robot_off": "switch the robot on again in the settings of the group",
    "sign_refused": "copy the robot's secret (加签) anew, and set this machine's clock",
    "keyword_missing": "let the robot's security be 加签 rather than keywords, or put a keyword into the words",
    "ip_not_allowed": "add the address from which this machine calls to the robot's IP addresses (IP地址段)",
}
"""How to mend what a platform refuses, by our reason; the doctor says it, and whoever sent something reads the like."""
_WORDS_ONLY = frozenset({"keyword_missing", "words_refused", "message_invalid", "message_empty", "message_too_long"})
"""Reasons that lie in what was sent: the robot itself is known."""


@dataclass(frozen=True)
class Place:
    """Where a group is: its channel, the name that the settings give it, and the address without its key."""

    channel: str
    name: str
    webhook: str
    proxy: str
    seconds: float


class GroupRobot:
    """One group. `post` may run many times at once; limits of rate are the sender's work."""

    def __init__(
        self,
        place: Place,
        codes: Codes,
        *,
        sign: Callable[[], dict[str, str]] = dict,
        say_more: Callable[[int, str], str | None] = lambda _code, _said: None,
    ) -> None:
        """Take where it is and what its platform's numbers mean.

        `sign` returns what is added to the query of a call; `say_more` tells reasons apart that share a number, by the
        platform's words, which go no further.
        """
        self.channel, self.name = place.channel, place.name
        self._place, self._codes, self._sign, self._say_more = place, codes, sign, say_more

    async def post(self, text: str) -> Result:
        """Write a text into the group; never raises for what the platform says."""
        result = await self._call({"msgtype": "text", "text": {"content": text}})
        if result.kind is not ResultKind.ACCEPTED:
            level = log.error if result.kind is ResultKind.OUR_FAULT else log.info
            level(f"{self.channel}.group_not_told", group=self.name, result=result.kind.value, reason=result.reason)
        return result

    async def look(self) -> Finding:
        """Say how the robot is, for `yanxin doctor`, by a message that it cannot show; nobody reads anything of it."""
        what, result = f"group {self.name}", await self._call(PROBE, is_probe=True)
        reason = result.reason or ""
        if result.kind is ResultKind.ACCEPTED or reason in _WORDS_ONLY:
            return good(what, "its robot is known; that it may write there, only a notice shows")
        if reason in MENDS:
            return wrong(what, f"its robot does not take what we send ({reason})", MENDS[reason])
        if reason == NOT_KNOWN:
            return Finding(what, State.OPEN, "the platform answered something that we do not know")
        mend = f"see that this machine may call it; api_url and proxy are in [channels.{self.channel}]"
        return wrong(what, f"cannot be asked ({reason})", mend)

    async def _call(self, body: dict[str, Any], *, is_probe: bool = False) -> Result:
        await loaded("aiohttp")
        import aiohttp  # noqa: PLC0415 - see above

        try:
            status, values = await self._ask(body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError):
            return Result(ResultKind.RETRY_AT, reason="not_connected")
        except TimeoutError:
            return Result(ResultKind.OUTCOME_UNKNOWN, reason="timed_out")
        except (aiohttp.ClientError, OSError, ValueError):  # ValueError: an address that aiohttp cannot read
            return Result(ResultKind.OUTCOME_UNKNOWN, reason="network")
        return self._result(status, values, is_probe=is_probe)

    async def _ask(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        import aiohttp  # noqa: PLC0415 - see above

        timeout = aiohttp.ClientTimeout(total=self._place.seconds, sock_connect=self._place.seconds * 2 / 3)
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.post(
                self._place.webhook,
                json=body,
                params=self._sign(),
                proxy=self._place.proxy or None,
                allow_redirects=False,
            ) as answer,
        ):
            try:
                values = json.loads(await answer.content.read(MOST_BYTES))
            except (ValueError, RecursionError):
                values = {}
            return answer.status, values if isinstance(values, dict) else {}

    def _result(self, status: int, values: dict[str, Any], *, is_probe: bool) -> Result:
        code = values.get("errcode")
        if status >= SERVER_FAULT:
            return Result(ResultKind.OUTCOME_UNKNOWN, reason=SERVER_ERROR)
        if status == TOO_MANY:
            return Result(ResultKind.THROTTLED, wait=FREQUENCY_SECONDS, reason="too_many_calls")
        if status == OK and code == 0:
            return Result(ResultKind.ACCEPTED)
        if isinstance(code, int) and code in self._codes:
            kind, reason, wait = self._codes[code]
            more = self._say_more(code, str(values.get("errmsg", "")))
            return Result(kind, wait=wait, reason=more or reason)
        if not is_probe:  # what is answered to a probe is nobody's message
            event = f"{self.channel}.answer_not_known"
            log.error(event, group=self.name, answer=f"{status} {code}"[:40])
        return Result(ResultKind.RETRY_AT, reason=NOT_KNOWN)


def at(webhook: str, api_url: str, usual: str) -> str:
    """Return where a webhook is called: at its own host, or at `api_url` where that is not the platform's usual one."""
    if api_url == usual:
        return webhook
    there, own = urlsplit(api_url), urlsplit(webhook)
    return urlunsplit((there.scheme, there.netloc, there.path + own.path, own.query, ""))
