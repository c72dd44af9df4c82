"""The shape of a programme file: which keys there are and of which type. `bot/programmes/parse.py` reads each part of a
file with one of these, so that one crooked part hides no mistake in another.
"""

import re
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.errors import Mistake
from bot.programmes.model import After, Anchor, Kind, Proof, Step
from bot.programmes.rules import LEVELS, TRIP_TYPES, rule_fault

LONGEST_DAYS = 400
WANTED = {
    "string_pattern": "small letters, digits and _, a letter first, at most 64",
    "string": "text in quotes",
    "int": "a whole number",
    "tuple": 'a list like ["…", "…"]',
    "list": "[[…]] in double brackets",
    "model": "a table",
    "bool": "true or false",
    "too_short": "at least one",
    "too_long": "fewer",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
}
EXPLAINED = "the comments of the shipped programme explain it (yanxin programme show --default)"


def _wrong(what: str, mend: str) -> PydanticCustomError:
    return PydanticCustomError("yanxin", "{what}", {"what": what, "mend": mend})


def _wall_time(value: Any) -> time:
    match = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise _wrong(f"{_shown(value)} is no time", 'write "HH:MM", from "00:00" to "23:59"')
    return time(int(match[1]), int(match[2]))


def _after(value: Any) -> After:
    mend = 'write { days = 1, at = "12:30" } or hours and minutes like "PT24H" or "PT1H30M"'
    if isinstance(value, dict):
        days = AfterDays.model_validate(value)
        return After(days=days.days, at=days.at)
    match = re.fullmatch(r"PT(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?", value) if isinstance(value, str) else None
    if match is None:
        raise _wrong(f"{_shown(value)} is no span of time", mend)
    duration = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))
    if duration > timedelta(days=LONGEST_DAYS):
        raise _wrong(f"{value} is more than {LONGEST_DAYS} days", "use a shorter one")
    return After(duration=duration)


def _rule(value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(f"{_shown(value)} is no RRULE", 'write it like "FREQ=WEEKLY;BYDAY=TU"')
    fault = rule_fault(value)
    if fault is not None:
        raise _wrong(*fault)
    return value


def _word_of(*words: str) -> BeforeValidator:
    def check(value: Any) -> Any:
        if value not in words:
            raise _wrong(f"{_shown(value)} is not known", f"use {', '.join(words)}")
        return value

    return BeforeValidator(check)


def _country(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{2}", value):
        raise _wrong(f"{_shown(value)} is no country", 'use ISO codes of two capital letters, like "GB"')
    return value


def _link(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"https?://\S+", value):
        raise _wrong(f"{_shown(value)} is no link", "write one that begins with https://")
    return value


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004 - fits a line of a terminal


WallTime = Annotated[time, BeforeValidator(_wall_time)]
Span = Annotated[After, BeforeValidator(_after)]
Rule = Annotated[str, BeforeValidator(_rule)]
Country = Annotated[str, BeforeValidator(_country)]
TripType = Annotated[str, _word_of(*TRIP_TYPES)]
LevelWord = Annotated[str, _word_of(*LEVELS)]
Words = Annotated[str, Field(strict=True, min_length=1, max_length=600)]
Days = Annotated[int, Field(strict=True, ge=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AfterDays(_Part):
    """Days after a start, and a wall time."""

    days: Annotated[int, Field(strict=True, ge=0, le=LONGEST_DAYS)]
    at: WallTime


class FileShape(_Part):
    """The whole file."""

    quiet: Any = None
    item: Annotated[list[Any], Field(min_length=1)]
    step: list[Any] = []


class QuietShape(_Part):
    """Quiet hours."""

    start: WallTime
    end: WallTime


class ItemShape(_Part):
    """One item; its parts are read one by one."""

    key: Annotated[str, Field(strict=True, pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    kind: Annotated[Kind, _word_of(*Kind)]
    audience: Any = None
    when: Any
    rung: list[Any] = []


class WordsShape(_Part):
    """Words in both languages."""

    zh: Words
    en: Words


class QuestionShape(_Part):
    """A question of a step, and which answer counts."""

    zh: Words
    en: Words
    right: Annotated[bool, Field(strict=True)]


class StepShape(_Part):
    """One step of the checklist; its audience is read by itself."""

    key: Annotated[str, Field(strict=True, pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    title: WordsShape
    text: WordsShape | None = None
    link: Annotated[str, BeforeValidator(_link)] = ""
    proof: Annotated[Proof, _word_of(*Proof)] = Proof.TICK
    after: tuple[str, ...] = ()
    signed: Annotated[bool, Field(strict=True)] = False
    audience: Any = None
    question: list[QuestionShape] = []


class AudienceShape(_Part):
    """Whose trips an item is for."""

    min_days: Days | None = None
    max_days: Days | None = None
    countries: tuple[Country, ...] = ()
    types: tuple[TripType, ...] = ()
    levels: tuple[LevelWord, ...] = ()


class RecurringShape(_Part):
    """When something is asked that recurs."""

    at: WallTime
    rule: Rule
    first_weeks: Annotated[int, Field(strict=True, ge=0, le=520)] = 0
    first_rule: Rule | None = None
    often_in: tuple[Country, ...] = ()


class OnceShape(_Part):
    """When something is asked that is asked once per trip."""

    anchor: Annotated[Anchor, _word_of(*Anchor)]
    after: Span | None = None
    before: AfterDays | None = None
    unknown: Span | None = None


class RungShape(_Part):
    """One rung of a ladder."""

    step: Annotated[Step, _word_of(*Step)]
    after: Span


def mistakes_of(error: ValidationError, where: str, shape: type[BaseModel]) -> list[Mistake]:
    """Turn what pydantic found in one part of a file into mistakes a person can mend."""
    found = error.errors(include_url=False)
    return [_mistake(detail, where, shape) for detail in found]


def _mistake(detail: ErrorDetails, where: str, shape: type[BaseModel]) -> Mistake:
    place, loc, kind = where if detail["loc"] else where.rstrip(": "), detail["loc"], detail["type"]
    for part in loc:
        place += f" {part + 1}" if isinstance(part, int) else f"{'' if place.endswith(' ') else '.'}{part}"
    if kind == "extra_forbidden":
        known = AfterDays if len(loc) > 1 else shape  # only a span of time has keys of its own inside a part
        return Mistake(place, "there is no such key", f"remove it; the keys here are {', '.join(known.model_fields)}")
    if kind == "missing":
        return Mistake(place, "is missing", f"write it; {EXPLAINED}")
    if kind == "yanxin":
        return Mistake(place, detail["ctx"]["what"], detail["ctx"]["mend"])
    fitting = (words for types, words in WANTED.items() if kind.startswith(types))
    wanted = next(fitting, "something else").format(**detail.get("ctx", {}))
    return Mistake(place, f"{_shown(detail['input'])} does not go here", f"use {wanted}; {EXPLAINED}")
