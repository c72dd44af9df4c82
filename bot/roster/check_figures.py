"""What is wrong with the sheets that statistics need: hosts named twice, visits online of nobody. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from bot.roster.cells import shown
from bot.roster.columns import HOSTS, ONLINE, folded
from bot.roster.model import Fault, Record, Stored


def figure_faults(
    records: Sequence[Record], stored: Stored, roles: Mapping[str, AbstractSet[str] | None], prune: AbstractSet[str]
) -> Iterator[Fault]:
    """Yield every fault of the sheets hosts and online_visits that lies between rows."""
    kept = stored.present(HOSTS) if HOSTS not in prune else ()
    names = {folded(key[0]): key[0] for key, _ in kept}
    for record in records:
        if record.sheet == HOSTS:
            yield from _second_name(record, names)
        elif record.sheet == ONLINE:
            yield from _visit_faults(record, roles)


def _second_name(record: Record, names: dict[str, str]) -> Iterator[Fault]:
    name = record.key[0]
    known = names.setdefault(folded(name), name)
    if known != name:
        what = f"{shown(name)} is there already, as {shown(known)}"
        yield Fault(HOSTS, record.line, "host", what, "expected each host once, written in one way")


def _visit_faults(record: Record, roles: Mapping[str, AbstractSet[str] | None]) -> Iterator[Fault]:
    number = record.values.get("number")
    held = roles.get(number) if isinstance(number, str) else None
    if isinstance(number, str) and (number not in roles or (held is not None and "student" not in held)):
        what = f"there is no student with the number {shown(number)}"
        yield Fault(ONLINE, record.line, "number", what, "expected a student of the sheet people or of the database")
    starts, ends = record.values.get("starts"), record.values.get("ends")
    if isinstance(starts, date) and isinstance(ends, date) and ends < starts:
        what = f"{ends.isoformat()} is before the beginning on {starts.isoformat()}"
        yield Fault(ONLINE, record.line, "ends", what, "expected the last day of the visit")
