"""Reads a folder of .csv tables, in UTF-8 or GB18030. Called by `read` and `uploaded`."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from bot.errors import UsageError
from bot.roster.grid import Grid, make_grid
from bot.roster.model import Fault

MOST_BYTES = 100 * 1024 * 1024


def read_tables(folder: Path) -> list[Grid]:
    """Return every .csv of a folder as a table named after its file; UsageError when there is none."""
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".csv" and path.is_file() and not path.name.startswith((".", "~"))
    )
    if not paths:
        raise UsageError(f"there is no .csv in the folder {folder}; name one that holds people.csv, trips.csv …")
    return [table_in(path.stem, path.stat().st_size, path.read_bytes) for path in paths]


def table_in(title: str, size: int, read: Callable[[], bytes]) -> Grid:
    """Return one table; it is not read at all when it is too large."""
    text = _text(title, size, read)
    if isinstance(text, Fault):
        return Grid(title, faults=(text,))
    try:
        return make_grid(title, csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        expected = "expected comma-separated values, with quotes in pairs"
        return Grid(title, faults=(Fault(title, 0, "", f"is not a readable table ({error})", expected),))


def _text(title: str, size: int, read: Callable[[], bytes]) -> str | Fault:
    if size > MOST_BYTES:
        return Fault(title, 0, "", "is larger than 100 MB", "expected a file cut into several, imported in turn")
    content = read()
    # Excel's own "CSV" is GB18030 in China; UTF-8 comes first because GB18030 would take most of it, wrongly.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return Fault(title, 0, "", "is neither UTF-8 nor GB18030 text", "expected a .csv saved as “CSV UTF-8”")
