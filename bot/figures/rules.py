"""How stays are counted: which band, which year, whose unit, and which counts add up to which. Pure."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import count as count_from
from operator import itemgetter

from bot.figures.hiding import Sum, hidden_numbers
from bot.figures.model import ALL_UNITS, EVERY, By, Cell, Duration, Stay
from bot.figures.tables import HIDDEN, Value

LONG_DAYS = 90
"""Three months and more."""
_BANDS = ((30, Duration.UP_TO_1), (LONG_DAYS - 1, Duration.UP_TO_3), (180, Duration.UP_TO_6))
_LONG = frozenset({Duration.UP_TO_6, Duration.OVER_6})
_NATIONAL = ("国家公派", "国家留学基金", "留基委", "国家资助", "chinascholarshipcouncil")
_NATIONAL_WHOLE = frozenset({"csc", "国家"})
_JOINT = "joint_training"
APART = "\x1f"
"""Between the parts of a value; no cell of a roster can hold it."""
Block = tuple[str, str]
"""A unit and a level."""
Kind = tuple[By, str]
"""What is counted of a block: a breakdown and its value."""
YearCounts = Mapping[Block, Mapping[Kind, Value]]
"""The counts of a year, those that may not be shown HIDDEN."""
YES, NO, OTHERWISE = "yes", "no", "otherwise"


def band(days: int) -> Duration:
    """Return the band of a stay of so many days, first and last included."""
    return next((name for most, name in _BANDS if days <= most), Duration.OVER_6)


@lru_cache(maxsize=1024)
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


def upper(unit: str) -> str | None:
    """Return the unit that one counts in: that of those directly in it, or the one above; None above the whole."""
    if unit == ALL_UNITS:
        return None
    return unit.rpartition("/")[0]


def count(stays: Iterable[Stay], by: Iterable[By]) -> Counter[Cell]:
    """Count stays in every unit along their way up, in their level and in all, by everything that is asked for.

    Stays are counted where they are, and each unit's counts are then added to the one above. Those directly in a unit
    are counted apart where it has others below. Cells are in order.
    """
    return Counter(
        {
            Cell(*block, *kind): number
            for block, counts in counted_blocks(stays, by).items()
            for kind, number in counts.items()
        }
    )


def counted_blocks(stays: Iterable[Stay], by: Iterable[By]) -> dict[Block, dict[Kind, int]]:
    """Return the same block by block, both in order."""
    wanted, counted = tuple(by), tuple(stays)
    units = {path for unit in {stay.unit for stay in counted} for path in above(unit)}
    divided = {upper(unit) for unit in units}
    found: dict[Block, Counter[Kind]] = defaultdict(Counter)
    for stay in counted:
        values = values_of(stay)
        unit = directly(stay.unit) if stay.unit in divided else stay.unit
        counts = found[(unit, stay.level)]
        for one in wanted:
            counts[(one, values[one])] += 1
        units.add(unit)
    for unit, level in list(found):
        found[(unit, EVERY)].update(found[(unit, level)])
    levels = {level for _, level in found}
    for unit in sorted(units, key=len, reverse=True):  # those below first
        for level in levels:
            if (whole := upper(unit)) is not None and (unit, level) in found:
                found[(whole, level)].update(found[(unit, level)])
    return {block: dict(sorted(counts.items())) for block, counts in sorted(found.items(), key=itemgetter(0))}


@lru_cache(maxsize=128)
def year_of_stays(stays: tuple[Stay, ...]) -> YearCounts:
    """Return the counts of one year's stays, those that may not be shown HIDDEN.

    Kept, because what is hidden must always be decided over all there is, and years that are over never change.
    """
    counts = counted_blocks(stays, (by for by in By if by is not By.BEEN))
    held = set(hidden_numbers([one for block in counts.values() for one in block.values()], numbered_sums(counts)))
    kinds = {kind: kind for block in counts.values() for kind in block}  # one object each, for all that is kept
    place = count_from()
    return {
        block: {kinds[kind]: HIDDEN if next(place) in held else number for kind, number in those.items()}
        for block, those in counts.items()
    }


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
    by_block: dict[Block, dict[Kind, Cell]] = defaultdict(dict)
    for cell in counts:
        by_block[cell[:2]][cell[2:]] = cell
    cells = [cell for those in by_block.values() for cell in those.values()]
    return [Sum(cells[whole], [cells[part] for part in parts]) for whole, parts in numbered_sums(by_block)]


def numbered_sums(counts: Mapping[Block, Iterable[Kind]]) -> list[tuple[int, list[int]]]:
    """Return the same with each count named by its place: a year has tens of thousands of them."""
    blocks = {block: number for number, block in enumerate(counts)}
    kinds = {
        kind: number for number, kind in enumerate(dict.fromkeys(kind for those in counts.values() for kind in those))
    }
    span = len(kinds)
    codes = [blocks[block] * span + kinds[kind] for block, those in counts.items() for kind in those]
    place = {code: number for number, code in enumerate(codes)}
    # Each part leads to its wholes, told apart by how they come about: by units, by levels, or by a breakdown.
    above_it = [blocks.get((over, level)) if (over := upper(unit)) is not None else None for unit, level in blocks]
    of_all = [None if level == EVERY else blocks.get((unit, EVERY)) for unit, level in blocks]
    hows = {by: number for number, by in enumerate(By, 2)}
    within = [[(kinds[pair], hows[by]) for pair in _within(by, value)] for by, value in kinds]
    parts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, code in enumerate(codes):
        block, kind = divmod(code, span)
        if (whole := above_it[block]) is not None:
            parts[(whole * span + kind, 0)].append(number)
        if (whole := of_all[block]) is not None:
            parts[(whole * span + kind, 1)].append(number)
        for among, how in within[kind]:
            parts[(block * span + among, how)].append(number)
    return [(place[code], those) for (code, _), those in parts.items()]


@lru_cache(maxsize=4096)
def _within(by: By, value: str) -> tuple[tuple[By, str], ...]:
    """Return of which counts of a unit and level one is a part, beside others of its breakdown."""
    if by is By.TOTAL:
        return ()
    whole = (By.TOTAL, "")
    if by is By.DURATION:
        return whole, (By.LONG, YES if value in _LONG else NO)
    if by is By.HOST:
        _, country, tag = value.split(APART)
        return whole, (By.COUNTRY, country), (By.TAG, tag)
    if by is By.NATIONAL and value != NO:
        return whole, (By.TYPE, _JOINT)
    return (whole,)
