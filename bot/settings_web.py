"""The settings of our own page as a channel. `bot.settings_channels` reads them with the others."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.errors import Mistake

SECRETS: tuple[str, ...] = ()


class Web(BaseModel):
    """The web page as a channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True

    @property
    def account(self) -> str:
        """Return which of our accounts this is, as in `addresses.account`: there is one."""
        return "web"


def faults(_path: Path, _section: Any) -> list[Mistake]:
    """Find nothing: a switch cannot contradict itself."""
    return []
