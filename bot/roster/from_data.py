"""Reads a roster that a program hands in as data, as far as its sheets and columns: {"people": [{"number": …}]}.

From here on it is the same as a file, with the same faults: row 1 is the first of its list.
"""

from typing import Any

from bot.errors import Mistake, MistakesError
from bot.roster.grid import MOST_ROWS, Grid
from bot.roster.model import Cell, Sheets
from bot.roster.read import sheets_of

_ROSTER = 'expected {"people": [{"number": "…", "name": "…"}]} with the sheets of a roster'


def read_data(data: Any) -> Sheets:
    """Return the sheets of a roster; MistakesError when it has not the shape of one."""
    if not isinstance(data, dict) or not data:
        raise MistakesError([Mistake("body", "is no object with sheets", _ROSTER)])
    mistakes: list[Mistake] = []
    grids = [_grid(str(title), rows, mistakes) for title, rows in data.items()]
    if mistakes:
        raise MistakesError(mistakes)
    return sheets_of(grids)


def _grid(title: str, rows: Any, mistakes: list[Mistake]) -> Grid:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        mistakes.append(Mistake(title, "is no list of objects", _ROSTER))
        return Grid(title)
    if len(rows) > MOST_ROWS:
        mistakes.append(Mistake(title, f"has more than {MOST_ROWS:,} rows", "expected several requests, in turn"))
        return Grid(title)
    if not rows:
        return Grid(title)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines: list[tuple[int, tuple[Cell, ...]]] = [(0, tuple(columns))]
    for line, row in enumerate(rows, 1):
        for column in columns:
            if column not in row:  # as an empty cell it would clear what is stored
                mend = "expected the same columns in every row of a sheet, and null where one is to be empty"
                mistakes.append(Mistake(f"{title}!{line} {column}", "is missing here and given elsewhere", mend))
            elif not isinstance(_cell(row[column]), str | int | float | bool | None):
                mend = "expected text, a number, null, or a list of texts"
                mistakes.append(Mistake(f"{title}!{line} {column}", "is no value of a cell", mend))
        lines.append((line, tuple(_cell(row.get(column)) for column in columns)))
    return Grid(title, tuple(lines))


def _cell(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ";".join(value)
    return value
