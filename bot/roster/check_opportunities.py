"""What is wrong with the sheet of opportunities: units that nobody is in, so that nobody might apply. Pure."""

from collections.abc import Iterator, Sequence

from bot.roster.cells import shown
from bot.roster.model import Fault, Record, Stored
from bot.roster.opportunity_columns import OPPORTUNITIES


def opportunity_faults(records: Sequence[Record], stored: Stored) -> Iterator[Fault]:
    """Yield every fault of the sheet that a single cell does not show."""
    units = set(stored.units)
    for record in records:
        path = record.values.get("unit")
        if isinstance(path, str) and record.sheet != OPPORTUNITIES:
            parts = path.split("/")
            units |= {"/".join(parts[: end + 1]) for end in range(len(parts))}
    for record in records:
        path = record.values.get("unit") if record.sheet == OPPORTUNITIES else None
        if isinstance(path, str) and path not in units:
            expected = "expected a unit of the roster, or nothing, so that every unit may apply"
            yield Fault(OPPORTUNITIES, record.line, "unit", f"there is no unit {shown(path)}", expected)
