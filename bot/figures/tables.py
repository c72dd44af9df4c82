"""What the statistics of a year are once they are worked out: tables of values, without a word of any language."""

from dataclasses import dataclass
from datetime import date

from bot.figures.model import EVERY

HIDDEN = "hidden"
Value = int | float | str | None
"""A figure: None where there is none; HIDDEN where it may not be shown."""


@dataclass(frozen=True)
class Row:
    """A line of a table: what it is about (codes or names), and a value for each column."""

    head: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Table:
    """One table; `heads` says what its lines are about.

    `columns` are (code, kind) with the kinds count, share, hours, text and code. `filters` says by which of year (or
    all years), unit and level it goes; `chart` whether it is drawn as `line` or `bar`, `charted` which columns are.
    """

    key: str
    heads: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    filters: tuple[str, ...]
    chart: str = ""
    charted: tuple[int, ...] = ()


@dataclass(frozen=True)
class Choice:
    """What the reader has chosen; `year` None means the latest, `unit` None the first that she may see."""

    year: int | None = None
    unit: str | None = None
    level: str = EVERY


@dataclass(frozen=True)
class Statistics:
    """Everything that a page, a file or a program gets; `units` and `years` are what can be chosen."""

    as_of: date
    year: int
    unit: str
    level: str
    years: tuple[int, ...]
    units: tuple[str, ...]
    tables: tuple[Table, ...] = ()
