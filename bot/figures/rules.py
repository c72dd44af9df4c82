"""How stays are counted: which band, which year, whose unit, and which counts add up to which. Pure."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise

from bot.figures.hiding import Sum, hidden
from bot.figures.model import ALL_UNITS, EVERY, By, Cell, Duration, Stay

LONG_DAYS = 90
"""Three months and more."""
_BANDS = ((30, Duration.UP_TO_1), (LONG_DAYS - 1, Duration.UP_TO_3), (180, Duration.UP_TO_6))
_LONG = frozenset({Duration.UP_TO_6, Duration.OVER_6})
_NATIONAL = ("国家公派", "国家留学基金", "留基委", "国家资助", "chinascholarshipcouncil")
_NATIONAL_WHOLE = frozenset({"csc", "国家"})
_JOINT = "joint_training"
APART = "\x1f"
"""Between the parts of a value; no cell of a roster can hold it."""
YES, NO, OTHERWISE = "yes", "no", "otherwise"


def band(days: int) -> Duration:
    """Return the band of a stay of so many days, first and last included."""
    return next((name for most, name in _BANDS if days <= most), Duration.OVER_6)


def is_national(type_: str, funding: str) -> bool:
    """Tell whether a stay is joint training that the state pays for (国家公派联合培养)."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", funding).casefold() if letter.isalnum())
    return type_ == _JOINT and (plain in _NATIONAL_WHOLE or any(word in plain for word in _NATIONAL))


def above(unit: str) -> list[str]:
    """Return a unit's path and those above it, the whole university first."""
    parts = unit.split("/") if unit else []
    return [ALL_UNITS, *("/".join(parts[: end + 1]) for end in range(len(parts)))]


def directly(unit: str) -> str:
    """Return the name under which those are counted who belong to a unit and to none below it."""
    return f"{unit}/"


def values_of(stay: Stay) -> dict[By, str]:
    """Return what a stay is by everything that figures are broken down by."""
    return {
        By.TOTAL: "",
        By.DURATION: band(stay.days).value,
        By.LONG: YES if stay.days >= LONG_DAYS else NO,
        By.COUNTRY: stay.country,
        By.HOST: host_value(stay.host, stay.country, stay.tag),
        By.TAG: stay.tag,
        By.TYPE: stay.type,
        By.FUNDING: stay.funding,
        By.NATIONAL: _national(stay),
    }


def _national(stay: Stay) -> str:
    """Return whether the state pays for joint training, somebody else does, or it is none."""
    if stay.type != _JOINT:
        return NO
    return YES if is_national(stay.type, stay.funding) else OTHERWISE


def host_value(host: str, country: str, tag: str) -> str:
    """Return a host with its country and tag, so that hosts add up to countries and to tags."""
    return f"{host}{APART}{country}{APART}{tag}"


def count(stays: Iterable[Stay], by: Iterable[By]) -> Counter[Cell]:
    """Count stays in every unit along their way up, in their level and in all, by everything that is asked for."""
    counts: Counter[Cell] = Counter()
    wanted = tuple(by)
    for stay in stays:
        values = values_of(stay)
        for unit in (*above(stay.unit), directly(stay.unit)):
            for level in (EVERY, stay.level):
                counts.update(Cell(unit, level, one, values[one]) for one in wanted)
    return counts


@lru_cache(maxsize=128)
def year_of_stays(stays: tuple[Stay, ...]) -> tuple[Mapping[Cell, int], frozenset[Cell]]:
    """Return the counts of one year's stays, and which of them may not be shown.

    Kept, because what is hidden must always be decided over all there is, and years that are over never change.
    """
    counts = dict(sorted(count(stays, (by for by in By if by is not By.BEEN)).items()))
    return counts, frozenset(hidden(counts, sums(counts)))


def of_unit(rows: Mapping[str, int], unit: str) -> int | None:
    """Return the figure of a unit: its own, else the sum of the nearest units below that have one; None without any."""
    if unit in rows:
        return rows[unit]
    below = [path for path in rows if not unit or path.startswith(f"{unit}/")]
    nearest = [path for path in below if not any(upper in rows for upper in above(path)[1:-1] if upper in below)]
    return sum(rows[path] for path in nearest) if nearest else None


def sums(counts: Mapping[Cell, int]) -> list[Sum[Cell]]:
    """Return what readers know to add up: units to those above, levels to all of them, the parts of each breakdown.

    Parts that nobody is in are left out; everybody knows them to be nothing.
    """
    below: dict[str, set[str]] = defaultdict(set)
    levels: set[str] = set()
    found: dict[tuple[str, str], dict[By, list[Cell]]] = defaultdict(lambda: defaultdict(list))
    for cell in counts:
        levels.add(cell.level)
        found[(cell.unit, cell.level)][cell.by].append(cell)
    for unit in {cell.unit for cell in counts if not cell.unit.endswith("/")}:
        for upper, lower in pairwise(above(unit)):
            below[upper].add(lower)
    beneath = {unit: (*sorted(lower), directly(unit)) for unit, lower in below.items()}
    single = sorted(levels - {EVERY})
    known: list[Sum[Cell]] = []
    for cell in counts:
        unit, level, by, value = cell
        if not unit.endswith("/"):
            within = (Cell(one, level, by, value) for one in beneath.get(unit, (directly(unit),)))
            known.append(Sum(cell, tuple(part for part in within if part in counts)))
        if level == EVERY:
            each = (Cell(unit, one, by, value) for one in single)
            known.append(Sum(cell, tuple(part for part in each if part in counts)))
        known += [Sum(cell, parts) for parts in _parts(cell, found[(unit, level)]) if parts]
    return known


def _parts(cell: Cell, found: Mapping[By, list[Cell]]) -> list[tuple[Cell, ...]]:
    """Return each way in which a count falls into parts of a breakdown, of those found in its unit and level."""
    if cell.by is By.TOTAL:
        return [tuple(cells) for by, cells in found.items() if by is not By.TOTAL]
    if cell.by is By.LONG:
        return [tuple(one for one in found.get(By.DURATION, ()) if (one.value in _LONG) == (cell.value == YES))]
    if cell.by in {By.COUNTRY, By.TAG}:
        place = 1 if cell.by is By.COUNTRY else 2
        return [tuple(one for one in found.get(By.HOST, ()) if one.value.split(APART)[place] == cell.value)]
    if cell.by is By.TYPE and cell.value == _JOINT:
        return [tuple(one for one in found.get(By.NATIONAL, ()) if one.value != NO)]
    return []
