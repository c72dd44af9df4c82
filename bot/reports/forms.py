"""What else a report is handed in as, from the file that is shipped or one of the school; and how each stands: pure."""

import calendar
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import Mistake, MistakesError
from bot.reports.sections import KEY, Sections

EXPLAINED = "bot/reports/forms.toml explains every key"
_Words = Annotated[str, Field(strict=True, min_length=1, max_length=80)]


class _Title(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    zh: _Words
    en: _Words


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    key: Annotated[str, Field(strict=True, pattern=KEY.pattern)]
    title: _Title
    needs: Annotated[list[str], Field(min_length=1, max_length=20)]
    template: Annotated[str, Field(strict=True)] = ""
    months: Annotated[int, Field(strict=True, ge=0, le=24)] = 0
    funding: list[_Words] = []


@dataclass(frozen=True)
class OtherForm:
    """One of them; `months` 0: once, at the end of the stay; empty `funding`: for everybody."""

    key: str
    title: dict[str, str]
    needs: tuple[str, ...]
    template: str = ""
    months: int = 0
    funding: tuple[str, ...] = ()

    def concerns(self, funding: str | None) -> bool:
        """Tell whether a stay with this funding needs it."""
        held = (funding or "").casefold()
        return not self.funding or any(word.casefold() in held for word in self.funding)


@dataclass(frozen=True)
class FormLine:
    """How one of them stands: its last day, the sections that are still empty, and when she handed it in."""

    form: OtherForm
    period: int
    periods: int
    due: date
    missing: tuple[str, ...]
    given_at: datetime | None

    @property
    def state(self) -> str:
        """Return "given", "ready" or "missing"."""
        return "given" if self.given_at is not None else "missing" if self.missing else "ready"


def parse(text: str, source: str, sections: Sections) -> tuple[OtherForm, ...]:
    """Return the forms of a TOML text; MistakesError names every mistake."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MistakesError([Mistake(source, f"is not TOML: {error}", "mend that line")]) from None
    given = values.pop("form", [])
    mistakes = [Mistake(f"{source}: {name}", "there is no such key", f"remove it; {EXPLAINED}") for name in values]
    if not isinstance(given, list):
        raise MistakesError([*mistakes, Mistake(source, "has no list of forms", f"write [[form]]; {EXPLAINED}")])
    found: list[OtherForm] = []
    usable = {one.key for one in sections.all if not one.is_anonymous}
    for number, one in enumerate(given, start=1):
        where = f"{source}: form {number}"
        try:
            shape = _Form.model_validate(one)
        except ValidationError as error:
            mistakes += [
                Mistake(f"{where} {'.'.join(map(str, detail['loc']))}", str(detail["msg"]), EXPLAINED)
                for detail in error.errors(include_url=False)
            ]
            continue
        if any(shape.key == other.key for other in found):
            mistakes.append(Mistake(f"{where} key", f"{shape.key!r} is used twice", "give each its own"))
        mistakes += [
            Mistake(f"{where} needs", f"{key!r} is no section that it can hold", f"one of {', '.join(sorted(usable))}")
            for key in shape.needs
            if key not in usable
        ]
        title, needs, funding = shape.title.model_dump(), tuple(shape.needs), tuple(shape.funding)
        found.append(OtherForm(shape.key, title, needs, shape.template, shape.months, funding))
    if mistakes:
        raise MistakesError(mistakes)
    return tuple(found)


def shipped(sections: Sections) -> tuple[OtherForm, ...]:
    """Return the forms that come with the program, as far as the school's sections fill them."""
    kept = [key for key in sections.keys if (one := sections.of(key)) is not None and not one.is_anonymous]
    text = files("bot.reports").joinpath("forms.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)["form"]
    whole = [_Form.model_validate(one) for one in values]
    return tuple(
        OtherForm(one.key, one.title.model_dump(), needs, one.template, one.months, tuple(one.funding))
        for one in whole
        if (needs := tuple(key for key in one.needs if key in kept))
    )


def days(form: OtherForm, departs: date, returns: date) -> list[date]:
    """Return the last days of a form: every so many months from departure, and the day of return."""
    found: list[date] = []
    count = form.months
    while form.months and (day := _later(departs, count)) < returns:
        found.append(day)
        count += form.months
    return [*found, returns]


def lines(
    forms: Collection[OtherForm],
    departs: date,
    returns: date,
    funding: str | None,
    texts: Mapping[str, str],
    given: Mapping[tuple[str, int], datetime],
) -> list[FormLine]:
    """Return how each form that a stay needs stands, by what is written so far and what was handed in."""
    found = []
    for form in forms:
        if form.concerns(funding):
            all_days = days(form, departs, returns)
            missing = tuple(key for key in form.needs if not texts.get(key, "").strip())
            for period, due in enumerate(all_days, start=1):
                found.append(FormLine(form, period, len(all_days), due, missing, given.get((form.key, period))))
    return found


def _later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
