"""What a service costs while nothing is due: one tick, resident memory, and a cold start, with few and many prompts."""

import json
import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.clock import monotonic
from bot.settings import Settings
from tests.bench.figures import Figure
from tests.bench.ground import PLANNED
from tests.bench.process import free_port, process, wait_until_ready
from tests.bench.service import prepare, settings_in

EACH = 50
"""How many check-ins each student has behind her."""
FEW, MANY = 10_000, 1_000_000
ROUNDS = 3
START = PLANNED + timedelta(days=1)
NOWHERE = "http://127.0.0.1:9"
"""Nothing is sent, so nothing listens."""


def figures(_server: str) -> Iterator[Figure]:
    """Measure both sizes on SQLite in turn, several times, and take the medians: the machine may be busy."""
    with TemporaryDirectory(prefix="yanxin-bench-") as few, TemporaryDirectory(prefix="yanxin-bench-") as many:
        small, large = _prepared(Path(few), FEW), _prepared(Path(many), MANY)
        found = [(_ticks(small, Path(few)), _ticks(large, Path(many))) for _ in range(ROUNDS)]
        fast = statistics.median(one["milliseconds"] for one, _ in found)
        slow = statistics.median(other["milliseconds"] for _, other in found)
        lean = statistics.median(one["mib"] for one, _ in found)
        fat = statistics.median(other["mib"] for _, other in found)
        starts = [_cold(large, Path(many), START + timedelta(hours=number)) for number in range(ROUNDS + 1)]
        base = statistics.median(_cold(small, Path(few))[0] for _ in range(ROUNDS))
    yield Figure(
        f"a tick with nothing due, {MANY:,} prompts stored", "SQLite", f"{slow:.2f} ms of processor time",
        f"with {FEW:,}: {fast:.2f} ms ({slow / fast:.2f})", "within 20%", abs(slow / fast - 1) <= 0.2,
    )  # fmt: skip
    yield Figure(
        f"resident memory, {MANY:,} prompts stored", "SQLite", f"{fat:.0f} MiB", f"with {FEW:,}: {lean:.0f} MiB",
        "within 20 MB", abs(fat - lean) * 1.048576 <= 20,
    )  # fmt: skip
    opened = statistics.median(one for one, _ in starts)
    yield Figure(
        f"cold start until pages open, {MANY:,} prompts stored", "SQLite", f"{opened:.2f} s",
        f"with {FEW:,}: {base:.2f} s", "under 3 s", opened < 3,
    )  # fmt: skip
    planned = statistics.median(other for _, other in starts[1:])  # the first one plans by rules that are new to it
    yield Figure(
        f"… until /readyz says so, {MANY // EACH:,} students", "SQLite", f"{planned:.2f} s",
        f"at the first start, everybody planned anew: {starts[0][1]:.2f} s", "under 3 s", planned < 3,
    )  # fmt: skip


def _prepared(folder: Path, prompts: int) -> Settings:
    settings = settings_in(folder, NOWHERE, free_port())
    prepare(settings, prompts // EACH, history=EACH - 1)
    return settings


def _ticks(settings: Settings, folder: Path) -> dict[str, Any]:
    with process("tick", settings, START, folder) as running:
        assert running.stdout is not None
        found: dict[str, Any] = json.loads(running.stdout.readline())
        return found


def _cold(settings: Settings, folder: Path, start: datetime = START) -> tuple[float, float]:
    """Return after how many seconds pages open, and after how many it calls itself ready."""
    begun = monotonic()
    with process("run", settings, start, folder) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n", (folder / "service.log").read_text()[-2000:]
        opened = monotonic() - begun
        wait_until_ready(settings.service.url, 120)
        return opened, monotonic() - begun
