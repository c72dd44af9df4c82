"""The least of a Bot API on loopback, in a process of its own: `sendMessage` and nothing else, as fast as Python can.

    with bot_api(per_second=30) as api:   # 0: no limit
        … api.url …; api.seen()           # {"accepted": …, "refused": …, "times": […]}

With a limit it refuses (429) what would be one too many within any second, less what a call may be late by.
`python -m tests.bench.bot_api` is the process; it ends when its standard input does.
"""

import asyncio
import json
import re
import subprocess
import sys
import threading
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.clock import monotonic

SECOND = 0.95
STAFF = 6_000_000_000
"""Chats from this number on are those of staff; when the first message for each came is noted."""
_CHAT = re.compile(rb"chat_id\D{1,6}(6\d{9})\b")
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Api:
    """Where the process listens."""

    url: str

    def seen(self) -> dict[str, Any]:
        """Return what it has accepted and refused, and when (by the machine's monotonic clock)."""
        with urllib.request.urlopen(f"{self.url}/seen") as answer:  # noqa: S310 - our own process on loopback
            found: dict[str, Any] = json.load(answer)
        return found

    def rang(self) -> dict[str, float]:
        """Return when the first message for each chat of staff came, by the machine's monotonic clock."""
        with urllib.request.urlopen(f"{self.url}/rang") as answer:  # noqa: S310 - our own process on loopback
            found: dict[str, float] = json.load(answer)
        return found


@contextmanager
def bot_api(per_second: int = 0) -> Iterator[Api]:
    """Run the server until the block ends."""
    command = [sys.executable, "-m", "tests.bench.bot_api", str(per_second)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Api(f"http://127.0.0.1:{int(process.stdout.readline())}")
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


class _Server(asyncio.Protocol):
    """One connection that is kept open; requests come one after the other."""

    def __init__(self, seen: "_Seen") -> None:
        self._seen = seen
        self._waiting = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head = self._waiting[:end].lower()
            at = head.find(b"content-length:")
            size = 0 if at < 0 else int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self._waiting) < end + 4 + size:
                return
            sent = self._waiting[end + 4 : end + 4 + size]
            self._waiting = self._waiting[end + 4 + size :]
            asks = next((name for name in _ASKED if name in head[:20]), None)
            status, body = _ASKED[asks](self._seen) if asks else self._seen.called(sent)
            head = b"HTTP/1.1 %d OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            self._transport.write(head % (status, len(body)) + body)


class _Seen:
    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._recent: deque[float] = deque()
        self._times: list[float] = []
        self._refused = 0
        self._rang: dict[str, float] = {}

    def called(self, sent: bytes = b"") -> tuple[int, bytes]:
        now = monotonic()
        if self._per_second:
            while self._recent and now - self._recent[0] >= SECOND:
                self._recent.popleft()
            if len(self._recent) >= self._per_second:
                self._refused += 1
                parameters = {"retry_after": 1}
                body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}
                return 429, json.dumps(body).encode()
            self._recent.append(now)
        self._times.append(now)
        if (staff := _CHAT.search(sent)) is not None:
            self._rang.setdefault(staff.group(1).decode(), now)
        message = {
            "message_id": len(self._times),
            "date": 1788906600,
            "chat": {"id": 5_000_000_000, "type": "private", "first_name": "Mei"},
            "from": {"id": 7_000_000_001, "is_bot": True, "first_name": "Yanxin", "username": "yanxin_test_bot"},
            "text": "这周还好吗？",
        }
        return 200, json.dumps({"ok": True, "result": message}).encode()

    def told(self) -> tuple[int, bytes]:
        found = {"accepted": len(self._times), "refused": self._refused, "times": self._times}
        return 200, json.dumps(found).encode()

    def rang(self) -> tuple[int, bytes]:
        return 200, json.dumps(self._rang).encode()


_ASKED = {b"/seen": _Seen.told, b"/rang": _Seen.rang}


async def _serve(per_second: int) -> None:
    loop = asyncio.get_running_loop()
    seen = _Seen(per_second)
    server = await loop.create_server(lambda: _Server(seen), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - how whoever started it finds it
    ended = asyncio.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait_for_end, daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
