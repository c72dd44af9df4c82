"""The settings of opportunities; `bot.settings` reads them with the rest."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_Days = Annotated[int, Field(strict=True, ge=1, le=365)]


class OpportunitiesSection(BaseModel):
    """When students are reminded of the last day of what they follow, and what they prepare before it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: tuple[_Days, ...] = (30, 7)
    prepare: Annotated[str, Field(strict=True)] = ""
