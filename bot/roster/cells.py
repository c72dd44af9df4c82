"""What one cell of a roster means: text, numbers that Excel made of text, dates, units. Called by `parse`."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from bot.roster.model import Cell

_EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
_EXACT = 10**15
"""Excel keeps 15 digits of a number and makes the others 0."""
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]+0?0:00(?::00(?:\.0+)?)?)?")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_INVISIBLE = "\ufeff\u200b\u2060"


class Wrong(Exception):
    """A cell is not what it should be."""

    def __init__(self, what: str, expected: str) -> None:
        """Say what is wrong and what was expected."""
        super().__init__(what)
        self.what = what
        self.expected = expected


def shown(text: str) -> str:
    """Return a value as a message quotes it, cut when it is long."""
    flat = " ".join(text.split())
    return f"“{flat[:60]}…”" if len(flat) > 60 else f"“{flat}”"  # noqa: PLR2004 - as long as fits a line


def text_of(cell: Cell) -> str:
    """Return what a cell says, without the space around it; "" when it is empty. Wrong when it cannot be right."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return _digits(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    text = cell.replace("\r\n", "\n").replace("\r", "\n").strip().strip(_INVISIBLE).strip()
    if text in _EXCEL_ERRORS:
        raise Wrong(f"holds Excel's error {text}", "expected a value; mend the formula or write the value itself")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in text):
        raise Wrong("holds a control character", "expected plain text; type it anew")
    return text


def number_of(cell: Cell) -> str:
    """Return a student's, trip's or phone number as text, whatever Excel has made of it."""
    if isinstance(cell, date | time | timedelta):
        raise Wrong("is a date for Excel", "expected a number; format the column as text and type it anew")
    text = unicodedata.normalize("NFKC", " ".join(text_of(cell).split()))
    if re.fullmatch(r"\d+\.0+", text):
        return text.partition(".")[0]
    if re.fullmatch(r"\d(\.\d+)?[eE]\+\d+", text):
        raise Wrong(f"{shown(text)} was shortened by Excel", "expected the whole number; format the column as text")
    return text


def date_of(cell: Cell) -> date | None:
    """Return a date: a real one, or text such as 2026-09-01, 2026/9/1, 2026.9.1 or 2026年9月1日; None when empty."""
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    else:
        text = unicodedata.normalize("NFKC", text_of(cell))
        if not text:
            return None
        found = _date_in(text, "" if isinstance(cell, str) else " (format the cell as a date)")
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Wrong(f"{found.isoformat()} cannot be right", f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return found


def count_of(cell: Cell) -> int | None:
    """Return a whole number that is not negative; None when empty."""
    text = number_of(cell).replace(",", "").replace("，", "")
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text):
        raise Wrong(f"{shown(text)} is not a whole number", "expected a number such as 1200, without words")
    return int(text)


def year_of(cell: Cell) -> int | None:
    """Return a year: 2019, or 2019年; None when empty."""
    text = number_of(cell).removesuffix("年度").removesuffix("年")
    if not text:
        return None
    if not re.fullmatch(r"\d{4}", text) or not _FIRST_YEAR <= int(text) <= _LAST_YEAR:
        raise Wrong(f"{shown(text)} is not a year", f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return int(text)


def time_of(cell: Cell) -> str | None:
    """Return a time of day as HH:MM, also from 17:00:00 or Excel's own; None when empty."""
    if isinstance(cell, datetime):
        return f"{cell:%H:%M}"
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    text = unicodedata.normalize("NFKC", text_of(cell))
    if not text:
        return None
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?", text)
    if match is None:
        raise Wrong(f"{shown(text)} is not a time of day", "expected one such as 17:00")
    return f"{int(match[1]):02}:{match[2]}"


def link_of(cell: Cell) -> str:
    """Return a link; "" when empty."""
    text = text_of(cell)
    if text and not re.fullmatch(r"https?://[^\s/]+\S*", text):
        raise Wrong(f"{shown(text)} is not a link", "expected one that begins with https://")
    return text


def _date_in(text: str, hint: str) -> date:
    match = _DATE.fullmatch(text)
    if match:
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:  # 2026-02-30
            pass
    raise Wrong(f"{shown(text)} is not a date", f"expected a date such as 2026-09-01{hint}")


def unit_of(cell: Cell) -> str | None:
    """Return a unit's path with "/" and no space around its parts; None when empty."""
    text = " ".join(text_of(cell).replace("／", "/").split())
    if not text:
        return None
    parts = [part.strip() for part in text.strip("/").split("/")]
    if not all(parts):
        raise Wrong(f"{shown(text)} has an empty part", "expected a path such as 示例大学/文学院")
    if max(map(len, parts)) > 200:  # noqa: PLR2004 - as the table of units takes
        raise Wrong("has a part of more than 200 characters", "expected a path such as 示例大学/文学院")
    return "/".join(parts)


def parts_of(cell: Cell, marks: str) -> list[str]:
    """Return the entries of a cell that holds several, cut at any of the marks."""
    text = text_of(cell).replace("\n", marks[0])
    return [part.strip() for part in re.split(f"[{re.escape(marks)}]", text) if part.strip()]


def _digits(cell: float) -> str:
    if abs(cell) >= _EXACT:
        raise Wrong("is a number that Excel has rounded", "expected all its digits; format the column as text")
    return str(int(cell)) if float(cell).is_integer() else repr(cell)
