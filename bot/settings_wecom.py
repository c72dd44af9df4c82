"""The settings of WeCom 企业微信, and what can be wrong between them. `bot.settings` reads them with all others."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot import settings_groups
from bot.errors import Mistake
from bot.settings_groups import Group
from bot.settings_secrets import file_faults

SECRETS = ("secret", "token", "aes_key")
"""Keys that may stand in a file of their own, named by the same key with `_file`."""
Text = Annotated[str, Field(strict=True)]
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_TOKEN = re.compile(r"[A-Za-z0-9]{1,32}")


class WeCom(BaseModel):
    """One app of a corporation; `api_url` is the platform's root and replaces the host of every call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = False
    corp_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,40}$")] = ""
    agent_id: Annotated[int, Field(strict=True, ge=0)] = 0
    secret: Text = ""
    secret_file: Text = ""
    token: Text = ""
    token_file: Text = ""
    aes_key: Text = ""
    aes_key_file: Text = ""
    api_url: Annotated[str, Field(pattern=r"^https?://\S*[^/\s]$")] = "https://qyapi.weixin.qq.com"
    proxy: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    cards: bool = False
    groups: tuple[Group, ...] = ()

    @property
    def account(self) -> str:
        """Return which of our accounts this is, as in `addresses.account`."""
        return f"{self.corp_id}:{self.agent_id}"


def faults(path: Path, section: Any) -> list[Mistake]:
    """Find what is missing or does not fit in an enabled section, as the file has it; secrets are never quoted."""
    if not isinstance(section, dict) or section.get("enabled") is not True:
        return []
    where = f"{path}: [channels.wecom]"
    found = file_faults(where, section, SECRETS)
    if not section.get("corp_id"):
        found.append(Mistake(f"{where} corp_id", "is missing", "write the ID under 我的企业 › 企业信息, like ww1234…"))
    if not section.get("agent_id"):
        found.append(Mistake(f"{where} agent_id", "is missing", "write the app's AgentId, like 1000002"))
    for name, needed in _NEEDED.items():
        if not (section.get(name) or section.get(f"{name}_file")):
            found.append(Mistake(f"{where} {name}", "is missing", needed))
    for name, (shape, mend) in _SHAPES.items():
        value = section.get(name)
        if isinstance(value, str) and value and not shape.fullmatch(value):
            found.append(Mistake(f"{where} {name}", "does not look like one", mend))
    return found + settings_groups.faults(where, section, "/cgi-bin/webhook/send", "key")


_NEEDED = {
    "secret": "write secret or secret_file, the app's Secret",
    "token": "write token or token_file, as it stands under 接收消息 › API接收",
    "aes_key": "write aes_key or aes_key_file, the EncodingAESKey under 接收消息 › API接收",
}
_SHAPES = {
    "token": (_TOKEN, "it has 1-32 letters and digits"),
    "aes_key": (_AES_KEY, "it has 43 letters and digits"),
}
