"""`python -m tests.bench [PART …]`: measures, prints one table and writes RESULTS.md (only when every part ran)."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from bot.clock import SystemClock, monotonic
from tests.bench import asked, delivery, idle, opening, replies
from tests.bench.figures import Figure, as_markdown, as_text
from tests.bench.ground import postgresql
from tests.bench.machine import described, load

PARTS: dict[str, Callable[[str], Iterator[Figure]]] = {
    "opening": opening.figures,
    "idle": idle.figures,
    "asked": asked.figures,
    "delivery": delivery.figures,
    "replies": replies.figures,
}
REPORT = Path(__file__).with_name("RESULTS.md")


def main(names: list[str]) -> int:
    """Run the parts named, or all of them; 2 for a name that is none."""
    wrong = [name for name in names if name not in PARTS]
    if wrong:
        print(f"There is no part {wrong[0]!r}; the parts are {', '.join(PARTS)}.", file=sys.stderr)  # noqa: T201
        return 2
    begun, busy = monotonic(), load()
    found: list[Figure] = []
    with postgresql() as server:
        with psycopg.connect(server) as conn:
            version = conn.execute("SHOW server_version").fetchone()
        for name in names or PARTS:
            for figure in PARTS[name](server):
                found.append(figure)
                print(f"{name}: {figure.what}, {figure.where}: {figure.value} {figure.verdict}", flush=True)  # noqa: T201
    minutes = (monotonic() - begun) / 60
    about = described(version[0] if version else "?")
    about.append(f"load average {busy:.1f} before and {load():.1f} after, {minutes:.1f} minutes")
    print("", as_text(found), "", *about, sep="\n")  # noqa: T201
    if not names:
        REPORT.write_text(_report(found, about), encoding="utf-8")
    return 0


def _report(found: list[Figure], about: list[str]) -> str:
    missed = [figure for figure in found if figure.met is False]
    day = SystemClock().now().date().isoformat()
    lines = [
        "# What `make bench` measured",
        "",
        f"{day}. Every figure stands beside a peer or a limit measured in the same run.",
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
        "",
        "Repeat it with `make bench`, or one part with `python -m tests.bench PART`: " + ", ".join(PARTS) + ".",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
