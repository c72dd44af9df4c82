"""Statistics in the words of one language: what pages, workbooks and PDFs show alike.

Each table carries its definition, its date and its filter, so that it can be cut out and still says what it means.
"""

import json
from dataclasses import dataclass
from typing import Any

from bot.figures.tables import HIDDEN, Statistics, Table, Value
from bot.places.countries import country_name
from bot.rendering.renderer import Renderer

_PARTS = "\x1f"


@dataclass(frozen=True)
class SaidCell:
    """One cell: as people read it, and the number behind it, where there is one."""

    text: str
    number: float | None = None
    kind: str = "text"


@dataclass(frozen=True)
class SaidTable:
    """One table; `about` is one line with its date and filter, `charted` the columns that its chart draws."""

    key: str
    title: str
    definition: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[SaidCell, ...], ...]
    chart: str
    charted: tuple[int, ...]


@dataclass(frozen=True)
class Said:
    """The whole: title, one line with date and filter, what hidden means, and the tables."""

    title: str
    about: str
    hidden_why: str
    definition: str
    nothing: str
    whole: str
    levels: dict[str, str]
    tables: tuple[SaidTable, ...]
    colon: str = ": "


def say(renderer: Renderer, language: str, found: Statistics) -> Said:
    """Return statistics in a language."""
    words: dict[str, Any] = json.loads(renderer.page("statistics/words.html", language, {}))
    speaker = _Speaker(words, language, found)
    return Said(
        title=words["title"],
        about=speaker.about(("year", "unit", "level")),
        hidden_why=words["hidden_why"],
        definition=words["definition"],
        nothing=words["nothing"],
        whole=words["whole"],
        levels={level: name for level, name in words["levels"].items() if level},
        tables=tuple(speaker.table(table) for table in found.tables),
        colon=words["colon"],
    )


@dataclass(frozen=True)
class _Speaker:
    words: dict[str, Any]
    language: str
    found: Statistics

    def about(self, filters: tuple[str, ...]) -> str:
        words, found = self.words, self.found
        said = [words["as_of"].format(day=found.as_of.isoformat())]
        if "year" in filters:
            said.append(words["year"].format(year=found.year))
        elif "years" in filters:
            said.append(words["years"])
        said.append(words["unit"].format(unit=self._unit(found.unit)))
        if "level" in filters:
            said.append(words["level"].format(level=words["levels"][found.level]))
        return " · ".join(said)

    def table(self, table: Table) -> SaidTable:
        title, definition = self.words["tables"][table.key]
        heads, columns = self.words["heads"], self.words["columns"]
        rows = tuple(
            (
                SaidCell(self._head(table.heads, row.head)),
                *(self._cell(*column, value) for column, value in zip(table.columns, row.values, strict=True)),
            )
            for row in table.rows
        )
        return SaidTable(
            key=table.key,
            title=title,
            definition=definition,
            about=self.about(table.filters),
            columns=(heads[table.heads], *(columns[code] for code, _ in table.columns)),
            rows=rows,
            chart=table.chart,
            charted=tuple(place + 1 for place in table.charted),
        )

    def _unit(self, path: str) -> str:
        return path.replace("/", " / ") or str(self.words["whole"])

    def _head(self, kind: str, value: str) -> str:
        if kind == "unit":
            return self._unit(value)
        if kind == "country":
            return country_name(value, self.language)
        if kind == "host":
            host, country, _ = value.split(_PARTS)
            return f"{host} ({country_name(country, self.language)})"
        return str(self.words["values"].get(kind, {}).get(value, value))

    def _cell(self, code: str, kind: str, value: Value) -> SaidCell:
        if value == HIDDEN:
            return SaidCell(self.words["hidden"], None, "hidden")
        if value is None:
            return SaidCell(self.words["none"], None, kind)
        if isinstance(value, str):
            return SaidCell(str(self.words["values"].get(code, {}).get(value, value)) if kind == "code" else value)
        if kind == "share":
            return SaidCell(percent(value), value, kind)
        if kind == "hours":
            return SaidCell(self.words["hours"].format(hours=value), value, kind)
        return SaidCell(str(value), value, kind)


def percent(share: float) -> str:
    """Write a share as reports do: 23 %, 1.6 %; a digit after the point only where there is one."""
    text = f"{share * 100:.1f}"
    return f"{text.removesuffix('.0')} %"
