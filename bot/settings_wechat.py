"""The settings of WeChat 微信, an Official Account 公众号, and what can be wrong in them. `bot.settings` reads them."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import Mistake
from bot.settings_secrets import file_faults

SECRETS = ("secret", "token", "aes_key")
"""Keys that may stand in a file of their own, named by the same key with `_file`."""
KINDS = ("question", "reminder", "reply", "alarm", "clear", "notice")
"""The kinds of messages that a template may carry."""
FILLS = frozenset({"title", "text", "reply", "time"})
"""What may stand in the fields of a template."""
Text = Annotated[str, Field(strict=True)]
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_FILL = re.compile(r"\{([^{}]*)\}")


class Template(BaseModel):
    """A template that the platform has approved: its id, which kinds it carries, and what stands in its fields.

    `once`: a 订阅通知, for which she gives leave once for each; `page` is the address that a tap opens.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
    kinds: tuple[str, ...] = ()
    once: bool = False
    fields: dict[str, Text] = {}
    page: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""


class WeChat(BaseModel):
    """One Official Account; `api_url` is the platform's root and replaces the host of every call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = False
    app_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,40}$")] = ""
    secret: Text = ""
    secret_file: Text = ""
    token: Text = ""
    token_file: Text = ""
    aes_key: Text = ""
    aes_key_file: Text = ""
    api_url: Annotated[str, Field(pattern=r"^https?://\S*[^/\s]$")] = "https://api.weixin.qq.com"
    proxy: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    templates: tuple[Template, ...] = ()

    @property
    def account(self) -> str:
        """Return which of our accounts this is, as in `addresses.account`."""
        return self.app_id


def faults(path: Path, section: Any) -> list[Mistake]:
    """Find what is missing or does not fit in an enabled section, as the file has it; secrets are never quoted."""
    if not isinstance(section, dict) or section.get("enabled") is not True:
        return []
    where = f"{path}: [channels.wechat]"
    found = file_faults(where, section, SECRETS)
    if not section.get("app_id"):
        found.append(Mistake(f"{where} app_id", "is missing", "write the AppID under 基本配置, like wx1234…"))
    for name, needed in _NEEDED.items():
        if not (section.get(name) or section.get(f"{name}_file")):
            found.append(Mistake(f"{where} {name}", "is missing", needed))
    for name, (shape, mend) in _SHAPES.items():
        value = section.get(name)
        if isinstance(value, str) and value and not shape.fullmatch(value):
            found.append(Mistake(f"{where} {name}", "does not look like one", mend))
    templates = section.get("templates")
    if isinstance(templates, list):
        found += [one for number, each in enumerate(templates) for one in _template_faults(where, number + 1, each)]
    return found


def _template_faults(where: str, number: int, template: Any) -> list[Mistake]:
    if not isinstance(template, dict):
        return []  # the types say so
    here = f"{where} templates[{number}]"
    kinds, fields = template.get("kinds", []), template.get("fields", {})
    found = [
        Mistake(f"{here} kinds", f"there is no kind {kind!r}", f"use some of {', '.join(KINDS)}")
        for kind in (kinds if isinstance(kinds, list) else [])
        if kind not in KINDS
    ]
    if not fields:
        found.append(Mistake(f"{here} fields", "is missing", 'write { thing1 = "{text}" }, by the template\'s fields'))
    for name, text in fields.items() if isinstance(fields, dict) else ():
        for fill in _FILL.findall(text) if isinstance(text, str) else ():
            if fill not in FILLS:
                mend = f"use {', '.join(f'{{{one}}}' for one in sorted(FILLS))}"
                found.append(Mistake(f"{here} fields.{name}", f"there is no {{{fill}}}", mend))
    return found


_NEEDED = {
    "secret": "write secret or secret_file, the AppSecret under 基本配置",
    "token": "write token or token_file, as it stands under 服务器配置",
    "aes_key": "write aes_key or aes_key_file, the EncodingAESKey under 服务器配置, with 安全模式",
}
_SHAPES = {
    "token": (_TOKEN, "it has 3-32 letters and digits"),
    "aes_key": (_AES_KEY, "it has 43 letters and digits"),
}
