"""The settings of branches; `bot.settings` reads them with the rest."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from bot.settings_channels import NAMES


def _known(channel: str) -> str:
    if channel not in NAMES:
        raise PydanticCustomError("literal_error", "no channel", {"expected": str(NAMES)})
    return channel


Text = Annotated[str, Field(strict=True)]
_Channel = Annotated[str, Field(strict=True), AfterValidator(_known)]
_Country = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{2}$")]


class BranchesSection(BaseModel):
    """Where branch matters may be written and read, what is owed to a branch, and where there are none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channels: tuple[_Channel, ...] = ("wecom", "web")
    rules: Text = ""
    study: Text = ""
    off_in: tuple[_Country, ...] = ()
