"""The settings of DingTalk 钉钉, and what can be wrong between them. `bot.settings` reads them with all others."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot import settings_groups
from bot.errors import Mistake
from bot.settings_groups import SignedGroup
from bot.settings_secrets import file_faults

SECRETS = ("client_secret",)
"""Keys that may stand in a file of their own, named by the same key with `_file`."""
STANDARD_CARD = "1366a1eb-bc54-4859-ac88-517c56a9acb1.schema"
"""DingTalk's own template of a card with text and buttons, which every organisation may use."""
Text = Annotated[str, Field(strict=True)]
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")]


class DingTalk(BaseModel):
    """One app with its robot; `api_url` is the platform's root and replaces the host of every call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = False
    client_id: _Id = ""
    client_secret: Text = ""
    client_secret_file: Text = ""
    robot_code: _Id = ""
    api_url: Annotated[str, Field(pattern=r"^https?://\S*[^/\s]$")] = "https://api.dingtalk.com"
    proxy: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    connections: Annotated[int, Field(strict=True, ge=2, le=8)] = 2
    cards: bool = False
    card_template: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = STANDARD_CARD
    groups: tuple[SignedGroup, ...] = ()

    @property
    def account(self) -> str:
        """Return which of our accounts this is, as in `addresses.account`."""
        return self.client_id


def faults(path: Path, section: Any) -> list[Mistake]:
    """Find what is missing or does not fit in an enabled section, as the file has it; secrets are never quoted."""
    if not isinstance(section, dict) or section.get("enabled") is not True:
        return []
    where = f"{path}: [channels.dingtalk]"
    found = file_faults(where, section, SECRETS)
    for name, needed in _NEEDED.items():
        if not (section.get(name) or section.get(f"{name}_file")):
            found.append(Mistake(f"{where} {name}", "is missing", needed))
    return found + settings_groups.faults(where, section, "/robot/send", "access_token")


_NEEDED = {
    "client_id": "write the Client ID (AppKey) under 凭证与基础信息, like dingabc…",
    "client_secret": "write client_secret or client_secret_file, the Client Secret (AppSecret) beside it",
    "robot_code": "write the robot's RobotCode under 机器人; it is mostly the same as the Client ID",
}
