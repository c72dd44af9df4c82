"""What is wrong with the sheet of papers that run out: people whom nobody knows. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from bot.roster.cells import shown
from bot.roster.columns import EXPIRIES
from bot.roster.model import Fault, Record


def deadline_faults(records: Sequence[Record], roles: Mapping[str, AbstractSet[str] | None]) -> Iterator[Fault]:
    """Yield every fault of the sheet expiries that lies between rows."""
    for record in records:
        number = record.values.get("number") if record.sheet == EXPIRIES else None
        held = roles.get(number) if isinstance(number, str) else None
        if isinstance(number, str) and (number not in roles or (held is not None and "student" not in held)):
            what = f"there is no student with the number {shown(number)}"
            expected = "expected a student of the sheet people or of the database"
            yield Fault(EXPIRIES, record.line, "number", what, expected)
