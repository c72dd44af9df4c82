"""Groups with a robot, as DingTalk and WeCom have them; the fakes of both hold some.

    family = dingtalk.groups.add("家长群", secret="SEC…")    # settings: dingtalk.groups.values("家长群")
    family.texts                                             # what stands there
    family.answers.append({"errcode": 130101})               # what the next calls are answered instead, one each

As the platforms do it refuses a wrong key or signature, words without a keyword, what is too long, and whatever goes
beyond twenty a minute; DingTalk then takes nothing for ten minutes.
"""

import base64
import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PER_MINUTE = 20
PENALTY = 600.0
WECOM_BYTES = 2048
OLDEST = 3600.0
OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}


@dataclass
class Group:
    """One group: what stands there, and what its robot wants."""

    name: str
    key: str
    secret: str = ""
    keyword: str = ""
    texts: list[str] = field(default_factory=list)
    answers: deque[dict[str, Any]] = field(default_factory=deque)
    times: list[float] = field(default_factory=list)
    shut_until: float = 0.0


class GroupRobots:
    """All groups of one platform; `path` and `key` are where its webhooks lead."""

    def __init__(self, path: str, key: str) -> None:
        self.path, self.key = path, key
        self.known: dict[str, Group] = {}

    def add(self, name: str, *, secret: str = "", keyword: str = "") -> Group:
        group = Group(name, secrets.token_hex(16), secret, keyword)
        self.known[group.key] = group
        return group

    def values(self, group: Group, url: str) -> dict[str, Any]:
        """Return a group as the settings have it."""
        more = {"secret": group.secret} if group.secret else {}
        return {"name": group.name, "webhook": f"{url}{self.path}?{self.key}={group.key}"} | more

    def dingtalk(self, query: Mapping[str, str], values: dict[str, Any], now: float) -> dict[str, Any]:
        group = self.known.get(query.get(self.key, ""))
        if group is None:
            return {"errcode": 300005, "errmsg": "token is not exist"}
        if group.secret and not _is_signed(group.secret, query, now):
            return {"errcode": 310000, "errmsg": "sign not match, more: [https://ding-doc.example]"}
        if values.get("msgtype") != "text":
            return {"errcode": 400105, "errmsg": "unsupported msgtype"}
        text = values["text"]["content"]
        if group.keyword and group.keyword not in text:
            return {"errcode": 310000, "errmsg": "keywords not in content, more: [https://ding-doc.example]"}
        if now < group.shut_until or _is_too_often(group, now):
            group.shut_until = max(group.shut_until, now + PENALTY)
            return {"errcode": 410100, "errmsg": "send too fast"}
        return _shown(group, text, now)

    def wecom(self, query: Mapping[str, str], values: dict[str, Any], now: float) -> dict[str, Any]:
        group = self.known.get(query.get(self.key, ""))
        if group is None:
            return {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1]"}
        if values.get("msgtype") != "text":
            return {"errcode": 40008, "errmsg": "invalid message type"}
        text = values["text"]["content"]
        if len(text.encode()) > WECOM_BYTES:
            return {"errcode": 45002, "errmsg": "content size out of limit"}
        if _is_too_often(group, now):
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        return _shown(group, text, now)


def _is_signed(secret: str, query: Mapping[str, str], now: float) -> bool:
    stamp = query.get("timestamp", "")
    if not stamp.isdigit() or abs(now - int(stamp) / 1000) > OLDEST:
        return False
    expected = base64.b64encode(hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest())
    return hmac.compare_digest(expected.decode(), query.get("sign", ""))


def _is_too_often(group: Group, now: float) -> bool:
    group.times = [at for at in group.times if at > now - 60]
    return len(group.times) >= PER_MINUTE


def _shown(group: Group, text: str, now: float) -> dict[str, Any]:
    if group.answers:
        return group.answers.popleft()
    group.texts.append(text)
    group.times.append(now)
    return OK
