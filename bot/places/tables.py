"""Reads the tables that ship beside this file; called by the other files of this folder and by nobody else."""

import csv
from importlib.resources import files


def rows(name: str) -> tuple[dict[str, str], ...]:
    """Give the rows of a shipped table, in the table's order.

    Args:
        name: The file's name, e.g. `cities.csv` (UTF-8, a header line first).

    Returns:
        One dict per row, from column name to text without surrounding space; an empty cell is `""`.
    """
    text = files("bot.places").joinpath(name).read_text(encoding="utf-8")
    table = csv.DictReader(text.splitlines(), strict=True)
    return tuple({column: cell.strip() for column, cell in row.items()} for row in table)


def parts(cell: str) -> tuple[str, ...]:
    """Split a cell that lists several things with `|` between them; an empty cell lists nothing."""
    return tuple(part for part in cell.split("|") if part)
