"""DingTalk's groups with a robot (自定义机器人): calls are signed where it wants that; `api_url` replaces the host."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.channels.group_robot import BUSY_SECONDS, Codes, GroupRobot, Place, at
from bot.outbox.model import ResultKind
from bot.settings import Limits
from bot.settings_dingtalk import DingTalk

NAME = "dingtalk"
PENALTY_SECONDS = 600.0
"""How long DingTalk takes nothing more from a robot that has said more than twenty messages in a minute."""
USUAL = str(DingTalk.model_fields["api_url"].default)
NOT_TAKEN = 310000
"""The number of what the robot's own security refuses: keyword, 加签 or address; the words beside it say which."""

CODES: Codes = {
    -1: (ResultKind.RETRY_AT, "busy", BUSY_SECONDS),
    130101: (ResultKind.THROTTLED, "too_many_calls", PENALTY_SECONDS),
    410100: (ResultKind.THROTTLED, "too_many_calls", PENALTY_SECONDS),
    90018: (ResultKind.THROTTLED, "too_many_calls", BUSY_SECONDS),
    90030: (ResultKind.RETRY_AT, "month_used_up", 3600.0),
    40014: (ResultKind.ADDRESS_WRONG, "group_gone", None),
    300001: (ResultKind.ADDRESS_WRONG, "group_gone", None),
    300005: (ResultKind.ADDRESS_WRONG, "group_gone", None),
    400013: (ResultKind.ADDRESS_WRONG, "group_gone", None),
    400101: (ResultKind.ADDRESS_WRONG, "group_gone", None),
    400106: (ResultKind.ADDRESS_WRONG, "group_gone", None),
    400102: (ResultKind.OUR_FAULT, "robot_off", None),
    NOT_TAKEN: (ResultKind.OUR_FAULT, "sign_refused", None),
    430101: (ResultKind.OUR_FAULT, "words_refused", None),
    430102: (ResultKind.OUR_FAULT, "words_refused", None),
    430104: (ResultKind.OUR_FAULT, "words_refused", None),
    40035: (ResultKind.OUR_FAULT, "message_invalid", None),
    43004: (ResultKind.OUR_FAULT, "message_invalid", None),
    400105: (ResultKind.OUR_FAULT, "message_invalid", None),
}


def robots(section: DingTalk, limits: Limits, real: Callable[[], datetime]) -> list[GroupRobot]:
    """Return the robots of the settings; nothing is called yet. A signature carries the real time."""
    seconds = float(limits.dingtalk_timeout_seconds)
    return [
        GroupRobot(
            Place(NAME, group.name, at(group.webhook, section.api_url, USUAL), section.proxy, seconds),
            CODES,
            sign=partial(signed, group.secret, real),
            say_more=why_not_taken,
        )
        for group in section.groups
    ]


def signed(secret: str, real: Callable[[], datetime]) -> dict[str, str]:
    """Return what is added to the query: when it was signed, in milliseconds, and the signature; nothing unsigned."""
    if not secret:
        return {}
    stamp = str(int(real().timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def why_not_taken(code: int, said: str) -> str | None:
    """Tell apart what the robot's security refuses: DingTalk has one number for all, and says which in its words."""
    if code != NOT_TAKEN:
        return None
    low = said.lower()
    if "keyword" in low or "关键词" in low:
        return "keyword_missing"
    return "ip_not_allowed" if "whitelist" in low or "白名单" in low else None
