"""What a cell means in its column: codes, scopes, countries, zones. Called by `parse` for each cell."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.roster.cells import (
    Wrong,
    count_of,
    date_of,
    link_of,
    number_of,
    parts_of,
    shown,
    text_of,
    time_of,
    unit_of,
    year_of,
)
from bot.roster.codes import AMBIGUOUS_ROLES, Codes
from bot.roster.columns import Column, Kind, folded
from bot.roster.model import Cell, Value

SUPPORT = "support"
"""The one matter that a scope can name: psychological support."""
_EMAIL = re.compile(r"[^@\s;,，；<>]+@[^@\s;,，；<>]+\.[^@\s;,，；<>]+")
_MANY = ";；"
_LEAST_DIGITS = 3


@dataclass(frozen=True)
class Places:
    """What the roster must know of the world; nouns do not import each other, so whoever imports hands it in."""

    find_country: Callable[[str], str | None]
    is_zone: Callable[[str], bool]
    zone_candidates: Callable[[str, str | None], tuple[str, ...]]
    regions: Mapping[str, Mapping[str, str]]


def understand(column: Column, cell: Cell, places: Places) -> Value:
    """Return the value of a cell, the column's default when it is empty. Wrong when it cannot be one."""
    value = _READERS[column.kind](column, cell, places)
    if value is None or value in ((), ""):
        return column.default
    if isinstance(value, str) and len(value) > column.most:
        raise Wrong(f"has {len(value)} characters", f"expected at most {column.most}")
    return value


def _text(_column: Column, cell: Cell, _places: Places) -> Value:
    return text_of(cell)


def _number(_column: Column, cell: Cell, _places: Places) -> Value:
    return number_of(cell)


def _unit(_column: Column, cell: Cell, _places: Places) -> Value:
    return unit_of(cell)


def _date(_column: Column, cell: Cell, _places: Places) -> Value:
    return date_of(cell)


def _code(column: Column, cell: Cell, _places: Places) -> Value:
    text = text_of(cell)
    return _code_of(text, column.codes or {}) if text else None


def _codes(column: Column, cell: Cell, _places: Places) -> Value:
    return tuple(sorted({_code_of(part, column.codes or {}) for part in parts_of(cell, ";；、,，")}))


def _code_of(text: str, codes: Codes) -> str:
    for code, names in codes.items():
        if folded(text) in map(folded, (code, *names)):
            return code
    if text in AMBIGUOUS_ROLES:
        raise Wrong(f"{shown(text)} can mean several roles", f"expected {AMBIGUOUS_ROLES[text]}")
    known = ", ".join(f"{code} {names[0]}" for code, names in codes.items())
    raise Wrong(f"there is no {shown(text)}", f"expected one of {known}")


def _scope(_column: Column, cell: Cell, places: Places) -> Value:
    return tuple(sorted({_scope_value(part, places) for part in parts_of(cell, _MANY)}))


def _scope_value(text: str, places: Places) -> str:
    """Return `kind:value`; whether a unit exists is only known once the whole file is read."""
    kind, colon, rest = text.replace("：", ":").partition(":")
    kind, rest = folded(kind), rest.strip()
    if not colon:
        if not re.fullmatch(r"[A-Za-z]{2}", text):
            return f"unit:{unit_of(text)}"
        kind, rest = "country", text
    if kind in {"unit", "单位"}:
        return f"unit:{unit_of(rest)}"
    if kind in {"region", "区域", "地区"}:
        for code, names in places.regions.items():
            if folded(rest) in map(folded, (code, *names.values())):
                return f"region:{code}"
        known = ", ".join(f"region:{code} {names['zh']}" for code, names in places.regions.items())
        raise Wrong(f"there is no region {shown(rest)}", f"expected one of {known}")
    if kind in {"country", "国家"}:
        country = places.find_country(rest)
        if country is not None:
            return f"country:{country}"
        raise Wrong(f"there is no country {shown(rest)}", "expected an ISO code such as DE")
    if kind in {"matter", "事项"} and folded(rest) in {SUPPORT, "心理支持"}:
        return f"matter:{SUPPORT}"
    raise Wrong(f"{shown(text)} is no scope", "expected unit paths, region:EU, country codes or matter:support")


def _zone(_column: Column, cell: Cell, places: Places) -> Value:
    text = text_of(cell)
    if text and not places.is_zone(text):
        raise Wrong(f"{shown(text)} is not a time zone", "expected an IANA name such as Europe/Berlin")
    return text


def _country(_column: Column, cell: Cell, places: Places) -> Value:
    text = text_of(cell)
    if not text:
        return None
    found = places.find_country(text)
    if found is None:
        raise Wrong(f"there is no country {shown(text)}", "expected an ISO code such as DE, or a name: Germany, 德国")
    return found


def _countries(column: Column, cell: Cell, places: Places) -> Value:
    named = {_country(column, part, places) for part in parts_of(cell, ";；、,，")}
    return tuple(sorted(code for code in named if isinstance(code, str)))


def _time(_column: Column, cell: Cell, _places: Places) -> Value:
    return time_of(cell)


def _link(_column: Column, cell: Cell, _places: Places) -> Value:
    return link_of(cell)


def _email(_column: Column, cell: Cell, _places: Places) -> Value:
    text = text_of(cell)
    if text and not _EMAIL.fullmatch(text):
        raise Wrong(f"{shown(text)} is not a mail address", "expected one such as name@example.edu")
    return text


def _phone(_column: Column, cell: Cell, _places: Places) -> Value:
    text = number_of(cell)
    if text and sum(letter.isdigit() for letter in text) < _LEAST_DIGITS:
        raise Wrong(f"{shown(text)} is not a phone number", "expected one such as +86 138 0000 0000")
    return text


def _year(_column: Column, cell: Cell, _places: Places) -> Value:
    return year_of(cell)


def _count(_column: Column, cell: Cell, _places: Places) -> Value:
    return count_of(cell)


_READERS: Mapping[Kind, Callable[[Column, Cell, Places], Value]] = {
    Kind.KEY: _number,
    Kind.TEXT: _text,
    Kind.UNIT: _unit,
    Kind.CODE: _code,
    Kind.CODES: _codes,
    Kind.SCOPE: _scope,
    Kind.ZONE: _zone,
    Kind.COUNTRY: _country,
    Kind.DATE: _date,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.YEAR: _year,
    Kind.COUNT: _count,
    Kind.TIME: _time,
    Kind.COUNTRIES: _countries,
    Kind.LINK: _link,
}
