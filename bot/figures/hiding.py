"""Which figures may be shown: none that counts one to four people, and none from which such a one can be worked out.

Pure; called by the views of statistics. The same figures are hidden from everybody, whatever part of them a reader
sees, so that neither two filters nor two readers together say more than one.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

SMALLEST = 5
"""The least that is shown, beside nothing at all."""
_MOST_AT_ONCE = 150
"""So many hidden figures that hang together are solved as equations; more leave so much free that one never follows."""
_NOTHING = 1e-9
"""What floating point leaves of zero."""

C = TypeVar("C", bound=tuple[Any, ...])


@dataclass(frozen=True)
class Sum(Generic[C]):
    """Something that readers know: the parts add up to the whole."""

    whole: C
    parts: tuple[C, ...]


def hidden(counts: Mapping[C, int], sums: Sequence[Sum[C]]) -> set[C]:
    """Return what may not be shown of some counts.

    Small counts first; then, wherever what is shown would tell them, the smallest figure beside them, until no small
    group and no single figure follows from the others. The same counts and sums always give the same answer.
    """
    held = {cell for cell, count in counts.items() if 0 < count < SMALLEST}
    rows = [_Row(one.whole, tuple(part for part in one.parts if counts.get(part))) for one in sums]
    by_cell: dict[C, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for cell in row.members:
            by_cell[cell].append(place)
    waiting = deque(range(len(rows)))
    while True:
        while waiting:
            place = waiting.popleft()
            for cell in _to_hide(rows[place], counts, held):
                held.add(cell)
                waiting.extend(by_cell[cell])
        told = sorted(_told(rows, by_cell, counts, held))
        if not told:
            return held
        held.update(told)
        for cell in told:
            waiting.extend(by_cell[cell])


@dataclass(frozen=True)
class _Row(Generic[C]):
    whole: C
    parts: tuple[C, ...]

    @property
    def members(self) -> tuple[C, ...]:
        return (self.whole, *self.parts)


def _to_hide(row: _Row[C], counts: Mapping[C, int], held: set[C]) -> list[C]:
    """Return what one sum tells too much without: the smallest parts that are still shown, or the whole."""
    parts = [part for part in row.parts if part in held]
    if row.whole in held:
        return [] if parts or not row.parts else [min(row.parts, key=lambda part: counts[part])]
    if not parts:
        return []
    together = sum(counts[part] for part in parts)
    more: list[C] = []
    shown = sorted((part for part in row.parts if part not in held), key=lambda part: counts[part])
    while len(parts) + len(more) < 2 or together < SMALLEST:  # noqa: PLR2004 - one alone is told by the others
        if not shown:
            return [*more, row.whole]
        more.append(shown.pop(0))
        together += counts[more[-1]]
    return more


def _told(rows: Sequence[_Row[C]], by_cell: Mapping[C, Sequence[int]], counts: Mapping[C, int], held: set[C]) -> set[C]:
    """Return what else to hide because several sums together would tell a hidden figure."""
    more: set[C] = set()
    for cells, places in _knots(rows, by_cell, held):
        beside = {member for place in places for member in rows[place].members if member not in held}
        if len(cells) > _MOST_AT_ONCE or not beside:
            continue
        order = {cell: index for index, cell in enumerate(cells)}
        matrix = np.zeros((len(places), len(cells)))
        for line, place in enumerate(places):
            for member in rows[place].members:
                if member in order:
                    matrix[line, order[member]] += -1.0 if member == rows[place].whole else 1.0
        if _is_told(matrix):
            more.add(min(beside, key=lambda cell: (counts.get(cell, 0), cell)))
    return more


def _is_told(matrix: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> bool:
    """Tell whether any column's value follows from the sums: after elimination it stands alone in its line."""
    rest = matrix.copy()
    line = 0
    for column in range(rest.shape[1]):
        pivot = line + int(np.argmax(np.abs(rest[line:, column])))
        if abs(rest[pivot, column]) < _NOTHING:
            continue
        rest[[line, pivot]] = rest[[pivot, line]]
        rest[line] /= rest[line, column]
        others = np.abs(rest[:, column]) > _NOTHING
        others[line] = False
        rest[others] -= np.outer(rest[others, column], rest[line])
        line += 1
        if line == rest.shape[0]:
            break
    return bool(((np.abs(rest[:line]) > _NOTHING).sum(axis=1) == 1).any())


def _knots(
    rows: Sequence[_Row[C]], by_cell: Mapping[C, Sequence[int]], held: set[C]
) -> list[tuple[list[C], list[int]]]:
    """Return hidden figures that hang together by sums, with those sums."""
    found: list[tuple[list[C], list[int]]] = []
    seen: set[C] = set()
    for start in sorted(held):
        if start in seen or start not in by_cell:
            continue
        seen.add(start)
        cells, places, waiting = [start], set(), [start]
        while waiting:
            for place in by_cell[waiting.pop()]:
                if place in places:
                    continue
                places.add(place)
                for member in rows[place].members:
                    if member in held and member not in seen:
                        seen.add(member)
                        cells.append(member)
                        waiting.append(member)
        found.append((cells, sorted(places)))
    return found
