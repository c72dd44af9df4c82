"""The counts behind the tables of statistics, with what may not be shown already hidden. Called by `statistics_tables`
and its neighbours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.figures.hiding import hidden
from bot.figures.model import EVERY, LEVELS, UNKNOWN, By, Cell, Stay
from bot.figures.rules import NO, YES, YearCounts, above, count, directly, of_unit, sums
from bot.figures.tables import HIDDEN, Value
from bot.views.figures_read import ByUnit


@dataclass(frozen=True)
class Facts:
    """What was read of the whole university; `unit`, `level` and `year` are what was chosen of it."""

    today: date
    year: int
    unit: str
    level: str
    years: tuple[int, ...]
    counted: Mapping[int, YearCounts]
    intake: ByUnit

    def figure(self, by: By, value: str = "", *, year: int = 0, unit: str | None = None, level: str = "") -> Value:
        """Return a count of stays, or HIDDEN; what is not given is as chosen."""
        block = (self.unit if unit is None else unit, level or self.level)
        return self.counted.get(year or self.year, {}).get(block, {}).get((by, value), 0)

    def values(self, by: By) -> list[str]:
        """Return what occurs of a breakdown in what was chosen, in the order of its names."""
        return [value for kind, value in self.counted.get(self.year, {}).get((self.unit, self.level), {}) if kind is by]

    def levels(self, *, unknown: bool = False) -> tuple[str, ...]:
        """Return the levels of which the tables by level speak; those of no level only where there are some."""
        if self.level != EVERY:
            return (self.level,)
        has_unknown = unknown and self.figure(By.TOTAL, level=UNKNOWN or "-") != 0
        return (*LEVELS, *((UNKNOWN,) if has_unknown else ()))

    def admitted(self, *, year: int = 0, unit: str | None = None, level: str = "") -> int | None:
        """Return an intake; of every level the sum of those that were handed in."""
        return summed(self.intake, year or self.year, self.unit if unit is None else unit, level or self.level)


def summed(rows: ByUnit, year: int, unit: str, level: str) -> int | None:
    """Return a figure that was handed in by level; of every level its own row, else the sum of its levels."""
    if level == EVERY and (whole := of_unit(rows.get((year, EVERY), {}), unit)) is not None:
        return whole
    levels = LEVELS if level == EVERY else (level,)
    known = [found for one in levels if (found := of_unit(rows.get((year, one), {}), unit)) is not None]
    return sum(known) if known else None


def share(part: Value, whole: Value) -> Value:
    """Return a share, HIDDEN when either is; None where there is nothing to take a share of."""
    if HIDDEN in (part, whole):
        return HIDDEN
    if not isinstance(part, int) or not isinstance(whole, int) or not whole:
        return None
    return part / whole


def shown(counts: Mapping[Cell, int]) -> dict[Cell, Value]:
    """Return counts of something else than stays, those that may not be shown HIDDEN."""
    held = hidden(counts, sums(counts))
    return {cell: HIDDEN if cell in held else number for cell, number in counts.items()}


def counted_visits(visits: Sequence[Stay]) -> dict[Cell, Value]:
    """Return the visits online by unit and level."""
    return shown(count(visits, (By.TOTAL,)))


def counted_doctors(doctors: Iterable[tuple[str, bool]]) -> dict[Cell, Value]:
    """Return doctoral students by unit: all, those who have been abroad, and those who have not."""
    counts: dict[Cell, int] = {}
    for unit, been in doctors:
        for path in (*above(unit), directly(unit)):
            for by, value in ((By.TOTAL, ""), (By.BEEN, YES if been else NO)):
                cell = Cell(path, EVERY, by, value)
                counts[cell] = counts.get(cell, 0) + 1
    return shown(dict(sorted(counts.items())))
