"""`python -m tests.bench [PART …]`: measures, prints one table, and writes RESULTS.md from all that was measured."""

import sys
from collections.abc import Callable, Iterator

import psycopg

from bot.clock import monotonic
from tests.bench import (
    asked,
    console,
    delivery,
    digest,
    documents,
    idle,
    opening,
    replies,
    report,
    rollcall,
    slots,
    sos,
    wechat,
    wecom,
)
from tests.bench.figures import Figure, as_text
from tests.bench.ground import postgresql
from tests.bench.machine import described, load

PARTS: dict[str, Callable[[str], Iterator[Figure]]] = {
    "opening": opening.figures,
    "idle": idle.figures,
    "asked": asked.figures,
    "million": asked.million,
    "delivery": delivery.figures,
    "replies": replies.figures,
    "sos": sos.figures,
    "rollcall": rollcall.figures,
    "wecom": wecom.figures,
    "wechat": wechat.figures,
    "digest": digest.figures,
    "documents": documents.figures,
    "console": console.figures,
    "slots": slots.figures,
}


def main(names: list[str]) -> int:
    """Run the parts named, or all of them; 2 for a name that is none."""
    wrong = [name for name in names if name not in PARTS]
    if wrong:
        print(f"There is no part {wrong[0]!r}; the parts are {', '.join(PARTS)}.", file=sys.stderr)  # noqa: T201
        return 2
    found: list[Figure] = []
    with postgresql() as server:
        with psycopg.connect(server) as conn:
            version = conn.execute("SHOW server_version").fetchone()
        for name in names or PARTS:
            found += _measured(name, server)
    about = described(version[0] if version else "?")
    print("", as_text(found), "", *about, sep="\n")  # noqa: T201
    report.write(PARTS, about)
    return 0


def _measured(name: str, server: str) -> list[Figure]:
    begun, busy = monotonic(), load()
    found = []
    for figure in PARTS[name](server):
        found.append(figure)
        print(f"{name}: {figure.what}, {figure.where}: {figure.value} {figure.verdict}", flush=True)  # noqa: T201
    report.keep(name, found, (monotonic() - begun) / 60, busy)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
