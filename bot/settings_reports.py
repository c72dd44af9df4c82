"""The settings of reports; `bot.settings` reads them with the rest."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(strict=True)]


class ReportsSection(BaseModel):
    """What a report consists of and looks like, where its photos and files lie, and what else follows a stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Text = ""
    forms: Text = ""
    template: Text = ""
    handbook: Text = ""
    folder: Annotated[str, Field(strict=True, min_length=1)] = "var/files"
    file_bytes: Annotated[int, Field(strict=True, ge=10_000, le=100_000_000)] = 12_000_000
    follow_ups: Annotated[bool, Field(strict=True)] = True
    most_files: Annotated[int, Field(strict=True, ge=1, le=200)] = 40
