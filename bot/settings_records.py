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
    return no_word_document(f"{path}: [records] template", template) if isinstance(template, str) else []


def no_word_document(where: str, name: str) -> list[Mistake]:
    """Return what is wrong with the document of Word that a setting names; nothing when it names none."""
    if not name or is_zipfile(name):
        return []
    wrong = "is no document of Word" if Path(name).exists() else "is not there"
    return [Mistake(where, f"{name!r} {wrong}", "name a .docx file, or leave it out")]
