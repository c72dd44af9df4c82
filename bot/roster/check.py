"""What is wrong between the rows of a roster, and between it and the database. Called by the import use-case; pure."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from bot.roster.cells import shown
from bot.roster.check_deadlines import deadline_faults
from bot.roster.check_figures import figure_faults
from bot.roster.check_opportunities import opportunity_faults
from bot.roster.check_trips import trip_faults
from bot.roster.columns import BRANCHES, MEMBERS, PEOPLE, SHEETS
from bot.roster.model import Fault, Key, Record, Sheets, Stored, Value

_STAFF = {"counsellor", "supervisor", "coordinator", "secretary", "office", "reader"}


def check(records: Sequence[Record], stored: Stored, sheets: Sheets, prune: AbstractSet[str]) -> list[Fault]:
    """Return every fault that lies between rows: duplicates, unknown people, units and branches, impossible trips."""
    roles = _roles(records, stored, keep_absent=PEOPLE not in prune)
    units = _units(records, stored)
    return [
        *_prune_faults(sheets, prune),
        *_duplicates(records),
        *_people_faults(records, stored, roles, units),
        *trip_faults(records, stored, roles, prune),
        *_branch_faults(records, stored, roles, prune),
        *figure_faults(records, stored, roles, prune),
        *deadline_faults(records, roles),
        *opportunity_faults(records, stored),
    ]


def _roles(records: Sequence[Record], stored: Stored, *, keep_absent: bool) -> dict[str, AbstractSet[str] | None]:
    """Return the roles of everybody whom a row may name; None: not known, because that cell is faulty."""
    roles: dict[str, AbstractSet[str] | None] = {}
    if keep_absent:
        roles = {key[0]: _texts(row.values.get("role")) for key, row in stored.present(PEOPLE)}
    for record in records:
        if record.sheet != PEOPLE:
            continue
        known = stored.get(PEOPLE, record.key)
        default = SHEETS[PEOPLE].column("role").default
        role = record.values.get("role", known.values.get("role") if known else default)
        roles[record.key[0]] = None if "role" in record.faulty else _texts(role)
    return roles


def _units(records: Sequence[Record], stored: Stored) -> set[str]:
    units = set(stored.units)
    for record in records:
        path = record.values.get("unit")
        if isinstance(path, str):
            parts = path.split("/")
            units |= {"/".join(parts[: end + 1]) for end in range(len(parts))}
    return units


def _prune_faults(sheets: Sheets, prune: AbstractSet[str]) -> Iterator[Fault]:
    for name in sorted(prune):
        if name not in sheets.sheets:
            what, expected = (
                f"--prune {name} needs it, but there is no such sheet",
                "expected everything that is to stay",
            )
            yield Fault(name, 0, "", what, expected)
        elif name == PEOPLE and not sheets.sheets[name].rows:
            what, expected = "--prune people would leave nobody", "expected everybody who is to stay"
            yield Fault(name, 0, "", what, expected)


def _duplicates(records: Sequence[Record]) -> Iterator[Fault]:
    first: dict[tuple[str, Key], int] = {}
    for record in records:
        line = first.setdefault((record.sheet, record.key), record.line)
        if line != record.line:
            what = f"{shown(' / '.join(record.key))} is in row {line} already"
            yield Fault(record.sheet, record.line, SHEETS[record.sheet].key[-1], what, "expected each only once")


def _people_faults(
    records: Sequence[Record], stored: Stored, roles: Mapping[str, AbstractSet[str] | None], units: AbstractSet[str]
) -> Iterator[Fault]:
    for record in records:
        if record.sheet != PEOPLE:
            continue
        held = roles[record.key[0]]
        scope = _texts(record.values.get("scope"))
        if scope and held is not None and not held & _STAFF:
            what, expected = "a student has no scope", "expected a role such as counsellor 辅导员, or nothing here"
            yield Fault(PEOPLE, record.line, "scope", what, expected)
        for value in sorted(scope):
            kind, _, path = value.partition(":")
            if kind == "unit" and path not in units:
                expected = "expected a unit of the roster, region:EU, a country code such as DE, or matter:support"
                yield Fault(PEOPLE, record.line, "scope", f"there is no unit {shown(path)}", expected)
        # A wrong number here would tell a fellow student, or a supervisor, how she is.
        yield from _reference(record, "counsellor", roles, {"counsellor"}, "a counsellor 辅导员", stored)
        yield from _reference(record, "supervisor", roles, _STAFF, "a supervisor 导师", stored)


def _branch_faults(
    records: Sequence[Record], stored: Stored, roles: Mapping[str, AbstractSet[str] | None], prune: AbstractSet[str]
) -> Iterator[Fault]:
    known = {record.key[0] for record in records if record.sheet == BRANCHES}
    if BRANCHES not in prune:
        known |= {key[0] for key, _ in stored.present(BRANCHES)}
    for record in records:
        if record.sheet == BRANCHES:
            yield from _reference(record, "secretary", roles, None, "a secretary 书记", stored)
            yield from _reference(record, "deputy", roles, None, "a deputy 副书记", stored)
            yield from _led_by_a_fellow(record, roles)
        elif record.sheet == MEMBERS:
            if record.key[0] not in known:
                what, expected = f"there is no branch {shown(record.key[0])}", "expected one of the sheet branches"
                yield Fault(MEMBERS, record.line, "branch", what, expected)
            yield from _reference(record, "number", roles, None, "somebody", stored)


def _led_by_a_fellow(record: Record, roles: Mapping[str, AbstractSet[str] | None]) -> Iterator[Fault]:
    """Find students who lead a home branch: they would read what their fellow students write to it."""
    if record.values.get("place") != "home":
        return
    for column in ("secretary", "deputy"):
        number = record.values.get(column)
        if isinstance(number, str) and "student" in (roles.get(number) or ()):
            what = f"{shown(number)} is a student, and who leads a home branch reads its members' study reports"
            yield Fault(BRANCHES, record.line, column, what, "expected the number of a member of staff")


def _reference(
    record: Record,
    column: str,
    roles: Mapping[str, AbstractSet[str] | None],
    wanted: AbstractSet[str] | None,
    whom: str,
    stored: Stored,
) -> Iterator[Fault]:
    number = record.values.get(column)
    if not isinstance(number, str):
        return
    expected = f"expected the number of {whom} who is in the sheet people or in the database"
    if number not in roles:
        gone = " any more" if stored.get(PEOPLE, (number,)) else ""
        yield Fault(
            record.sheet, record.line, column, f"there is nobody with the number {shown(number)}{gone}", expected
        )
        return
    held = roles[number]
    if wanted is not None and held is not None and not held & wanted:
        what = f"{shown(number)} has the role {'; '.join(sorted(held))} only"
        yield Fault(record.sheet, record.line, column, what, f"expected the number of {whom}")


def _texts(value: Value) -> AbstractSet[str]:
    return frozenset(value) if isinstance(value, tuple) else frozenset()
