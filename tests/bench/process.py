"""The service in a process of its own, on a clock that a benchmark sets: it ticks and tells, or it really runs.

`python -m tests.bench.process tick SETTINGS START` prints how long a tick with nothing due takes and how much memory is
resident; `… run SETTINGS START` serves until it is terminated and prints "ready" when its pages can be opened.
SETTINGS is a file of JSON, START an instant of ISO 8601.
"""

import asyncio
import json
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event
from time import process_time
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from bot import logs
from bot.app import App, Running
from bot.clock import monotonic
from bot.settings import Settings
from tests.bench.machine import resident_mib
from tests.fakes.service import ShiftedClock

ROOT = Path(__file__).resolve().parents[2]
WARM, TICKS = 30, 300


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def process(mode: str, settings: Settings, start: datetime, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the process; it is terminated at the end of the block."""
    file = folder / "settings.json"
    file.write_text(settings.model_dump_json(), encoding="utf-8")
    # -E: as a service starts, keeping what Python compiles, whatever the shell of the bench says of that.
    command = [sys.executable, "-E", "-m", "tests.bench.process", mode, str(file), start.isoformat()]
    with (folder / "service.log").open("ab") as log:
        begun = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        yield begun
    finally:
        begun.terminate()
        begun.wait(60)
        if begun.stdout is not None:
            begun.stdout.close()


def wait_until_ready(url: str, seconds: float) -> None:
    """Wait until a service calls itself ready: everybody is planned; an AssertionError when the time is over."""
    deadline, pause = monotonic() + seconds, Event()
    while not _is_ready(url):
        assert monotonic() < deadline, f"the service is not ready after {seconds} s"
        pause.wait(0.05)


def _is_ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=10) as answer:  # noqa: S310 - our own process on loopback
            return bool(answer.status == 200)
    except (HTTPError, URLError, TimeoutError):
        return False


async def _tick(app: App) -> None:
    app.bind()
    times = []
    for number in range(WARM + TICKS):
        begun = process_time()
        done = await app.rounds.inbox() + await app.rounds.cries()
        done += await app.rounds.prompts() + await app.rounds.cases() + await app.rounds.rollcalls()
        done += await app.senders["telegram"].work_off()
        assert done == 0, f"{done} things were due"
        if number >= WARM:
            times.append(process_time() - begun)
    print(json.dumps({"milliseconds": statistics.mean(times) * 1000, "mib": resident_mib()}))  # noqa: T201
    for channel in app.channels:
        await channel.close()


def main(mode: str, settings_file: str, start: str) -> None:
    """Run in one of the two modes."""
    logs.set_up()
    settings = Settings.model_validate_json(Path(settings_file).read_text(encoding="utf-8"))
    app = App(settings, ShiftedClock(datetime.fromisoformat(start)))
    try:
        if mode == "tick":
            asyncio.run(_tick(app))
        else:
            asyncio.run(Running(app).run(lambda: print("ready", flush=True)))  # noqa: T201
    finally:
        app.close()


if __name__ == "__main__":
    main(*sys.argv[1:4])
