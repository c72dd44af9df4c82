"""Whatever a roster can say survives being written as a workbook or as tables, in either language."""

import csv
import tempfile
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.roster.columns import SHEETS, Column, Kind
from bot.roster.model import Value
from bot.roster.parse import parse
from bot.roster.read import read_roster
from bot.roster.understand import Places

Row = dict[str, Value]
Tables = dict[str, list[Row]]

words = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20).filter(
    lambda text: text == text.strip()
)
keys = st.text("abcXYZ0123456789-", min_size=1, max_size=12)
parts = st.text(st.characters(categories=["Lu", "Lo"]), min_size=1, max_size=8)
units = st.lists(parts, min_size=1, max_size=3).map("/".join)
scopes = st.one_of(st.sampled_from(["region:EU", "country:DE", "matter:support"]), units.map("unit:{}".format))


def _value(column: Column) -> st.SearchStrategy[Any]:
    codes = st.sampled_from(sorted(column.codes or {"": ()}))
    kinds: Mapping[Kind, st.SearchStrategy[Any]] = {
        Kind.KEY: keys,
        Kind.TEXT: words,
        Kind.UNIT: units,
        Kind.CODE: codes,
        Kind.CODES: st.sets(codes, min_size=1).map(lambda found: tuple(sorted(found))),
        Kind.SCOPE: st.sets(scopes, min_size=1, max_size=3).map(lambda found: tuple(sorted(found))),
        Kind.ZONE: st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Asia/Urumqi"]),
        Kind.COUNTRY: st.sampled_from(["DE", "BR", "CN"]),
        Kind.DATE: st.dates(date(2000, 1, 1), date(2100, 12, 31)),
        Kind.EMAIL: st.just("a.b@example.edu"),
        Kind.YEAR: st.integers(2000, 2100),
        Kind.COUNT: st.integers(0, 100_000),
        Kind.TIME: st.times().map("{:%H:%M}".format),
        Kind.COUNTRIES: st.sets(st.sampled_from(["DE", "BR", "CN"]), min_size=1).map(lambda some: tuple(sorted(some))),
        Kind.LINK: st.just("https://jw.example.edu/credits?a=1"),
        Kind.PHONE: st.from_regex(r"\+[1-9][0-9]{5,12}", fullmatch=True),
    }
    # A trip without a zone gets one from its city: that is for the tests of parsing.
    filled = column.required or (column.kind is Kind.ZONE and column.default is None)
    return kinds[column.kind] if filled else st.one_of(st.just(column.default), kinds[column.kind])


def _rows(sheet: str) -> st.SearchStrategy[list[Row]]:
    row = st.fixed_dictionaries({column.name: _value(column) for column in SHEETS[sheet].columns})
    return st.lists(row, min_size=1, max_size=4)


tables = st.fixed_dictionaries({sheet: _rows(sheet) for sheet in SHEETS})


def _cell(column: Column, value: Value, language: str) -> str | int | date:
    if isinstance(value, tuple):
        return ";".join(_name(column, part, language) for part in value)
    return _name(column, value, language) if isinstance(value, str) else "" if value is None else value


def _name(column: Column, code: str, language: str) -> str:
    if column.codes:
        return column.codes[code][0] if language == "zh" else code
    return code.removeprefix("unit:").removeprefix("country:") if column.kind is Kind.SCOPE else code


def _grid(sheet: str, rows: list[Row], language: str) -> list[list[str | int | date]]:
    columns = SHEETS[sheet].columns
    head: list[str | int | date] = [column.zh if language == "zh" else column.name for column in columns]
    return [head, *([_cell(column, row[column.name], language) for column in columns] for row in rows)]


def _write_workbook(path: Path, made: Tables, language: str) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in made.items():
        sheet = book.create_sheet(name)
        for line, row in enumerate(_grid(name, rows, language), 1):
            for place, value in enumerate(row, 1):
                cell = sheet.cell(line, place, value)
                if isinstance(value, str):
                    cell.data_type = "s"  # also when it looks like a formula
    book.save(path)


def _write_tables(folder: Path, made: Tables, language: str, encoding: str) -> None:
    for name, rows in made.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(_grid(name, rows, language))


def _read_back(path: Path, places: Places) -> Tables:
    sheets = read_roster(path)
    records, faults = parse(sheets, places)
    assert [str(sheets.mistake(fault)) for fault in (*sheets.faults, *faults)] == []
    found: Tables = {}
    for record in records:
        found.setdefault(record.sheet, []).append(dict(record.values))
    return found


@settings(max_examples=40)
@given(made=tables, language=st.sampled_from(["zh", "en"]))
def test_a_workbook_says_what_was_written(places: Places, made: Tables, language: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        _write_workbook(path, made, language)
        assert _read_back(path, places) == made


# Chinese headers are no UTF-8 in GB18030; a few letters under English ones could be both, and nobody could tell.
WAYS = [("zh", "utf-8"), ("en", "utf-8"), ("en", "utf-8-sig"), ("zh", "gb18030")]


@settings(max_examples=40)
@given(made=tables, way=st.sampled_from(WAYS))
def test_a_folder_of_tables_says_what_was_written(places: Places, made: Tables, way: tuple[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _write_tables(Path(folder), made, *way)
        assert _read_back(Path(folder), places) == made


@given(day=st.dates(date(2000, 1, 1), date(2100, 12, 31)), mark=st.sampled_from(["-", "/", "."]), full=st.booleans())
def test_a_date_survives_each_way_of_writing_it(places: Places, day: date, mark: str, full: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = mark.join([f"{day.year}", *(f"{part:02}" if full else f"{part}" for part in (day.month, day.day))])
        row = ["T", "1", "H", "Berlin", "DE", text, datetime.combine(day, time()).isoformat(" "), "exchange"]
        with (Path(folder) / "trips.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [["trip", "number", "host", "city", "country", "departs", "returns", "type"], row]
            )
        [trip] = _read_back(Path(folder), places)["trips"]
        assert (trip["departs"], trip["returns"]) == (day, day)
