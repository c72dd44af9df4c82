"""A real `yanxin run` in a process of its own: a crash test starts it, kills it, and at last stops it in order."""

import json
import selectors
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.clock import monotonic

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 60.0
LAST_LINES = 12
"""How much of its log a failure shows."""


class Service:
    """One process; `kill` sends SIGKILL to it and to nothing else."""

    def __init__(self, config: Path, log: Path) -> None:
        """Start it; what it says on stderr is added to `log`."""
        self._is_ready, self._log = False, log
        command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
        with log.open("ab") as stderr:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr)

    def waits_until_ready(self, seconds: float = START_SECONDS) -> bool:
        """Wait until it serves pages; False when the time is over. An AssertionError when it ended by itself."""
        if self._is_ready:
            return True
        deadline = monotonic() + seconds
        stdout = self._process.stdout
        assert stdout is not None
        with selectors.DefaultSelector() as waiting:  # select() knows no file above the thousandth
            waiting.register(stdout, selectors.EVENT_READ)
            while (left := deadline - monotonic()) > 0:
                if waiting.select(left):
                    line = stdout.readline()
                    assert line, self._ended_by_itself()
                    if b"ready" in line:
                        self._is_ready = True
                        return True
        return False

    def kill(self) -> None:
        """End it without a word of warning (kill -9) and wait until it is gone."""
        assert self._process.poll() is None, self._ended_by_itself()
        self._process.kill()
        self._end()

    def stop(self) -> int:
        """End it in order and return its exit code."""
        self._process.terminate()
        return self._end()

    def abandon(self) -> None:
        """End it whatever its state, for when the test itself has failed."""
        if self._process.poll() is None:
            self._process.kill()
        self._end()

    def _ended_by_itself(self) -> str:
        said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
        return "\n".join([f"the service ended by itself with {self._process.wait(STOP_SECONDS)}; it said:", *said])

    def _end(self) -> int:
        code = self._process.wait(STOP_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code


def as_toml(values: Mapping[str, Any], above: str = "") -> str:
    """Return nested tables of texts, numbers and truth values as TOML."""
    plain = {key: value for key, value in values.items() if not isinstance(value, Mapping)}
    lines = [f"[{above}]"] if above and plain else []
    for key, value in plain.items():
        text = str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else f"'{value}'"
        lines.append(f"{key} = {text}")
    tables = [
        as_toml(value, f"{above}.{key}" if above else key)
        for key, value in values.items()
        if isinstance(value, Mapping)
    ]
    return "\n".join([*lines, *tables])


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def holder_in(log: Path) -> str:
    """Return how the leases name the process that has written to a log last; empty when it has not got that far."""
    started = [
        line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if '"app.started"' in line
    ]
    return str(json.loads(started[-1])["holder"]) if started else ""


def errors_in(log: Path) -> list[str]:
    """Return the error lines of a service's log; a line that a kill has cut is none.

    Nor is the watchdog's word that something is late: on a busy machine it is right, and what was late or never came
    is counted by itself.
    """
    lines = []
    for text in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and line.get("level") in {"error", "critical"} and not _says_late(line):
            lines.append(text)
    return lines


def _says_late(line: Mapping[str, Any]) -> bool:
    return line.get("event") == "watchdog.problem" and str(line.get("code")).endswith("_overdue")
