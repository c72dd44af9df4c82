"""What a student prepares and by which day, counted back from a last day: the list is shipped or the school's. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from bot.errors import MistakesError
from bot.toml_tables import Keyed, Strict, tables_in

EXPLAINED = "bot/opportunities/prepare.toml explains every key"
_Type = Literal[
    "joint_training", "degree", "exchange", "research_visit", "short_visit", "summer_school", "conference",
    "internship", "io_internship", "competition", "volunteering",
]  # fmt: skip


class _Title(Strict):
    zh: Annotated[str, Field(strict=True, min_length=1, max_length=80)]
    en: Annotated[str, Field(strict=True, min_length=1, max_length=80)]


class _Text(Strict):
    zh: Annotated[str, Field(strict=True, max_length=400)]
    en: Annotated[str, Field(strict=True, max_length=400)]


class _Step(Keyed):
    days: Annotated[int, Field(strict=True, ge=0, le=730)]
    title: _Title
    text: _Text = _Text(zh="", en="")
    types: tuple[_Type, ...] = ()
    levels: tuple[Literal["bachelor", "master", "doctor"], ...] = ()


@dataclass(frozen=True)
class Preparation:
    """One thing to prepare so many days before; titles and texts by language, empty types and levels mean all."""

    key: str
    days: int
    title: dict[str, str]
    text: dict[str, str]
    types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dated:
    """One thing to prepare with its day; None where no last day is known, `is_late` where the day is past."""

    preparation: Preparation
    day: date | None
    is_late: bool = False


def parse(text: str, source: str) -> tuple[Preparation, ...]:
    """Return what a TOML text says is to be prepared; MistakesError names every mistake."""
    found, mistakes = tables_in(text, source, "step", _Step, explained=EXPLAINED)
    if mistakes:
        raise MistakesError(mistakes)
    return tuple(
        Preparation(one.key, one.days, one.title.model_dump(), one.text.model_dump(), one.types, one.levels)
        for _, one in found
    )


@lru_cache(maxsize=1)
def shipped() -> tuple[Preparation, ...]:
    """Return what comes with the program."""
    return parse((files("bot.opportunities") / "prepare.toml").read_text(encoding="utf-8"), "prepare.toml")


def dated(some: tuple[Preparation, ...], kind: str, level: str | None, last: date | None, today: date) -> list[Dated]:
    """Return what concerns a kind of stay ("": any) and a level (None: any), what comes first standing first."""
    mine = [
        one
        for one in some
        if (not one.types or not kind or kind in one.types) and (not one.levels or level is None or level in one.levels)
    ]
    found = []
    for one in sorted(mine, key=lambda each: -each.days):
        day = None if last is None else last - timedelta(days=one.days)
        found.append(Dated(one, day, day is not None and day < today))
    return found
