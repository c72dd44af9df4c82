"""Writes an empty roster with explanations and examples for an office to fill. For command and page."""

import csv
import io
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from bot.errors import UsageError, YanxinError
from bot.roster.columns import SHEETS, Column, Kind, SheetKind

_BOLD = Font(bold=True)
_HEAD = PatternFill("solid", start_color="E8EEF4")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_WIDTHS = (17, 18, 14, 10, 60, 60)
_TITLES = {"zh": ("说明", "示例"), "en": ("notes", "examples")}
_HEADS = {
    "zh": ("工作表", "列（英文）", "列（中文）", "必填", "填什么", "可选值"),
    "en": ("sheet", "column", "in Chinese", "required", "what it holds", "values"),
}
_FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.YEAR: "0", Kind.COUNT: "0"}
_YES = {"zh": "是", "en": "yes"}


def write_template(path: Path, language: str) -> None:
    """Write the template in `"zh"` or `"en"`.

    UsageError when the name does not end in .xlsx or is taken, YanxinError when the file cannot be written.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"the template is an Excel workbook; write a name that ends in .xlsx, not {path.name}")
    if path.exists():
        raise UsageError(f"{path} is there already; name a file that is not")
    try:
        path.write_bytes(template_bytes(language))
    except OSError as error:
        raise YanxinError(f"{path} cannot be written ({error.strerror}); name another place") from error


def template_bytes(language: str) -> bytes:
    """Return the template as a file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for kind in SHEETS.values():
        _data_sheet(book.create_sheet(kind.name), kind, language)
    notes, examples = _TITLES[language]
    _notes(book.create_sheet(notes), language)
    _examples(book.create_sheet(examples), language)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _header(column: Column, language: str) -> str:
    return column.zh if language == "zh" else column.name


def _codes(column: Column, language: str) -> list[str]:
    return [names[0] if language == "zh" else code for code, names in (column.codes or {}).items()]


def _data_sheet(sheet: Any, kind: SheetKind, language: str) -> None:
    _row(sheet, [_header(column, language) for column in kind.columns], head=True)
    sheet.freeze_panes = "A2"
    for place, column in enumerate(kind.columns, 1):
        letter = get_column_letter(place)
        dimension = sheet.column_dimensions[letter]
        dimension.width = 24 if column.most > 200 or column.kind is Kind.UNIT else 16  # noqa: PLR2004 - long texts
        # As text, because Excel makes 2.02E+07 of long numbers and dates of 1-2.
        dimension.number_format = _FORMATS.get(column.kind, "@")
        if column.kind is Kind.CODE:
            choice = DataValidation("list", formula1=f'"{",".join(_codes(column, language))}"', allow_blank=True)
            choice.errorStyle = "warning"
            choice.add(f"{letter}2:{letter}2000")
            sheet.add_data_validation(choice)


def _notes(sheet: Any, language: str) -> None:
    explained = {(row["sheet"], row["column"]): row[language] for row in _table("explained.csv")}
    for (part, _), text in explained.items():
        if part == "intro":
            _row(sheet, [text])
    _row(sheet, [""])
    first = sheet.max_row
    _row(sheet, list(_HEADS[language]), head=True)
    for kind in SHEETS.values():
        for column in kind.columns:
            required = _YES[language] if column.required else ""
            values = [f"{names[0]} {code}" for code, names in (column.codes or {}).items()]
            meaning = explained[kind.name, column.name]
            _row(sheet, [kind.name, column.name, column.zh, required, meaning, "、".join(values)])
    for place, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for row in sheet.iter_rows(min_row=first):
        for cell in row:
            cell.alignment = _WRAPPED


def _examples(sheet: Any, language: str) -> None:
    for kind in SHEETS.values():
        _row(sheet, [kind.name], head=True)
        _row(sheet, [_header(column, language) for column in kind.columns], head=True)
        for row in _table(f"examples/{kind.name}.csv"):
            _row(sheet, [_example(column, row[column.name], language) for column in kind.columns])
        _row(sheet, [""])
    for place in range(1, max(len(kind.columns) for kind in SHEETS.values()) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 20


def _example(column: Column, text: str, language: str) -> str:
    if not column.codes or language != "zh":
        return text
    return ";".join(column.codes[code][0] for code in text.split(";") if code)


def _row(sheet: Any, texts: list[str], *, head: bool = False) -> None:
    sheet.append(texts)
    for cell in sheet[sheet.max_row]:
        cell.number_format = "@"
        if head:
            cell.font = _BOLD
            cell.fill = _HEAD


def _table(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(files("bot.roster").joinpath(name).read_text(encoding="utf-8"), newline=""))
