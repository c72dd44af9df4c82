"""Reads what members owe their branch, from the file that is shipped or one of the school, and finds every mistake."""

import re
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.errors import Mistake, MistakesError
from bot.obligations.model import Kind, Rule
from bot.toml_tables import Keyed, Strict, tables_in

EXPLAINED = "bot/obligations/obligations.toml explains every key"
_DAY = re.compile(r"^(\d\d)-(\d\d)$")
_NO_LEAP_YEAR = 2023
_Days = Annotated[int, Field(strict=True, ge=1, le=730)]


class _Both(Strict):
    zh: Annotated[str, Field(strict=True, min_length=1, max_length=200, pattern=r"^[^\[\]\r\n]+$")]
    en: Annotated[str, Field(strict=True, min_length=1, max_length=200, pattern=r"^[^\[\]\r\n]+$")]


class _Rule(Keyed):
    kind: Literal["report", "contact", "return"]
    title: _Both
    hint: _Both | None = None
    due: list[str] = Field(default_factory=list)
    every_days: _Days | None = None
    after_return_days: _Days | None = None
    opens_days: Annotated[int, Field(strict=True, ge=0, le=180)] = 14
    remind_days: list[Annotated[int, Field(strict=True, ge=0, le=180)]] = Field(default_factory=list)
    statuses: list[Literal["party", "probationary", "league", "none"]] = Field(default_factory=list)
    branches: list[Literal["party", "league"]] = Field(default_factory=list)
    min_days: Annotated[int, Field(strict=True, ge=0, le=3660)] = 0


_NEEDS = {"report": "due", "contact": "every_days", "return": "after_return_days"}


def parse(text: str, source: str) -> tuple[Rule, ...]:
    """Return the rules of a TOML text, which may be none; MistakesError names every mistake."""
    tables, mistakes = tables_in(text, source, "rule", _Rule, explained=EXPLAINED)
    mistakes += [mistake for where, shape in tables for mistake in _faults(where, shape)]
    if mistakes:
        raise MistakesError(mistakes)
    return tuple(_rule(shape) for _, shape in tables)


@lru_cache(maxsize=1)
def shipped() -> tuple[Rule, ...]:
    """Return the rules that come with the program."""
    text = files("bot.obligations").joinpath("obligations.toml").read_text(encoding="utf-8")
    return parse(text, "obligations.toml")


@lru_cache(maxsize=8)
def rules_in(file: str) -> tuple[Rule, ...]:
    """Return the rules of the file that the settings name, "" for those shipped; each is read once.

    MistakesError with every mistake, OSError and UnicodeDecodeError when it cannot be read.
    """
    return parse(Path(file).read_text(encoding="utf-8-sig"), file) if file else shipped()


def _faults(where: str, shape: _Rule) -> list[Mistake]:
    needs = _NEEDS[shape.kind]
    found = []
    for name in _NEEDS.values():
        if name == needs and not getattr(shape, name):
            found.append(Mistake(f"{where} {name}", f"is missing for the kind {shape.kind}", f"write it; {EXPLAINED}"))
        elif name != needs and getattr(shape, name):
            found.append(Mistake(f"{where} {name}", f"does not belong to the kind {shape.kind}", "remove it"))
    wrong = [one for one in shape.due if _month_day(one) is None]
    mend = 'write it as "06-30"'
    return found + [Mistake(f"{where} due", f"{one!r} is no day of every year", mend) for one in wrong]


def _rule(shape: _Rule) -> Rule:
    return Rule(
        key=shape.key,
        kind=Kind(shape.kind),
        title=shape.title.model_dump(),
        hint=shape.hint.model_dump() if shape.hint else {"zh": "", "en": ""},
        due=tuple(sorted(day for one in shape.due if (day := _month_day(one)) is not None)),
        every_days=shape.every_days or 0,
        after_return_days=shape.after_return_days or 0,
        opens_days=shape.opens_days,
        remind_days=tuple(shape.remind_days),
        statuses=tuple(shape.statuses),
        branches=tuple(shape.branches),
        min_days=shape.min_days,
    )


def _month_day(text: str) -> tuple[int, int] | None:
    """Return a day that every year has."""
    found = _DAY.match(text)
    month, day = (int(found[1]), int(found[2])) if found else (0, 0)
    try:
        date(_NO_LEAP_YEAR, month, day)
    except ValueError:
        return None
    return month, day
