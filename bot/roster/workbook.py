"""Reads an .xlsx workbook through openpyxl, values only and row by row. Called by `read` and `uploaded`.

openpyxl is imported with the first workbook: a service starts without it, and pages read rosters on a thread.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from bot.errors import YanxinError
from bot.roster.grid import Grid, make_grid
from bot.roster.model import Cell, Fault

MOST_UNPACKED_BYTES = 500 * 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def read_workbook(path: Path) -> list[Grid]:
    """Return every table of a workbook; YanxinError, in one sentence, when it is not a readable one."""
    with path.open("rb") as file:
        return workbook_in(file, str(path))


def workbook_in(file: IO[bytes], name: str) -> list[Grid]:
    """Return the same of a file that is open; `name` is what the sentence calls it."""
    if file.read(len(_OLE)) == _OLE:
        raise YanxinError(
            f"{name} is protected by a password, or an old .xls in new clothes; "
            "save it as an Excel workbook (.xlsx) without a password"
        )
    file.seek(0)
    try:
        formulas = _look_inside(file, name)
        return _grids(file, formulas=formulas)
    except YanxinError:
        raise
    except Exception as error:
        raise YanxinError(
            f"{name} is not a readable .xlsx workbook ({type(error).__name__}); "
            "open it in Excel or WPS and save it once more"
        ) from error


def _look_inside(file: IO[bytes], name: str) -> bool:
    """Refuse a workbook that unpacks to too much; tell whether any sheet has formulas."""
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
            raise YanxinError(f"{name} unpacks to more than 500 MB; keep only the sheets of the roster in it")
        return any(
            _has_formula(archive, entry)
            for entry in archive.infolist()
            if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
        )


def _has_formula(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    before = b""
    with archive.open(entry) as sheet:
        while piece := sheet.read(1 << 20):
            if _FORMULA.search(before + piece):
                return True
            before = piece[-64:]
    return False


def _grids(file: IO[bytes], *, formulas: bool) -> list[Grid]:
    from openpyxl import load_workbook  # noqa: PLC0415 - see above

    # openpyxl warns of every extension that it leaves out; none of them holds a value.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(file, read_only=True, data_only=True)
        plain = load_workbook(file, read_only=True, data_only=False) if formulas else None
        try:
            grids = [make_grid(sheet.title, _rows(sheet)) for sheet in book.worksheets]
            if plain is None:
                return grids
            return [_with_lost_formulas(grid, plain[grid.title]) for grid in grids]
        finally:
            book.close()
            if plain is not None:
                plain.close()


def _rows(sheet: Any) -> Iterator[tuple[Cell, ...]]:
    # Some programs store a wrong extent (A1:A1), and openpyxl would read no further.
    sheet.reset_dimensions()
    yield from sheet.iter_rows(values_only=True)


def _with_lost_formulas(grid: Grid, sheet: Any) -> Grid:
    """Report formulas without a stored result: a program wrote them and no Excel ever worked them out."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - see above

    faults = []
    known = dict(grid.rows)
    for line, cells in make_grid(sheet.title, _rows(sheet)).rows:
        values = known.get(line, ())
        for place, cell in enumerate(cells):
            value = values[place] if place < len(values) else None
            if value is None and str(cell or "").strip():
                faults.append(
                    Fault(
                        grid.title,
                        line,
                        f"column {get_column_letter(place + 1)}",
                        "holds a formula without a result",
                        "expected a value; open the file in Excel or WPS and save it once more",
                    )
                )
    return Grid(grid.title, grid.rows, grid.faults + tuple(faults))
