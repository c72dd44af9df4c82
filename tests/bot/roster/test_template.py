from pathlib import Path

import openpyxl
import pytest

from bot.errors import UsageError, YanxinError
from bot.roster.check import check
from bot.roster.columns import SHEETS
from bot.roster.model import Stored
from bot.roster.parse import parse
from bot.roster.read import read_roster
from bot.roster.template import write_template
from bot.roster.understand import Places

LANGUAGES = pytest.mark.parametrize(
    ("language", "notes", "examples"), [("zh", "说明", "示例"), ("en", "notes", "examples")]
)


@LANGUAGES
def test_the_empty_template_is_an_empty_roster(tmp_path: Path, language: str, notes: str, examples: str) -> None:
    path = tmp_path / "roster.xlsx"
    write_template(path, language)
    sheets = read_roster(path)
    assert sheets.faults == ()
    assert {name: (len(sheet.headers), sheet.rows) for name, sheet in sheets.sheets.items()} == {
        name: (len(kind.columns), ()) for name, kind in SHEETS.items()
    }
    assert openpyxl.load_workbook(path).sheetnames == [*SHEETS, notes, examples]


@LANGUAGES
def test_every_column_is_explained(tmp_path: Path, language: str, notes: str, examples: str) -> None:
    assert examples
    write_template(tmp_path / "roster.xlsx", language)
    rows = list(openpyxl.load_workbook(tmp_path / "roster.xlsx")[notes].iter_rows(values_only=True))
    explained = {(row[0], row[1]) for row in rows if row[1] and row[4]}
    assert explained >= {(name, column.name) for name, kind in SHEETS.items() for column in kind.columns}


@LANGUAGES
def test_the_examples_are_right_when_they_are_put_into_their_sheets(
    tmp_path: Path, places: Places, language: str, notes: str, examples: str
) -> None:
    assert notes
    path = tmp_path / "roster.xlsx"
    write_template(path, language)
    book = openpyxl.load_workbook(path)
    sheet = ""
    for row in book[examples].iter_rows(values_only=True):
        values = [value for value in row if value is not None]
        if len(values) == 1 and values[0] in SHEETS:
            sheet = str(values[0])
        elif values and values[0] != book[sheet]["A1"].value:
            book[sheet].append([*row[: len(SHEETS[sheet].columns)]])
    book.save(path)
    sheets = read_roster(path)
    records, faults = parse(sheets, places)
    assert [str(sheets.mistake(fault)) for fault in [*faults, *check(records, Stored({}), sheets, set())]] == []
    assert {record.sheet for record in records} == set(SHEETS)
    assert len(records) >= 10


def test_a_template_never_overwrites_and_is_always_a_workbook(tmp_path: Path) -> None:
    taken = tmp_path / "roster.xlsx"
    taken.write_text("mine")
    with pytest.raises(UsageError, match="already"):
        write_template(taken, "zh")
    assert taken.read_text() == "mine"
    with pytest.raises(UsageError, match=r"\.xlsx"):
        write_template(tmp_path / "roster.csv", "zh")
    with pytest.raises(YanxinError, match="cannot be written"):
        write_template(tmp_path / "nowhere" / "roster.xlsx", "zh")
