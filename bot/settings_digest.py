"""The settings of digests; `bot.settings` reads them with the rest."""

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class DigestSection(BaseModel):
    """When members of staff read their digest, on their own wall."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "friday"
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "14:00"
    spread_minutes: Annotated[int, Field(strict=True, ge=0, le=120)] = 10

    @property
    def hour(self) -> time:
        """Return the time on the wall."""
        return time.fromisoformat(self.at)

    @property
    def day(self) -> int:
        """Return the day of the week, 0 for Monday."""
        return _DAYS.index(self.weekday)
