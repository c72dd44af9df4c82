"""The form of a school's records: a document of Word. `bot.settings` reads it with all others."""

from pathlib import Path
from typing import Annotated, Any
from zipfile import is_zipfile

from pydantic import BaseModel, ConfigDict, Field

from bot.errors import Mistake


class RecordsSection(BaseModel):
    """The template of Word into which records of sessions are filled; empty: the one that is shipped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    template: Annotated[str, Field(strict=True)] = ""


def faults(path: Path, section: Any) -> list[Mistake]:
    """Return what is wrong with a section that a schema does not see."""
    template = section.get("template") if isinstance(section, dict) else None
    if not isinstance(template, str) or not template or is_zipfile(template):
        return []
    wrong = "is no document of Word" if Path(template).exists() else "is not there"
    return [Mistake(f"{path}: [records] template", f"{template!r} {wrong}", "name a .docx file, or leave it out")]
