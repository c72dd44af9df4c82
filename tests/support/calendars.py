"""Reads calendars back with npm `ical.js`, which nobody here wrote."""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.fakes.telegram_peer import FOLDER


def read(*texts: str) -> list[dict[str, Any]]:
    """Return what calendars say; without Node or its package the test is skipped."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js here: install the system packages `nodejs` and `npm`")
    if not (FOLDER / "node_modules" / "ical.js").is_dir():
        pytest.skip("the npm packages are missing: run `npm ci` in tests/node")
    ran = subprocess.run(
        [node, "ical_read.cjs"],
        input="".join(f"{json.dumps(text)}\n" for text in texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        cwd=FOLDER,
        env={"PATH": "/usr/bin:/bin", "TZ": "Pacific/Auckland"},  # its own clock must not matter
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]
