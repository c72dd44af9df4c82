"""What is wrong with trips: who they belong to, their dates, and trips of one person at the same time. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from bot.roster.cells import shown
from bot.roster.columns import TRIPS
from bot.roster.model import Fault, Record, Stored, Value


@dataclass(frozen=True)
class _Stay:
    """From when to when somebody is where; `line` is None for a trip that only the database has."""

    departs: date
    returns: date
    key: str
    line: int | None


def trip_faults(
    records: Sequence[Record], stored: Stored, roles: Mapping[str, AbstractSet[str] | None], prune: AbstractSet[str]
) -> Iterator[Fault]:
    """Yield every fault of the trips of a roster."""
    trips = [record for record in records if record.sheet == TRIPS]
    for record in trips:
        yield from _owner_faults(record, stored, roles)
        departs, returns = record.values.get("departs"), record.values.get("returns")
        if isinstance(departs, date) and isinstance(returns, date) and returns < departs:
            what = f"{returns.isoformat()} is before the departure on {departs.isoformat()}"
            yield Fault(TRIPS, record.line, "returns", what, "expected the last day abroad")
    yield from _overlaps(trips, stored, prune)


def _owner_faults(record: Record, stored: Stored, roles: Mapping[str, AbstractSet[str] | None]) -> Iterator[Fault]:
    number = record.values.get("number")
    if not isinstance(number, str):
        return
    known = stored.get(TRIPS, record.key)
    if known and known.values.get("number") != number:
        what = f"the trip {shown(record.key[0])} is stored as one of {shown(str(known.values.get('number')))}"
        yield Fault(TRIPS, record.line, "number", what, "expected the same person, or a new number for a new trip")
    if number not in roles:
        what = f"there is nobody with the number {shown(number)}"
        yield Fault(TRIPS, record.line, "number", what, "expected a student of the sheet people or of the database")
        return
    held = roles[number]
    if held is not None and "student" not in held:
        # Nothing is asked of somebody who is no student: the trip would be silent for ever.
        what = f"{shown(number)} has a trip, but not the role student"
        yield Fault(TRIPS, record.line, "number", what, "expected student 学生 among the roles in the sheet people")


def _overlaps(trips: Sequence[Record], stored: Stored, prune: AbstractSet[str]) -> Iterator[Fault]:
    stays: dict[Value, list[_Stay]] = {}
    listed = {record.key for record in trips}
    for record in {record.key: record for record in trips}.values():
        _gather(stays, record.values, record.key[0], record.line)
    for key, row in stored.present(TRIPS) if TRIPS not in prune else ():
        if key not in listed:
            _gather(stays, row.values, key[0], None)
    for person in stays.values():
        longest, *later = sorted(person, key=lambda stay: (stay.departs, stay.returns, stay.key))
        for stay in later:
            # A stay may begin on the day on which the one before ends.
            if stay.departs < longest.returns or stay.departs == longest.departs:
                yield from _overlap(longest, stay)
            longest = max(longest, stay, key=lambda one: one.returns)


def _overlap(one: _Stay, other: _Stay) -> Iterator[Fault]:
    here, there = (other, one) if other.line is not None else (one, other)
    if here.line is None:
        return  # both are stored already: not what this file is to mend
    place = f"in row {there.line}" if there.line is not None else "in the database"
    what = f"the trip overlaps {shown(there.key)} {place} ({there.departs.isoformat()} to {there.returns.isoformat()})"
    yield Fault(TRIPS, here.line, "departs", what, "expected one stay at a time; mend one of the two")


def _gather(stays: dict[Value, list[_Stay]], values: Mapping[str, Value], key: str, line: int | None) -> None:
    departs, returns = values.get("departs"), values.get("returns")
    if isinstance(departs, date) and isinstance(returns, date) and departs <= returns:
        stays.setdefault(values.get("number"), []).append(_Stay(departs, returns, key, line))
