"""The settings of branches; `bot.settings` reads them with the rest."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(strict=True)]
_Channel = Literal["wecom", "web", "wechat", "telegram", "dingtalk", "mail"]
_Country = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{2}$")]


class BranchesSection(BaseModel):
    """Where branch matters may be written and read, what is owed to a branch, and where there are none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: tuple[_Channel, ...] = ("wecom", "web")
    rules: Text = ""
    study: Text = ""
    off_in: tuple[_Country, ...] = ()
