"""What else a report is handed in as, from the file that is shipped or one of the school; and how each stands: pure."""

import calendar
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from bot.errors import Mistake, MistakesError
from bot.reports.sections import Sections
from bot.toml_tables import Keyed, Strict, tables_in

EXPLAINED = "bot/reports/forms.toml explains every key"
_Words = Annotated[str, Field(strict=True, min_length=1, max_length=80)]


class _Title(Strict):
    zh: _Words
    en: _Words


class _Form(Keyed):
    title: _Title
    needs: Annotated[list[str], Field(min_length=1, max_length=20)]
    template: Annotated[str, Field(strict=True)] = ""
    months: Annotated[int, Field(strict=True, ge=0, le=24)] = 0
    after_return: Annotated[int, Field(strict=True, ge=0, le=365)] = 0
    funding: list[_Words] = Field(default_factory=list)
    remind: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True)
class OtherForm:
    """One of them; `months` 0: once, at the end of the stay; empty `funding`: for everybody.

    `after_return`: the days that are left for the last one when she is back.

    `remind`: she is reminded of its last days.
    """

    key: str
    title: dict[str, str]
    needs: tuple[str, ...]
    template: str = ""
    months: int = 0
    funding: tuple[str, ...] = ()
    remind: bool = False
    after_return: int = 0

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
    tables, mistakes = tables_in(text, source, "form", _Form, explained=EXPLAINED)
    usable = {one.key for one in sections.all if not one.is_anonymous}
    mistakes += [
        Mistake(f"{where} needs", f"{key!r} is no section that it can hold", f"one of {', '.join(sorted(usable))}")
        for where, shape in tables
        for key in shape.needs
        if key not in usable
    ]
    if mistakes:
        raise MistakesError(mistakes)
    return tuple(_form(shape, shape.needs) for _, shape in tables)


def shipped(sections: Sections) -> tuple[OtherForm, ...]:
    """Return the forms that come with the program, as far as the school's sections fill them."""
    kept = [key for key in sections.keys if (one := sections.of(key)) is not None and not one.is_anonymous]
    text = files("bot.reports").joinpath("forms.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)["form"]
    whole = [_Form.model_validate(one) for one in values]
    return tuple(_form(one, needs) for one in whole if (needs := [key for key in one.needs if key in kept]))


def _form(shape: _Form, needs: Iterable[str]) -> OtherForm:
    funding = tuple(shape.funding)
    title = shape.title.model_dump()
    rest = (shape.months, funding, shape.remind, shape.after_return)
    return OtherForm(shape.key, title, tuple(needs), shape.template, *rest)


def days(form: OtherForm, departs: date, returns: date) -> list[date]:
    """Return the last days of a form: every so many months from departure, and at the end of the stay or soon after."""
    found: list[date] = []
    count = form.months
    while form.months and (day := _later(departs, count)) < returns:
        found.append(day)
        count += form.months
    return [*found, returns + timedelta(days=form.after_return)]


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
