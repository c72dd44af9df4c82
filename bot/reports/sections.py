"""Reads which sections a report has, from the file that is shipped or one of the school, and finds every mistake."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from bot.errors import Mistake, MistakesError
from bot.toml_tables import Keyed, Strict, tables_in

EXPLAINED = "bot/reports/sections.toml explains every key"
_Words = Annotated[str, Field(strict=True, min_length=1, max_length=400)]


class _Both(Strict):
    zh: _Words
    en: _Words


class _Title(Strict):
    """What stands on buttons too."""

    zh: Annotated[_Words, Field(pattern=r"^[^\[\]\r\n]+$", max_length=40)]
    en: Annotated[_Words, Field(pattern=r"^[^\[\]\r\n]+$", max_length=40)]


class _Section(Keyed):
    title: _Title
    hint: _Both | None = None
    prefill: Literal["", "stay"] = ""
    anonymous: Annotated[bool, Field(strict=True)] = False
    optional: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True)
class Section:
    """One section; titles and hints by language."""

    key: str
    title: dict[str, str]
    hint: dict[str, str]
    prefill: str = ""
    is_anonymous: bool = False
    is_optional: bool = False


@dataclass(frozen=True)
class Sections:
    """All of them, in their order."""

    all: tuple[Section, ...]

    @property
    def keys(self) -> list[str]:
        """Return their keys."""
        return [one.key for one in self.all]

    def of(self, key: str) -> Section | None:
        """Return one by its key."""
        return next((one for one in self.all if one.key == key), None)

    def title(self, key: str, language: str) -> str:
        """Return what a section is called; its key when the school does not have it any more."""
        one = self.of(key)
        return key if one is None else one.title["en" if language == "en" else "zh"]


def parse(text: str, source: str) -> Sections:
    """Return the sections of a TOML text; MistakesError names every mistake."""
    tables, mistakes = tables_in(text, source, "section", _Section, explained=EXPLAINED, fewest=1)
    found = [_section(shape) for _, shape in tables]
    if found and all(one.is_anonymous or one.prefill for one in found):
        mistakes.append(Mistake(source, "leaves nothing to hand in", "write a section without anonymous and prefill"))
    if mistakes:
        raise MistakesError(mistakes)
    return Sections(tuple(found))


@lru_cache(maxsize=1)
def shipped() -> Sections:
    """Return the sections that come with the program."""
    return parse(files("bot.reports").joinpath("sections.toml").read_text(encoding="utf-8"), "sections.toml")


@lru_cache(maxsize=1)
def shipped_study() -> Sections:
    """Return the sections of study reports that come with the program."""
    return parse(files("bot.reports").joinpath("study.toml").read_text(encoding="utf-8"), "study.toml")


def _section(shape: _Section) -> Section:
    hint = shape.hint.model_dump() if shape.hint else {"zh": "", "en": ""}
    return Section(shape.key, shape.title.model_dump(), hint, shape.prefill, shape.anonymous, shape.optional)
