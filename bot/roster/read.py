"""Reads a roster, a workbook or a folder of tables, as far as its sheets and headers. Called by the command, the demo
and tests; what the cells mean is for `parse`.
"""

from collections import Counter
from pathlib import Path

from bot.errors import UsageError, YanxinError
from bot.roster.columns import NOTES, SHEETS, column_of, folded, sheet_of
from bot.roster.grid import Grid
from bot.roster.model import Cell, Fault, Sheet, Sheets
from bot.roster.tables import read_tables
from bot.roster.workbook import read_workbook


def read_roster(path: Path) -> Sheets:
    """Read an .xlsx workbook or a folder of .csv.

    What is wrong about sheets and headers is in `faults`, so that it can be reported with what is wrong in the rows.

    Raises:
        UsageError: There is no such file, or it is of a kind that is not read.
        YanxinError: It cannot be read at all.
    """
    if not path.exists():
        raise UsageError(f"there is no file or folder {path}")
    if not path.is_dir() and path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path} is not read; {instead(path.suffix.lower())}")
    try:
        grids = read_tables(path) if path.is_dir() else read_workbook(path)
    except OSError as error:
        raise YanxinError(f"{path} cannot be read ({error.strerror or error}); name a readable file") from error
    return sheets_of(grids)


def instead(suffix: str) -> str:
    """Return what to hand in instead of a file of a kind that is not read."""
    if suffix in {".xls", ".xlsm", ".xlsb", ".xltx", ".et", ".ods", ".numbers"}:
        return "save it as an Excel workbook (.xlsx) and import that"
    if suffix == ".csv":
        return "name the folder that holds it (as people.csv, trips.csv, intake.csv …)"
    return "a roster is an Excel workbook (.xlsx) or a folder of .csv"


def sheets_of(grids: list[Grid]) -> Sheets:
    """Return the tables as the sheets of a roster, with what is wrong about titles and headers."""
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    for grid in grids:
        name = sheet_of(grid.title)
        if any(folded(grid.title).startswith(note) for note in NOTES) or not (grid.rows or grid.faults):
            continue
        if name is None:
            expected = f"expected {', '.join(SHEETS)}, or a sheet called notes for what is not to be imported"
            faults.append(Fault(grid.title, 0, "", "there is no such sheet in a roster", expected))
        elif name in sheets:
            what = f"the sheet is there a second time, as {grid.title}"
            faults.append(Fault(name, 0, "", what, "expected one of them"))
        else:
            sheets[name], found = _sheet(name, grid)
            faults += found
    if not sheets and not faults:
        faults.append(Fault("roster", 0, "", "there is nothing in it", f"expected a sheet {' or '.join(SHEETS)}"))
    return Sheets(sheets, tuple(faults))


def _sheet(name: str, grid: Grid) -> tuple[Sheet, list[Fault]]:
    # The sheet's own faults speak of its title; from here on its name says which sheet it is.
    faults = [Fault(name, fault.line, fault.column, fault.what, fault.expected) for fault in grid.faults]
    if not grid.rows:
        return Sheet(name, grid.title, {}, ()), faults
    (line, first), *rows = grid.rows
    titles = [_title(cell) for cell in first]
    places = {place: column for place, title in enumerate(titles) if title and (column := column_of(name, title))}
    headers = {column: titles[place] for place, column in places.items()}
    names = ", ".join(f"{column.name} {column.zh}" for column in SHEETS[name].columns)
    faults += [
        Fault(name, line, title, "there is no such column", f"expected one of {names}")
        for place, title in enumerate(titles)
        if title and place not in places
    ]
    faults += [
        Fault(name, line, column, "this column is there twice", "expected it once")
        for column, times in Counter(places.values()).items()
        if times > 1
    ]
    faults += [
        Fault(name, line, column.name, "this column is missing", f"expected a header {column.name} or {column.zh}")
        for column in SHEETS[name].columns
        if column.required and column.name not in headers
    ]
    taken = tuple(
        (number, {column: cells[place] if place < len(cells) else None for place, column in places.items()})
        for number, cells in rows
    )
    return Sheet(name, grid.title, headers, taken), faults


def _title(cell: Cell) -> str:
    return "" if cell is None else " ".join(str(cell).split())
