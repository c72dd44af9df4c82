import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from bot.errors import UsageError, YanxinError
from bot.roster import grid
from bot.roster.model import Sheets
from bot.roster.read import read_roster

Workbook = Callable[[object], Path]
PEOPLE = [
    ["number", "name", "邮箱"],
    [20230001.0, "张三", None],
    [None, " ", ""],
    ["2", "=HYPER", "a@b.cn"],
    ["3", "x", " ", "=1"],
]


def said(sheets: Sheets) -> list[str]:
    return [str(sheets.mistake(fault)) for fault in sheets.faults]


def test_a_workbook_is_read_with_the_rows_that_excel_shows(workbook: Workbook) -> None:
    sheets = read_roster(workbook({"People": [*PEOPLE[:3], ["2", "x", "a@b.cn"]], "派出": [], "说明": [["anything"]]}))
    assert said(sheets) == []
    assert list(sheets.sheets) == ["people"]
    people = sheets.sheets["people"]
    assert people.headers == {"number": "number", "name": "name", "email": "邮箱"}
    assert people.rows == (
        (2, {"number": 20230001, "name": "张三", "email": None}),
        (4, {"number": "2", "name": "x", "email": "a@b.cn"}),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_folder_of_tables_is_read_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    text = '学号,姓名,电话\r\n1,张三㐀,"+86\n1"\r\n\r\n2,李四,\r\n'
    (tmp_path / "people.csv").write_bytes(text.encode(encoding))
    (tmp_path / "README.txt").write_text("not a table")
    sheets = read_roster(tmp_path)
    assert said(sheets) == []
    assert sheets.sheets["people"].rows == (
        (2, {"number": "1", "name": "张三㐀", "phone": "+86\n1"}),
        (4, {"number": "2", "name": "李四", "phone": None}),
    )


def test_everything_wrong_about_sheets_and_headers_is_said_at_once(workbook: Workbook) -> None:
    sheets = read_roster(
        workbook(
            {
                "people": [["学号", "生日", "电话", "手机"], ["1"]],
                "trip list": [["x"]],
                "支部成员": [["支部"], ["A"]],
                "branch_members": [["branch", "number"], ["A", "1"]],
            }
        )
    )
    faults = said(sheets)
    assert [fault.split(";")[0] for fault in faults] == [
        "people!1 生日: there is no such column",
        "people!1 手机: this column is there twice",
        "people!1 name: this column is missing",
        "trip list: there is no such sheet in a roster",
        "支部成员!1 number: this column is missing",
        "支部成员: the sheet is there a second time, as branch_members",
    ]
    assert "expected a header name or 姓名" in faults[2]


@pytest.mark.parametrize("name", ["roster.xls", "roster.xlsm", "people.csv", "roster.txt"])
def test_other_kinds_of_file_are_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(UsageError, match=r"save it as|name the folder|a roster is"):
        read_roster(tmp_path / name)


def test_what_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        read_roster(tmp_path / "roster.xlsx")
    with pytest.raises(UsageError, match=r"there is no \.csv"):
        read_roster(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nonsense", "not a readable"),
        (b"", "not a readable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "protected by a password"),
    ],
)
def test_a_broken_workbook_is_one_plain_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(content)
    with pytest.raises(YanxinError, match=said) as caught:
        read_roster(path)
    assert not isinstance(caught.value, UsageError)
    assert "\n" not in str(caught.value)


def test_a_workbook_with_damaged_sheets_is_refused(workbook: Workbook, tmp_path: Path) -> None:
    path = workbook({"people": PEOPLE})
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry, content[:200] if "sheet1" in entry.filename else content)
    with pytest.raises(YanxinError, match="not a readable"):
        read_roster(broken)


def test_a_formula_nobody_worked_out_is_a_fault_and_not_an_empty_cell(workbook: Workbook) -> None:
    faults = said(read_roster(workbook({"people": PEOPLE})))
    assert [fault.split(";")[0] for fault in faults] == [
        "people!4 column B: holds a formula without a result",
        "people!5 column D: holds a formula without a result",
    ]


def test_text_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "people"
    sheet.append(["number", "name"])
    sheet["A2"], sheet["B2"] = "1", "=cmd()"
    sheet["B2"].data_type = "s"
    book.save(tmp_path / "r.xlsx")
    sheets = read_roster(tmp_path / "r.xlsx")
    assert sheets.faults == ()
    assert sheets.sheets["people"].rows == ((2, {"number": "1", "name": "=cmd()"}),)


def test_a_million_formatted_rows_end_the_sheet_soon(workbook: Workbook) -> None:
    path = workbook({"people": PEOPLE[:2]})
    book = openpyxl.load_workbook(path)
    book["people"]["A1048576"] = " "
    book.save(path)
    assert [line for line, _ in read_roster(path).sheets["people"].rows] == [2]


def test_a_sheet_without_end_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "MOST_ROWS", 3)
    rows = "".join(f"{number},N\n" for number in range(3))
    (tmp_path / "people.csv").write_text(f"number,name\n{rows}")
    assert read_roster(tmp_path).faults == ()
    (tmp_path / "people.csv").write_text(f"number,name\n{rows}9,N\n")
    assert "more than 3 rows" in said(read_roster(tmp_path))[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [("学号,姓名\n".encode("utf-16"), "neither UTF-8 nor GB18030"), (b'number,name\n"1"2,x\n', "not a readable table")],
)
def test_a_table_that_cannot_be_read_is_a_fault_among_the_others(tmp_path: Path, content: bytes, expected: str) -> None:
    (tmp_path / "people.csv").write_bytes(content)
    (tmp_path / "trips.csv").write_text("trip\n")
    faults = said(read_roster(tmp_path))
    assert expected in faults[0]
    assert faults[1].startswith("trips!1 ")


def test_an_empty_workbook_says_so(workbook: Workbook) -> None:
    assert "there is nothing in it" in said(read_roster(workbook({"people": []})))[0]
