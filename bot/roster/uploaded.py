"""Reads a roster that was handed in through a page: a workbook, several .csv, or either of them in a .zip.

From the sheets on it is the same as a file of the command line, with the same faults. Called by the page of imports.
"""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.errors import UsageError, YanxinError
from bot.roster.grid import Grid
from bot.roster.model import Sheets
from bot.roster.read import instead, sheets_of
from bot.roster.tables import table_in
from bot.roster.workbook import MOST_UNPACKED_BYTES, workbook_in

_UTF8 = 0x800
"""The flag of a name in a .zip that is UTF-8; without it Windows in China has written GB18030."""


@dataclass(frozen=True)
class Upload:
    """One file as a browser sent it."""

    name: str
    content: bytes


def read_uploads(uploads: Sequence[Upload]) -> Sheets:
    """Return the sheets of a roster; YanxinError, in one sentence, when the files are none."""
    return sheets_of(_grids(uploads))


def _grids(uploads: Sequence[Upload]) -> list[Grid]:
    suffixes = {_suffix(one.name) for one in uploads}
    if not uploads:
        raise UsageError("choose the roster to import: an .xlsx workbook, or its .csv files")
    if suffixes == {".csv"}:
        return [_table(one) for one in uploads]
    if len(uploads) > 1:
        raise UsageError(
            "several files were chosen that are not all .csv; choose one .xlsx workbook, or all .csv of a roster"
        )
    [only] = uploads
    if suffixes == {".xlsx"}:
        return workbook_in(io.BytesIO(only.content), only.name)
    if suffixes == {".zip"}:
        return _grids(_inside(only))
    raise UsageError(f"{only.name} is not read; {instead(_suffix(only.name))}")


def _table(upload: Upload) -> Grid:
    return table_in(PurePosixPath(upload.name).stem, len(upload.content), lambda: upload.content)


def _inside(upload: Upload) -> list[Upload]:
    """Return the tables in a .zip, whatever folder they lie in; nothing is written anywhere."""
    try:
        with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
            found = _unpacked(archive, upload.name)
    except YanxinError:
        raise
    except Exception as error:
        what = f"{upload.name} is not a readable .zip ({type(error).__name__}); pack it once more"
        raise YanxinError(what) from error
    if not found:
        raise UsageError(f"there is no .csv in {upload.name}; pack people.csv, trips.csv … into it")
    return found


def _unpacked(archive: zipfile.ZipFile, name: str) -> list[Upload]:
    entries = {title: entry for entry in archive.infolist() if (title := _wanted(entry))}
    if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED_BYTES:
        raise UsageError(f"{name} unpacks to more than 500 MB; keep only the tables of the roster in it")
    if any(entry.flag_bits & 1 for entry in entries.values()):
        raise UsageError(f"{name} is protected by a password; pack it once more without one")
    return [Upload(title, archive.read(entry)) for title, entry in sorted(entries.items())]


def _wanted(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    if not entry.flag_bits & _UTF8:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = entry.filename
    last = PurePosixPath(name.replace("\\", "/")).name
    return last if _suffix(last) in {".csv", ".xlsx"} and not last.startswith((".", "~")) else ""


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
