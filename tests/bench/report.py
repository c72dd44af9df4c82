"""Keeps what each part of the benchmarks has found, and writes RESULTS.md from all that was measured so far.

A machine is seldom quiet for a quarter of an hour: the parts may be run one by one.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.clock import SystemClock
from tests.bench.figures import Figure, as_markdown

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "bench.json"
REPORT = Path(__file__).with_name("RESULTS.md")


@dataclass(frozen=True)
class Part:
    """What one part found, when, for how long, and how busy the machine was before."""

    name: str
    day: str
    minutes: float
    load: float
    figures: Sequence[Figure]

    @property
    def line(self) -> str:
        return f"{self.name}: {self.day}, {self.minutes:.1f} minutes, load average {self.load:.1f} before"


def keep(name: str, figures: Sequence[Figure], minutes: float, load: float) -> None:
    """Keep what a part has found; it takes the place of what it found before."""
    part = Part(name, SystemClock().now().date().isoformat(), minutes, load, figures)
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(_read() | {name: asdict(part)}, ensure_ascii=False, indent=1), encoding="utf-8")


def write(names: Collection[str], about: Sequence[str]) -> None:
    """Write the report of the parts of these names; it says which of them were never measured."""
    kept = _read()
    parts = [_part(kept[name]) for name in names if name in kept]
    unmeasured = [name for name in names if name not in kept]
    found = [figure for part in parts for figure in part.figures]
    missed = [figure for figure in found if figure.met is False]
    lines = [
        "# What `make bench` measured",
        "",
        "Every figure stands beside a peer or a limit measured in the same run.",
        "Nothing here is a test: machines differ, and ratios travel better than rates.",
        "",
        as_markdown(found),
        "",
        "## Missed targets",
        "",
        *([f"- {one.what}, {one.where}: {one.value}; the target is {one.target}." for one in missed] or ["None."]),
        "",
        "## Machine",
        "",
        *(f"- {line}" for line in about),
        *(f"- {part.line}" for part in parts),
        *(f"- {name}: not measured here" for name in unmeasured),
        "",
        "Repeat it with `make bench`, or one part with `make bench PARTS=NAME`: " + ", ".join(names) + ".",
        "",
    ]
    REPORT.write_text("\n".join(lines), encoding="utf-8")


def _read() -> dict[str, Any]:
    return dict(json.loads(KEPT.read_text(encoding="utf-8"))) if KEPT.exists() else {}


def _part(values: dict[str, Any]) -> Part:
    return Part(**values | {"figures": [Figure(**figure) for figure in values["figures"]]})
