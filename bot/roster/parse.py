"""Rows of cells to records: each cell by its column, each trip with its zone. Called by the import use-case."""

from collections.abc import Mapping

from bot.roster.cells import Wrong, shown
from bot.roster.columns import SHEETS, TRIPS, Column
from bot.roster.model import Cell, Fault, Record, Sheet, Sheets, Value
from bot.roster.understand import Places, understand


def parse(sheets: Sheets, places: Places) -> tuple[list[Record], list[Fault]]:
    """Return every record and every fault.

    A row with faults is a record too, without its faulty fields, so that what refers to it is not called unknown; one
    without its key is none.
    """
    records: list[Record] = []
    faults: list[Fault] = []
    for name, kind in SHEETS.items():
        sheet = sheets.sheets.get(name)
        if sheet is None:
            continue
        for line, cells in sheet.rows:
            values, found = _row(sheet, line, cells, places)
            if name == TRIPS:
                found += _settle_zone(line, values, places, has_column="zone" in cells)
            faults += found
            for column in kind.key:  # a column of the key that the sheet leaves out says what it says when it is empty
                if column not in cells and (default := kind.column(column).default) is not None:
                    values[column] = default
            key = tuple(str(values[column]) for column in kind.key if values.get(column))
            if len(key) == len(kind.key):
                records.append(Record(name, line, key, values, frozenset(fault.column for fault in found)))
    return records, faults


def _row(sheet: Sheet, line: int, cells: Mapping[str, Cell], places: Places) -> tuple[dict[str, Value], list[Fault]]:
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for column in SHEETS[sheet.name].columns:
        if column.name not in cells:
            continue
        try:
            values[column.name] = _value(column, cells[column.name], places)
        except Wrong as wrong:
            faults.append(Fault(sheet.name, line, column.name, wrong.what, wrong.expected))
    return values, faults


def _value(column: Column, cell: Cell, places: Places) -> Value:
    value = understand(column, cell, places)
    if value is None and column.required:
        raise Wrong("is empty", f"expected {_EXPECTED.get(column.name, f'the {column.name}')}")
    return value


def _settle_zone(line: int, values: dict[str, Value], places: Places, *, has_column: bool) -> list[Fault]:
    """Fill the zone of a trip from its city and country where the row leaves it out."""
    city, country = values.get("city"), values.get("country")
    zone_is_faulty = has_column and "zone" not in values
    if values.get("zone") or zone_is_faulty or not (isinstance(city, str) and isinstance(country, str)):
        return []
    zones = places.zone_candidates(city, country)
    if len(zones) == 1:
        values["zone"] = zones[0]
        return []
    if zones:
        what = f"{shown(city)} in {country} can be in several time zones"
        expected = f"expected one of {', '.join(zones)}, or another IANA name"
    else:
        what = f"no time zone is known of {shown(city)} in {country}"
        expected = "expected an IANA name such as Europe/Berlin"
    values.pop("zone", None)
    return [Fault(TRIPS, line, "zone", what, expected)]


_EXPECTED = {
    "number": "a student or staff number",
    "trip": "the trip's number",
    "branch": "the branch's name",
    "host": "where she is sent",
    "country": "an ISO code or a name",
    "departs": "a date such as 2026-09-01",
    "returns": "a date such as 2026-09-01",
    "type": "a type such as exchange 交换",
    "kind": "party 党支部 or league 团支部",
    "year": "a year such as 2019",
    "level": "a level such as doctor 博士",
    "intake": "how many were admitted that year",
    "measure": "what is counted, such as three_months 三个月及以上",
    "goal": "how many there should be",
    "responsible": "the office that answers for it",
    "papers": "how many papers",
    "tag": "a word such as 战略伙伴",
    "visit": "the number of the visit online",
    "starts": "a date such as 2026-09-01",
    "ends": "a date such as 2026-09-01",
    "deadline": "the number of the deadline",
    "opportunity": "the number of the opportunity",
    "title": "what it is called",
    "due": "a date such as 2026-12-01",
    "document": "passport 护照, visa 签证 or insurance 保险",
    "expires": "a date such as 2027-06-30",
}
