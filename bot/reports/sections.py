"""Reads which sections a report has, from the file that is shipped or one of the school, and finds every mistake."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import Mistake, MistakesError

EXPLAINED = "bot/reports/sections.toml explains every key"
KEY = re.compile(r"^[a-z][a-z0-9_]{0,23}$")
_MOST = 20
_Words = Annotated[str, Field(strict=True, min_length=1, max_length=400)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Both(_Shape):
    zh: _Words
    en: _Words


class _Title(_Shape):
    """What stands on buttons too."""

    zh: Annotated[_Words, Field(pattern=r"^[^\[\]\r\n]+$", max_length=40)]
    en: Annotated[_Words, Field(pattern=r"^[^\[\]\r\n]+$", max_length=40)]


class _Section(_Shape):
    key: Annotated[str, Field(strict=True, pattern=KEY.pattern)]
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
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MistakesError([Mistake(source, f"is not TOML: {error}", "mend that line")]) from None
    given = values.pop("section", None)
    mistakes = [Mistake(f"{source}: {name}", "there is no such key", f"remove it; {EXPLAINED}") for name in values]
    if not isinstance(given, list) or not given or len(given) > _MOST:
        mend = f"write 1 to {_MOST} tables [[section]]; {EXPLAINED}"
        raise MistakesError([*mistakes, Mistake(source, "has no usable list of sections", mend)])
    found: list[Section] = []
    for number, one in enumerate(given, start=1):
        where = f"{source}: section {number}"
        try:
            shape = _Section.model_validate(one)
        except ValidationError as error:
            mistakes += [_mistake(where, detail) for detail in error.errors(include_url=False)]
            continue
        if any(shape.key == other.key for other in found):
            mistakes.append(Mistake(f"{where} key", f"{shape.key!r} is used twice", "give each its own"))
        hint = shape.hint.model_dump() if shape.hint else {"zh": "", "en": ""}
        found.append(Section(shape.key, shape.title.model_dump(), hint, shape.prefill, shape.anonymous, shape.optional))
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


def _mistake(where: str, detail: Any) -> Mistake:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return Mistake(f"{where} {key}", "there is no such key", f"remove it; {EXPLAINED}")
    if detail["type"] == "missing":
        return Mistake(f"{where} {key}", "is missing", f"write it; {EXPLAINED}")
    return Mistake(f"{where} {key}", str(detail["msg"]), EXPLAINED)
