"""Reads the text of a programme file into the dataclasses of `bot/programmes/model.py`, or names every mistake in it at
once. Commands, loading and `bot/programmes/versions.py` call it.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.errors import Mistake, MistakesError
from bot.local_time import Quiet
from bot.programmes import shape
from bot.programmes.model import (
    After,
    Anchor,
    Audience,
    ChecklistStep,
    Item,
    Kind,
    Once,
    Programme,
    Recurring,
    Rung,
)
from bot.programmes.rules import end_faults, order_faults, quiet_fault
from bot.programmes.steps import loose_ends, read_step

_AHEAD = {
    Kind.CHANNELS: ("two channels are asked for", 14),
    Kind.CHECKLIST: ("the checklist is asked for", 60),
    Kind.FLIGHT: ("when she lands is asked", 3),
}
"""Kinds that are asked before departure only, in words, and how many days before."""
Part = TypeVar("Part", bound=BaseModel)


def parse(text: str, version_id: int, source: str = "programme") -> Programme:
    """Return the programme that a TOML text describes; MistakesError with every mistake, each naming `source`."""
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: broken TOML, and numbers too long for Python
        raise MistakesError([Mistake(source, f"is not TOML: {error}", "mend that line")]) from None
    return read(values, version_id, source)


def read(values: Mapping[str, Any], version_id: int, source: str = "programme") -> Programme:
    """Return the programme that TOML values describe; MistakesError with every mistake."""
    reader = _Reader(source)
    programme = reader.programme(values, version_id)
    if reader.mistakes or programme is None:
        raise MistakesError(reader.mistakes)
    return programme


@dataclass
class _Reader:
    """Reads part by part and keeps what is wrong; a part that is wrong reads as None."""

    source: str
    quiet: Quiet | None = None
    mistakes: list[Mistake] = field(default_factory=list)

    def programme(self, values: Mapping[str, Any], version_id: int) -> Programme | None:
        quiet_values, item_values = values.get("quiet"), values.get("item")
        self._part(shape.FileShape, dict(values), f"{self.source}: ")
        quiet = self.quiet = self._quiet(quiet_values)
        in_order = item_values if isinstance(item_values, list) else []
        items = [self._item(one, number) for number, one in enumerate(in_order, start=1)]
        self._twice(in_order, "item")
        steps = self._steps(values.get("step"))
        whole = tuple(item for item in items if item is not None)
        return Programme(version_id, whole, quiet, steps) if quiet is not None else None

    def _part(self, model: type[Part], value: Any, where: str) -> Part | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self.mistakes += shape.mistakes_of(error, where, model)
            return None

    def _say(self, where: str, what: str, mend: str) -> None:
        self.mistakes.append(Mistake(where, what, mend))

    def _quiet(self, values: Any) -> Quiet | None:
        if values is None:
            return Quiet()
        part = self._part(shape.QuietShape, values, f"{self.source}: quiet")
        return None if part is None else Quiet(part.start, part.end)

    def _steps(self, values: Any) -> tuple[ChecklistStep, ...]:
        in_order = values if isinstance(values, list) else []
        steps = []
        for number, one in enumerate(in_order, start=1):
            key = one.get("key") if isinstance(one, dict) else None
            where = f'{self.source}: step "{key}" ' if isinstance(key, str) else f"{self.source}: step {number} "
            part = self._part(shape.StepShape, one, where)
            audience = self._audience(one.get("audience") if isinstance(one, dict) else None, where)
            if part is not None and audience is not None:
                steps.append(read_step(part, audience))
        self._twice(in_order, "step")
        if len(steps) == len(in_order):
            for key, fault in loose_ends(steps):
                self._say(f'{self.source}: step "{key}" after', *fault)
        return tuple(steps)

    def _twice(self, values: list[Any], what: str) -> None:
        keys = Counter(one["key"] for one in values if isinstance(one, dict) and isinstance(one.get("key"), str))
        for key, times in keys.items():
            if times > 1:
                self._say(
                    f'{self.source}: {what} "{key}"', f"stands here {times} times", f"give each {what} a key of its own"
                )

    def _item(self, values: Any, number: int) -> Item | None:
        before = len(self.mistakes)
        key = values.get("key") if isinstance(values, dict) else None
        where = f'{self.source}: item "{key}" ' if isinstance(key, str) else f"{self.source}: item {number} "
        part = self._part(shape.ItemShape, values, where)
        raw = values if isinstance(values, dict) else {}
        when = self._when(raw["when"], where) if "when" in raw else None
        audience = self._audience(raw.get("audience"), where)
        ladder = self._ladder(raw.get("rung", []), when, where)
        if part is None or when is None or audience is None:
            return None
        if part.kind is Kind.LANDING and isinstance(when, Recurring):
            self._say(f"{where}when", "a landing does not recur", 'write anchor and after, or kind = "checkin"')
        self._kind_fits(part.kind, when, where)
        if len(self.mistakes) > before:
            return None
        return Item(part.key, part.kind, audience, when, ladder)

    def _audience(self, values: Any, where: str) -> Audience | None:
        if values is None:
            return Audience()
        part = self._part(shape.AudienceShape, values, f"{where}audience")
        if part is None:
            return None
        if part.min_days is not None and part.max_days is not None and part.min_days > part.max_days:
            mend = "swap them, or leave one out"
            self._say(f"{where}audience.min_days", f"{part.min_days} is more than max_days, {part.max_days}", mend)
        return Audience(part.min_days, part.max_days, part.countries, part.types, part.levels)

    def _when(self, values: Any, where: str) -> Recurring | Once | None:
        where += "when"
        if isinstance(values, dict) and (
            "anchor" in values or "after" in values or "before" in values or "unknown" in values
        ):
            return self._once(values, where)
        part = self._part(shape.RecurringShape, values, where)
        if part is None:
            return None
        self._loud(part.at, f"{where}.at")
        if part.first_rule is None and (part.first_weeks or part.often_in):
            self._say(f"{where}.first_rule", "is missing, but first_weeks or often_in ask for it", "write it")
        if part.first_rule is not None and not (part.first_weeks or part.often_in):
            mend = "give first_weeks or often_in, or remove it"
            self._say(f"{where}.first_rule", "never holds: there are no first_weeks and no often_in", mend)
        return Recurring(part.at, part.rule, part.first_weeks, part.first_rule, part.often_in)

    def _once(self, values: Any, where: str) -> Once | None:
        part = self._part(shape.OnceShape, values, where)
        if part is None:
            return None
        table = 'write { days = 1, at = "10:00" }'
        after = self._start(part, where)
        if after is None:
            return None
        if part.anchor is not Anchor.LANDING and after.duration is not None:
            self._say(f"{where}.after", f"{part.anchor} is a day without an hour", table)
        if part.anchor is not Anchor.LANDING and part.unknown is not None:
            self._say(f"{where}.unknown", f"{part.anchor} is always known", "remove it")
        if part.anchor is Anchor.LANDING and part.unknown is None:
            self._say(f"{where}.unknown", "is missing: who tells no landing time would never be asked", table)
        if part.unknown is not None and part.unknown.duration is not None:
            self._say(f"{where}.unknown", "counts from departure, a day without an hour", table)
        self._loud(after.at, f"{where}.{'after' if part.before is None else 'before'}.at")
        self._loud(part.unknown.at if part.unknown is not None else None, f"{where}.unknown.at")
        return Once(part.anchor, after, part.unknown)

    def _start(self, part: shape.OnceShape, where: str) -> After | None:
        """Return when it is asked: after its anchor, or so many days before it."""
        if (part.after is None) == (part.before is None):
            self._say(where, "needs one of after and before", 'write before = { days = 14, at = "18:30" }, or after')
            return None
        if part.before is None:
            return part.after
        if part.anchor is Anchor.LANDING:
            self._say(f"{where}.before", "counts from a day, and a landing is an hour", 'use anchor = "departure"')
        return After(-part.before.days, part.before.at)

    def _kind_fits(self, kind: Kind, when: Recurring | Once, where: str) -> None:
        is_before = isinstance(when, Once) and when.after.days < 0
        is_ahead = is_before and isinstance(when, Once) and when.anchor is Anchor.DEPARTURE
        if kind in _AHEAD and not is_ahead:
            what, days = _AHEAD[kind]
            mend = f'write anchor = "departure" and before = {{ days = {days}, at = "18:30" }}'
            self._say(f"{where}when", f"{what} before departure", mend)
        if kind is Kind.REPORT and not (isinstance(when, Once) and when.anchor is Anchor.RETURN):
            mend = 'write anchor = "return" and after = { days = 7, at = "10:00" }'
            self._say(f"{where}when", "a report is asked for after the return", mend)
        if kind not in _AHEAD and is_before:
            self._say(
                f"{where}when.before", "how she is is not asked before the day", 'use after, or kind = "channels"'
            )

    def _loud(self, at: time | None, where: str) -> None:
        fault = quiet_fault(at, self.quiet) if self.quiet is not None else None
        if fault is not None:
            self._say(where, *fault)

    def _ladder(self, values: Any, when: Recurring | Once | None, where: str) -> tuple[Rung, ...]:
        rungs = []
        for number, one in enumerate(values if isinstance(values, list) else [], start=1):
            part = self._part(shape.RungShape, one, f"{where}rung {number} ")
            rungs.append(None if part is None else Rung(part.step, part.after))
        ladder = tuple(rung for rung in rungs if rung is not None)
        if len(ladder) < len(rungs) or not isinstance(values, list):
            return ladder  # a ladder with a broken rung cannot be judged as a whole
        for index, (what, mend) in end_faults(ladder):
            self._say(f"{where}rung" if index is None else f"{where}rung {index + 1} step", what, mend)
        for index, (what, mend) in order_faults(ladder, _opening(when)) if when is not None else []:
            self._say(f"{where}rung {index + 1} after", what, mend)
        return ladder


def _opening(when: Recurring | Once) -> time | None:
    """Return the wall time of the question where there is one and only one."""
    if isinstance(when, Recurring):
        return when.at
    return when.after.at if when.unknown is None or when.unknown.at == when.after.at else None
