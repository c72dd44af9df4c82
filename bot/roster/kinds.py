"""What a sheet and a column of a roster are. Called by `columns` and `figure_columns`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from bot.roster.model import Value


class Kind(StrEnum):
    """How a cell is understood."""

    KEY = auto()
    TEXT = auto()
    UNIT = auto()
    CODE = auto()
    CODES = auto()
    SCOPE = auto()
    ZONE = auto()
    COUNTRY = auto()
    DATE = auto()
    EMAIL = auto()
    PHONE = auto()
    YEAR = auto()
    COUNT = auto()
    TIME = auto()
    COUNTRIES = auto()
    LINK = auto()


@dataclass(frozen=True)
class Column:
    """One column; `zh` is its Chinese header, `also` what else it may be called, `most` the characters it takes."""

    name: str
    zh: str
    kind: Kind
    also: tuple[str, ...] = ()
    required: bool = False
    most: int = 200
    codes: Mapping[str, tuple[str, ...]] | None = None
    default: Value = None


@dataclass(frozen=True)
class SheetKind:
    """One sheet; `key` names the columns that together make a row this one."""

    name: str
    zh: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    also: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)


def key_column(name: str, zh: str, *also: str, required: bool = False) -> Column:
    """Return a column that tells rows apart."""
    return Column(name, zh, Kind.KEY, also, required=required, most=64)


NUMBER = ("学号/工号", "学号", "工号", "学工号", "人员编号")
"""What the number of a person may be called."""
