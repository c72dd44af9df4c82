"""The roster of the demo: tables in `bot/demo/tables`, whose dates are days from today and whose years are years
from this one, so that it never grows old.
"""

import csv
import io
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from bot.roster.columns import SHEETS

_DATES = frozenset({"departs", "returns", "starts", "ends", "due", "expires"})


def write_roster(folder: Path, today: date) -> None:
    """Write the tables into a folder as the importer reads them, with real dates."""
    tables = files("bot.demo") / "tables"
    for sheet in SHEETS:
        text = (tables / f"{sheet}.csv").read_text(encoding="utf-8")
        (folder / f"{sheet}.csv").write_text(_dated(text, today), encoding="utf-8")


def _dated(text: str, today: date) -> str:
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        dates = {name: (today + timedelta(days=int(row[name]))).isoformat() for name in _DATES & row.keys()}
        writer.writerow(row | dates | ({"year": str(today.year + int(row["year"]))} if "year" in row else {}))
    return out.getvalue()
