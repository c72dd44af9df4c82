"""The lines that `yanxin programme preview` prints: each question on her wall and in Beijing, its ladder below it."""

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.engine.preview import Coming, Difference
from bot.local_time import BEIJING, to_wall
from bot.rendering.filters import day, zone_called

LANGUAGE = "en"


def coming_lines(coming: Sequence[Coming], days: int) -> Iterator[str]:
    """Return the list of what would be asked, with a last line that counts it."""
    span = "the next day" if days == 1 else f"the next {days} days"
    if not coming:
        yield f"Nothing would be asked in {span}."
        return
    shape = _Columns(coming)
    for one in coming:
        yield shape.question(one)
        for step, at in one.rungs:
            yield shape.rung(str(step), at, one)
    people = len({one.number for one in coming})
    questions = "1 question" if len(coming) == 1 else f"{len(coming)} questions"
    yield f"{questions} to {'1 person' if people == 1 else f'{people} people'} in {span}."


def difference_lines(changed: Difference, running: int | None) -> Iterator[str]:
    """Return what would change against the running version."""
    if running is None:
        yield "No programme runs yet: all of it would be new."
        return
    if not changed:
        yield f"Nothing of this differs from the running version {running}."
        return
    counts = f"{len(changed.added)} added, {len(changed.gone)} gone, {len(changed.moved)} moved"
    yield f"Against the running version {running}: {counts}."
    shape = _Columns([*changed.added, *changed.gone, *(one for pair in changed.moved for one in pair)])
    yield from (f"+ {shape.question(one)}" for one in changed.added)
    yield from (f"- {shape.question(one)}" for one in changed.gone)
    for before, after in changed.moved:
        yield f"~ {shape.question(after)}"
        same = (before.opens_at, before.zone) == (after.opens_at, after.zone)
        yield f"    {_ladder_change(before, after)}" if same else f"    was {_times(before.opens_at, before.zone)}"


def _ladder_change(before: Coming, after: Coming) -> str:
    def told(one: Coming) -> str:
        return ", ".join(f"{step} {_wall(at, one.zone)}" for step, at in one.rungs)

    return f"same time, other ladder: {told(after)}; was: {told(before)}"


class _Columns:
    """Lines whose columns stand below each other, as wide as the widest entry."""

    def __init__(self, coming: Sequence[Coming]) -> None:
        self._number = max(_width(one.number) for one in coming)
        self._zone = max(_width(zone_called(one.zone, LANGUAGE)) for one in coming)

    def question(self, one: Coming) -> str:
        return f"{_pad(one.number, self._number)}  {self._at(one.opens_at, one)}  {one.item}"

    def rung(self, step: str, at: datetime, one: Coming) -> str:
        return f"{' ' * self._number}  {self._at(at, one)}    {step}"

    def _at(self, at: datetime, one: Coming) -> str:
        zone = _pad(zone_called(one.zone, LANGUAGE), self._zone)
        return f"{_wall(at, one.zone)}  {zone}  Beijing {_wall(at, BEIJING)}"


def _times(at: datetime, zone: str) -> str:
    return f"{_wall(at, zone)}  {zone_called(zone, LANGUAGE)}  Beijing {_wall(at, BEIJING)}"


def _wall(at: datetime, zone: str) -> str:
    """Write an instant on the wall of a zone in 21 characters: `Tue 24 Nov 2026 18:30`."""
    wall = to_wall(at, zone)
    weekday, number, month = day(wall.date(), LANGUAGE).split()
    return f"{weekday} {number:>2} {month} {wall:%Y %H:%M}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
