"""What a benchmark found: one figure beside its peer or limit and its target, and the tables that show them.

Every part yields `Figure`s; `tests.bench.__main__` prints them and writes the report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

HEAD = ("what", "where", "Yanxin", "beside it", "target", "")


@dataclass(frozen=True)
class Figure:
    """One line of the table; `met` is None where the issue names no target."""

    what: str
    where: str
    value: str
    peer: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "met", False: "MISSED", None: ""}[self.met]

    @property
    def cells(self) -> tuple[str, ...]:
        return (self.what, self.where, self.value, self.peer, self.target, self.verdict)


def as_text(figures: Sequence[Figure]) -> str:
    """Return the table as it is printed."""
    rows = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
             for row in rows]  # fmt: skip
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def as_markdown(figures: Sequence[Figure]) -> str:
    """Return the table as it is written."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + " --- |" * len(HEAD)]
    lines += ["| " + " | ".join(cell.replace("|", "/") for cell in figure.cells) + " |" for figure in figures]
    return "\n".join(lines)


def rate(count: float, seconds: float) -> float:
    """Return how many a second."""
    return count / seconds if seconds > 0 else float("inf")


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the values lies; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def _width(text: str) -> int:
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
