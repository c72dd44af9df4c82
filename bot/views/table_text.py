"""Rows as text that another program reads: CSV that no spreadsheet takes for formulas, or JSON."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"
"""What makes spreadsheets read a CSV file as UTF-8."""


def neutral(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    is_formula = value.startswith(_FORMULA) or value.lstrip().startswith(_FORMULA)
    return f"'{value}" if is_formula else value


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return a header line and a line per row."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([neutral(row[column]) for column in columns])
    return text.getvalue()


def as_json(rows: Iterable[Mapping[str, str]]) -> str:
    """Return a list of objects, one to a line."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n" if lines else "[]\n"
