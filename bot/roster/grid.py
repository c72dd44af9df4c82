"""Tables of cells before anybody knows what they mean: what the readers of workbooks and folders hand to `read`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.roster.model import Cell, Fault

MOST_ROWS = 100_000
EMPTY_ROWS = 2_000
"""After so many empty rows in a row a sheet is over: Excel likes to store a million formatted ones."""


@dataclass(frozen=True)
class Grid:
    """One table: its title, and its rows that are not empty with the numbers that Excel shows beside them."""

    title: str
    rows: tuple[tuple[int, tuple[Cell, ...]], ...] = ()
    faults: tuple[Fault, ...] = ()


def make_grid(title: str, rows: Iterable[Sequence[Cell]]) -> Grid:
    """Take the rows of a table that are not empty; one that never ends is a fault."""
    taken: list[tuple[int, tuple[Cell, ...]]] = []
    empty = 0
    for line, row in enumerate(rows, 1):
        cells = _trimmed(row)
        if not cells:
            empty += 1
            if empty >= EMPTY_ROWS:
                break
            continue
        empty = 0
        if len(taken) > MOST_ROWS:  # the header row is one of them
            what = f"the sheet has more than {MOST_ROWS:,} rows"
            return Grid(
                title, (), (Fault(title, line, "", what, "expected a file cut into several, imported in turn"),)
            )
        taken.append((line, cells))
    return Grid(title, tuple(taken))


def _trimmed(row: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return the cells up to the last one that holds something."""
    end = len(row)
    while end and (row[end - 1] is None or str(row[end - 1]).strip() == ""):
        end -= 1
    return tuple(row[:end])
