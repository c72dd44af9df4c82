"""Which figures may be shown: none that counts one to four people, and none from which such a one can be worked out.

Pure; called by the views of statistics. The same figures are hidden from everybody, whatever part of them a reader
sees, so that neither two filters nor two readers together say more than one. NumPy is imported where equations are
solved, which pages do on a thread of its own: a service starts without it.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np

SMALLEST = 5
"""The least that is shown, beside nothing at all."""
_MOST_AT_ONCE = 150
"""So many hidden figures that hang together are solved as equations; more leave so much free that one never follows."""
_NOTHING = 1e-9
"""What floating point leaves of zero."""

C = TypeVar("C", bound=tuple[Any, ...])


class Sum(NamedTuple, Generic[C]):
    """Something that readers know: the parts add up to the whole."""

    whole: C
    parts: Sequence[C]


class _Row(NamedTuple):
    """A sum of figures, each named by its number."""

    whole: int
    parts: tuple[int, ...]


def hidden(counts: Mapping[C, int], sums: Sequence[Sum[C]]) -> set[C]:
    """Return what may not be shown of some counts.

    Small counts first; then, wherever what is shown would tell them, the smallest figure beside them, until no small
    group and no single figure follows from the others. Equally small ones go in the order of `counts`; the same counts
    and sums always give the same answer.
    """
    cells = list(counts)
    numbers = {cell: number for number, cell in enumerate(cells)}
    rows = [(numbers[one.whole], [numbers[part] for part in one.parts]) for one in sums]
    return {cells[number] for number in hidden_numbers(list(counts.values()), rows)}


def hidden_numbers(sizes: Sequence[int], sums: Iterable[tuple[int, Sequence[int]]]) -> list[int]:
    """Return the same of counts that are named by their place: each sum has its whole and its parts."""
    same, known = [], []
    for whole, among in sums:
        parts = [part for part in among if sizes[part]]
        if len(parts) == 1:
            same.append((whole, parts[0]))
        else:
            known.append((whole, parts))
    first = _first_of_same(len(sizes), same)
    small = {first[number] for number, size in enumerate(sizes) if 0 < size < SMALLEST}
    rows = dict.fromkeys(_Row(first[whole], tuple([first[part] for part in parts])) for whole, parts in known if parts)
    held = _Search(list(rows), sizes, small).run()
    return [number for number, one in enumerate(first) if one in held]


def _first_of_same(number: int, same: Iterable[tuple[int, int]]) -> list[int]:
    """Return for each figure the first of those which are the same, because one is the only part of the other."""
    first = list(range(number))

    def find(one: int) -> int:
        while first[one] != one:
            first[one] = first[first[one]]
            one = first[one]
        return one

    for one, other in same:
        low, high = sorted((find(one), find(other)))
        first[high] = low
    return [find(one) for one in range(number)]


class _Search:
    """Finds what to hide; `held` only grows."""

    def __init__(self, rows: Sequence[_Row], sizes: Sequence[int], small: set[int]) -> None:
        self._rows = rows
        self._sizes = sizes
        self._held = small
        self._rows_of: list[list[int]] = [[] for _ in sizes]
        for place, row in enumerate(rows):
            for one in (row.whole, *row.parts):
                self._rows_of[one].append(place)

    def run(self) -> set[int]:
        """Hide by single sums, then by sums together, as long as anything follows; a knot is looked at once more only
        after something in it has changed.
        """
        # Of a small sum everything is held from the beginning.
        self._hide_by_sums([place for place, row in enumerate(self._rows) if self._sizes[row.whole] >= SMALLEST])
        waiting = self._knots(sorted(self._held))
        while waiting:
            told = {one for knot in waiting if (one := self._told(*knot)) is not None}
            self._held |= told
            more = self._hide_by_sums([place for one in sorted(told) for place in self._rows_of[one]])
            waiting = self._knots(sorted(told | more))
        return self._held

    def _hide_by_sums(self, places: Sequence[int]) -> set[int]:
        """Hide what any of some sums tells too much without, and what follows from that; return what that is."""
        waiting, more = deque(places), set()
        while waiting:
            for one in self._to_hide(self._rows[waiting.popleft()]):
                self._held.add(one)
                more.add(one)
                waiting.extend(self._rows_of[one])
        return more

    def _to_hide(self, row: _Row) -> list[int]:
        """Return what one sum tells too much without: the smallest parts that are still shown, or the whole."""
        parts = [part for part in row.parts if part in self._held]
        if row.whole in self._held:
            return [] if parts else [min(row.parts, key=self._sizes.__getitem__)]
        if not parts:
            return []
        together = sum(self._sizes[part] for part in parts)
        if len(parts) > 1 and together >= SMALLEST:
            return []
        more: list[int] = []
        shown = sorted(set(row.parts) - self._held, key=lambda part: (self._sizes[part], part))
        while len(parts) + len(more) < 2 or together < SMALLEST:  # noqa: PLR2004 - one alone is told by the others
            if len(more) == len(shown):
                return [*more, row.whole]
            together += self._sizes[shown[len(more)]]
            more.append(shown[len(more)])
        return more

    def _told(self, cells: Sequence[int], places: Sequence[int]) -> int | None:
        """Return what else to hide because several sums together would tell a hidden figure of a knot."""
        if len(cells) > _MOST_AT_ONCE:
            return None
        import numpy as np  # noqa: PLC0415 - see above

        order = {cell: index for index, cell in enumerate(cells)}
        matrix = np.zeros((len(places), len(cells)))
        beside = set()
        for line, place in enumerate(places):
            row = self._rows[place]
            for one, sign in ((row.whole, -1.0), *((part, 1.0) for part in row.parts)):
                if one in order:
                    matrix[line, order[one]] += sign
                else:
                    beside.add(one)
        if beside and is_told(matrix):
            return min(beside, key=lambda one: (self._sizes[one], one))
        return None

    def _knots(self, starts: Sequence[int]) -> list[tuple[list[int], list[int]]]:
        """Return the hidden figures that hang together by sums with any of some, and those sums."""
        found: list[tuple[list[int], list[int]]] = []
        seen: set[int] = set()
        for start in starts:
            if start in seen or not self._rows_of[start]:
                continue
            seen.add(start)
            cells, places = [start], set()
            for cell in cells:  # grows meanwhile
                for place in self._rows_of[cell]:
                    if place in places:
                        continue
                    places.add(place)
                    row = self._rows[place]
                    fresh = [one for one in (row.whole, *row.parts) if one in self._held and one not in seen]
                    seen.update(fresh)
                    cells += fresh
            found.append((cells, sorted(places)))
        return found


def is_told(matrix: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> bool:
    """Tell whether any column's value follows from the sums: after elimination it stands alone in its line."""
    import numpy as np  # noqa: PLC0415 - see above

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
