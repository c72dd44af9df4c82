"""The settings of Telegram, and what can be wrong between them. `bot.settings_channels` reads them with the others."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import Mistake

SECRETS = ("token", "webhook_secret")
"""Keys that may stand in a file of their own, named by the same key with `_file`."""
Text = Annotated[str, Field(strict=True)]


class Telegram(BaseModel):
    """One bot; `api_url` is the platform's root and replaces the host of every call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = False
    token: Text = ""
    token_file: Text = ""
    bot_username: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]*$")] = ""
    mode: Literal["polling", "webhook"] = "polling"
    webhook_secret: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,256}$")] = ""
    webhook_secret_file: Text = ""
    api_url: Annotated[str, Field(pattern=r"^https?://\S*[^/\s]$")] = "https://api.telegram.org"
    proxy: Annotated[str, Field(pattern=r"^((https?|socks5h?)://\S+)?$")] = ""

    @property
    def account(self) -> str:
        """Return which of our accounts this is, as in `addresses.account`: the number in front of the token's colon."""
        return self.token.partition(":")[0]


def faults(path: Path, section: Any) -> list[Mistake]:
    """Find what is missing in an enabled section, as the file has it; secrets are never quoted."""
    if not isinstance(section, dict) or section.get("enabled") is not True:
        return []
    where = f"{path}: [channels.telegram]"
    mistakes = []
    for name in SECRETS:
        file = section.get(f"{name}_file")
        if isinstance(file, str) and file and not Path(file).is_file():
            mistakes.append(Mistake(f"{where} {name}_file", f"there is no file {file!r}", "name the file it is in"))
    if not (section.get("token") or section.get("token_file")):
        mistakes.append(Mistake(f"{where} token", "is missing", "write token or token_file, as BotFather gave it"))
    if not section.get("bot_username"):
        mistakes.append(Mistake(f"{where} bot_username", "is missing", "write the bot's name without @"))
    secret = section.get("webhook_secret") or section.get("webhook_secret_file")
    if section.get("mode") == "webhook" and not secret:
        mistakes.append(
            Mistake(f"{where} webhook_secret", "is missing", "a webhook needs one: 1-256 of A-Z a-z 0-9 _ -")
        )
    return mistakes
