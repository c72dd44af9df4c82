"""What a roster is once it is read: sheets of cells, then records, then the difference to what is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.errors import Mistake

Cell = str | int | float | bool | datetime | date | time | timedelta | None
"""What a cell holds before anybody has understood it; a folder of tables only has text."""
Value = str | int | date | tuple[str, ...] | None
"""What a field holds afterwards: text, a code, a number, a date, or sorted codes."""
Key = tuple[str, ...]
"""What makes a row of a sheet this one: a number, a trip's number, a branch and a member's number."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as it was handed in; `headers` gives each column that is there as the user wrote it."""

    name: str
    title: str
    headers: Mapping[str, str]
    rows: tuple[tuple[int, Mapping[str, Cell]], ...]


@dataclass(frozen=True)
class Fault:
    """Something wrong in one place of the roster; `column` is our name of it, or what the user wrote there."""

    sheet: str
    line: int
    column: str
    what: str
    expected: str


@dataclass(frozen=True)
class RosterMistake(Mistake):
    """A mistake of a roster with the parts of its place; row 0: of the sheet as a whole."""

    sheet: str = ""
    row: int = 0
    column: str = ""


@dataclass(frozen=True)
class Sheets:
    """A whole roster as it was handed in, with what was wrong about its sheets and headers."""

    sheets: Mapping[str, Sheet]
    faults: tuple[Fault, ...] = ()

    def mistake(self, fault: Fault) -> Mistake:
        """Return a fault in the words of the file: its own names of sheet and column."""
        sheet = self.sheets.get(fault.sheet)
        title = sheet.title if sheet else fault.sheet
        column = sheet.headers.get(fault.column, fault.column) if sheet else fault.column
        where = f"{title}!{fault.line}" if fault.line else title
        full = f"{where} {column}" if column else where
        return RosterMistake(full, fault.what, fault.expected, title, fault.line, column)


@dataclass(frozen=True)
class Record:
    """One row understood. `values` has only the columns that the sheet has; `faulty` those with a fault."""

    sheet: str
    line: int
    key: Key
    values: Mapping[str, Value]
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True)
class StoredRow:
    """The same row as the database has it. `gone`: absent or cancelled; `own`: fields she has since set herself."""

    id: int
    values: Mapping[str, Value]
    gone: bool = False
    own: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Stored:
    """What the database holds of a roster, by sheet and key, and the path of every unit."""

    rows: Mapping[str, Mapping[Key, StoredRow]]
    units: frozenset[str] = frozenset()

    def get(self, sheet: str, key: Key) -> StoredRow | None:
        """Return one stored row."""
        return self.rows.get(sheet, {}).get(key)

    def present(self, sheet: str) -> Iterator[tuple[Key, StoredRow]]:
        """Yield the rows of a sheet that are neither absent nor cancelled."""
        return ((key, row) for key, row in self.rows.get(sheet, {}).items() if not row.gone)


class ChangeKind(StrEnum):
    """What an import does to one row."""

    ADD = "add"
    CHANGE = "change"
    REVIVE = "revive"
    ABSENT = "absent"


@dataclass(frozen=True)
class FieldChange:
    """One field with its value before and after."""

    name: str
    old: Value
    new: Value


@dataclass(frozen=True)
class Change:
    """What happens to one row; `values` is the whole row as it will be."""

    kind: ChangeKind
    sheet: str
    key: Key
    fields: tuple[FieldChange, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True)
class Difference:
    """Everything an import changes; `same` and `kept` count by sheet what stays: as it is, or though not listed."""

    changes: tuple[Change, ...]
    same: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything changes."""
        return bool(self.changes)

    def of(self, sheet: str, *kinds: ChangeKind) -> list[Change]:
        """Return the changes of a sheet, of some kinds or of all."""
        return [change for change in self.changes if change.sheet == sheet and (not kinds or change.kind in kinds)]
