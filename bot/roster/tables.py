"""Reads a folder of .csv tables, in UTF-8 or GB18030. Called by `read`."""

import csv
import io
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
    return [_read_table(path) for path in paths]


def _read_table(path: Path) -> Grid:
    text = _text(path)
    if isinstance(text, Fault):
        return Grid(path.stem, faults=(text,))
    try:
        return make_grid(path.stem, csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        expected = "expected comma-separated values, with quotes in pairs"
        return Grid(path.stem, faults=(Fault(path.stem, 0, "", f"is not a readable table ({error})", expected),))


def _text(path: Path) -> str | Fault:
    if path.stat().st_size > MOST_BYTES:
        return Fault(path.stem, 0, "", "is larger than 100 MB", "expected a file cut into several, imported in turn")
    content = path.read_bytes()
    # Excel's own "CSV" is GB18030 in China; UTF-8 comes first because GB18030 would take most of it, wrongly.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    return Fault(path.stem, 0, "", "is neither UTF-8 nor GB18030 text", "expected a .csv saved as “CSV UTF-8”")
