"""Rosters written as plain lists, for the tests of reading, parsing and checking."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.places.cities import zone_candidates
from bot.places.countries import REGIONS, find_country
from bot.places.zones import is_zone
from bot.roster.understand import Places

Tables = Mapping[str, Sequence[Sequence[Any]]]


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[[Tables], Path]:
    """Write a workbook of sheets, each a list of rows with the headers first."""

    def write(tables: Tables) -> Path:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for title, rows in tables.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        path = tmp_path / "roster.xlsx"
        book.save(path)
        return path

    return write


@pytest.fixture(scope="session")
def places() -> Places:
    """The real tables of places."""
    return Places(find_country=find_country, is_zone=is_zone, zone_candidates=zone_candidates, regions=REGIONS)
