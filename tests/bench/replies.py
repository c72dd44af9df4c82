"""How long an answer waits between the webhook's 200 and its committed effect, while 100,000 check-ins are opened.

The service is a process of its own on SQLite; Telegram is another one. Presses of "fine" come from as many students,
each of whom has an open check-in. When an effect was committed is seen from outside, by looking into the database.
"""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, TypeVar

import aiohttp
from sqlalchemy import Connection

from bot.clock import monotonic
from bot.prompts.store import prompts
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.storage.keys import read_keys
from handlers.telegram_webhook import PATH, SECRET_HEADER
from tests.bench.bot_api import bot_api
from tests.bench.figures import Figure, percentile
from tests.bench.ground import DUE, FIRST
from tests.bench.process import ROOT, free_port, process, wait_until_ready
from tests.bench.service import SECRET, prepare, settings_in

T = TypeVar("T")
PER_SECOND, SECONDS = 200, 30
BURST = 1_000
OPENED = 100_000
START = DUE - timedelta(hours=2)
"""When the service starts; nothing is due then."""
LOOK_SECONDS = 0.005
LOOKED_AT = 200
"""How many rows one look reads from the first that is not done: looking must not cost more the more there waits."""
LAST_SECONDS = 90.0


def figures(_server: str) -> Iterator[Figure]:
    """Measure the stream, then the burst, then the same burst at a bare endpoint."""
    students = PER_SECOND * SECONDS + BURST
    with TemporaryDirectory(prefix="yanxin-bench-") as name, bot_api() as api:
        folder = Path(name)
        settings = settings_in(folder, api.url, free_port())
        prepare(settings, students + OPENED)
        asked = _ask(settings, students)
        with process("run", settings, START, folder) as running:
            assert running.stdout is not None
            assert running.stdout.readline() == "ready\n", (folder / "service.log").read_text()[-2000:]
            wait_until_ready(settings.service.url, 300)
            _fall_due(settings)
            with _Looker(folder / "yanxin.db") as looker:
                stream = PER_SECOND * SECONDS
                accepted = asyncio.run(_send(settings.service.url, asked[:stream], PER_SECOND))
                waits = looker.waits(accepted)
                opened = looker.opened()
                begun = monotonic()
                burst = asyncio.run(_send(settings.service.url, asked[stream:], 0))
                held = looker.waits(burst, since=begun)
        bare = _bare(folder, len(held))
    lost = len(accepted) - len(waits)
    p99 = percentile(waits, 0.99)
    yield Figure(
        f"accepted until committed, {PER_SECOND}/s for {SECONDS} s while {OPENED:,} due check-ins are being opened",
        "SQLite",
        f"p50 {percentile(waits, 0.5) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, {lost} not within {LAST_SECONDS:.0f} s",
        f"{opened:,} of the {OPENED:,} opened meanwhile, so that all answers came beside it: they go first",
        "p99 below 300 ms",
        p99 < 0.3 and not lost and opened < OPENED,
    )
    longest = max(held, default=0.0) if len(held) == BURST else float("inf")
    yield Figure(
        f"a burst of {BURST:,} presses at once, sent until committed",
        "SQLite",
        f"the last after {longest:.1f} s ({BURST / longest:,.0f}/s)",
        f"a bare endpoint inserting one row {bare:.1f} s ({BURST / bare:,.0f}/s; {bare / longest:.2f})",
        "none over 5 s",
        longest < 5,
    )


def _ask(settings: Settings, students: int) -> list[tuple[int, int]]:
    """Let the first students have a check-in that was asked yesterday; return (chat, prompt) of each."""
    last = FIRST + students - 1
    mine = (prompts.c.person_id.between(FIRST, last)) & (prompts.c.next_at == DUE)
    yesterday, later = DUE - timedelta(days=1), DUE + timedelta(hours=18)

    def ask(conn: Connection) -> list[tuple[int, int]]:
        asked = {"state": "open", "opens_at": yesterday, "asked_at": yesterday, "next_at": later}
        done = conn.execute(prompts.update().where(mine).values(**asked).returning(prompts.c.person_id, prompts.c.id))
        return [(5_000_000_000 + row.person_id, row.id) for row in done]

    return sorted(_outside(settings, ask))


def _fall_due(settings: Settings) -> None:
    """Let everybody else's check-in fall due now, from outside."""

    def fall(conn: Connection) -> None:
        conn.execute(prompts.update().where(prompts.c.next_at == DUE).values(next_at=START, opens_at=START))

    _outside(settings, fall)


def _outside(settings: Settings, work: Callable[[Connection], T]) -> T:
    """Write into the service's database from outside."""
    database = Database(parse_url(settings.database.url), read_keys(Path(settings.security.key_file)))
    try:
        return database.write(work)
    finally:
        database.close()


async def _send(url: str, presses: Sequence[tuple[int, int]], per_second: int) -> dict[str, float]:
    """Press for everybody, so many a second or (0) all at once; return when each was accepted, by update."""
    accepted: dict[str, float] = {}
    headers = {SECRET_HEADER: SECRET}
    connector = aiohttp.TCPConnector(limit=0 if per_second else 64, keepalive_timeout=2)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def press(chat: int, prompt: int) -> None:
            async with session.post(f"{url}{PATH}", json=_update(chat, prompt)) as answer:
                await answer.read()
                assert answer.status == 200, answer.status
            accepted[str(prompt)] = monotonic()

        begun, tasks = monotonic(), []
        for number, (chat, prompt) in enumerate(presses):
            if per_second:
                await asyncio.sleep(max(0.0, begun + number / per_second - monotonic()))
            tasks.append(asyncio.create_task(press(chat, prompt)))
        await asyncio.gather(*tasks)
    return accepted


def _update(chat: int, prompt: int) -> dict[str, object]:
    person = {"id": chat, "is_bot": False, "first_name": "Mei", "language_code": "zh-hans"}
    message = {
        "message_id": prompt,
        "date": 1788906600,
        "chat": {"id": chat, "type": "private", "first_name": "Mei"},
        "text": "这周还好吗？",
    }
    press = {
        "id": str(prompt),
        "from": person,
        "chat_instance": "1",
        "data": f"answer:{prompt}:fine",
        "message": message,
    }
    return {"update_id": prompt, "callback_query": press}


class _Looker:
    """Looks into the database many times a second, and remembers when it first saw each effect."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: dict[str, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def waits(self, accepted: dict[str, float], since: float | None = None) -> list[float]:
        """Wait until all effects are there, and return how long each took after its 200, or after `since`."""
        deadline, pause = monotonic() + LAST_SECONDS, threading.Event()
        while not accepted.keys() <= self._seen.keys() and monotonic() < deadline:
            pause.wait(0.05)
        found = [(self._seen[name], at) for name, at in accepted.items() if name in self._seen]
        return [max(0.0, seen - (at if since is None else since)) for seen, at in found]

    def opened(self) -> int:
        """Return how many questions are queued by now."""
        with self._connected() as file:
            return int(file.execute("SELECT count(*) FROM outbox WHERE kind = 'question'").fetchone()[0])

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        file = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=30)
        try:
            yield file
        finally:
            file.close()

    def _look(self) -> None:
        after = 0
        with self._connected() as file:
            while not self._ended.wait(LOOK_SECONDS):
                query = "SELECT id, external_id, state FROM inbox WHERE id > ? ORDER BY id LIMIT ?"
                rows = file.execute(query, (after, LOOKED_AT)).fetchall()
                now = monotonic()
                for _, name, state in rows:
                    if state == "done":
                        self._seen.setdefault(name, now)
                open_ids = [number for number, _, state in rows if state == "new"]
                after = min(open_ids) - 1 if open_ids else max((number for number, _, _ in rows), default=after)


def _bare(folder: Path, many: int) -> float:
    """Return how many seconds a bare endpoint takes for as many requests at once."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare", str(folder / "bare.db"), str(port)]
    running = subprocess.Popen(command, cwd=ROOT)
    try:
        presses = [(5_000_000_000 + number, number) for number in range(many)]
        asyncio.run(_until_it_listens(f"http://127.0.0.1:{port}"))
        begun = monotonic()
        asyncio.run(_send(f"http://127.0.0.1:{port}", presses, 0))
        return monotonic() - begun
    finally:
        running.terminate()
        running.wait(10)


async def _until_it_listens(url: str) -> None:
    for _ in range(200):
        try:
            await _send(url, [(1, 1)], 0)
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError("the bare endpoint did not start")
