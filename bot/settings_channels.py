"""The settings of all channels: a section for each, its secrets in files, and what can be wrong. `bot.settings` reads
them with the rest; a new channel is a field here and a module of its own.
"""

import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot import settings_groups
from bot.errors import Mistake
from bot.settings_dingtalk import DingTalk
from bot.settings_mail import Mail
from bot.settings_telegram import Telegram
from bot.settings_web import Web
from bot.settings_wechat import WeChat
from bot.settings_wecom import WeCom


class Channels(BaseModel):
    """The ways messages travel, the page first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    web: Web = Web()
    telegram: Telegram = Telegram()
    wecom: WeCom = WeCom()
    dingtalk: DingTalk = DingTalk()
    wechat: WeChat = WeChat()
    mail: Mail = Mail()

    @property
    def live(self) -> frozenset[str]:
        """Return the names of the channels that are switched on."""
        return frozenset(name for name in NAMES if getattr(self, name).enabled)


_TYPES = {name: type(field.default) for name, field in Channels.model_fields.items()}
_OF = {name: sys.modules[section.__module__] for name, section in _TYPES.items()}
"""The module of each section: `SECRETS` that may stand in files of their own, and `faults`."""
NAMES = tuple(_OF)
"""Every channel that there is."""


def read_secrets(channels: Any) -> None:
    """Put what stands in files of secrets into the sections that name them, as the file has the sections."""
    for name, of in _OF.items():
        section = channels.get(name) if isinstance(channels, dict) else None
        if isinstance(section, dict):
            _read_files(section, of.SECRETS)
            if isinstance(imap := section.get("imap"), dict):
                _read_files(imap, of.SECRETS)
            if isinstance(groups := section.get("groups"), list):
                for group in groups:
                    _read_files(group if isinstance(group, dict) else {}, settings_groups.SECRETS)


def faults(path: Path, channels: Any) -> list[Mistake]:
    """Find what is missing or does not fit in the sections of channels, as the file has them."""
    sections = channels if isinstance(channels, dict) else {}
    found = settings_groups.same_names(path, sections)
    return [*found, *(one for name, of in _OF.items() for one in of.faults(path, sections.get(name)))]


def _read_files(section: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        path = section.get(f"{name}_file")
        if isinstance(path, str) and path and Path(path).is_file() and not section.get(name):
            section[name] = Path(path).read_text(encoding="utf-8").strip()
