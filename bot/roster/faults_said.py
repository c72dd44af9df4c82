"""The faults of a roster in Chinese: each sentence of the importer has its counterpart in a table. For pages.

A part that the importer fills in, say what somebody typed, stays as it is. A test holds both together.
"""

import csv
import re
from functools import cache
from importlib.resources import files


def in_chinese(said: str) -> str | None:
    """Return what a fault says, in Chinese; None for a sentence that the table does not have."""
    for pattern, zh in _table():
        if found := pattern.fullmatch(said):
            return zh.format(*found.groups())
    return None


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = (files("bot.roster") / "faults_zh.csv").read_text(encoding="utf-8")
    rows = [(row["said"], row["zh"]) for row in csv.DictReader(text.splitlines())]
    most_said_first = sorted(rows, key=lambda row: -len(row[0].replace("{}", "")))
    return tuple((_pattern(said), zh) for said, zh in most_said_first)


def _pattern(said: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(re.escape(part) for part in said.split("{}")), re.DOTALL)
