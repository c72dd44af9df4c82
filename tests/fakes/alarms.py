"""Services that wake people, on loopback: what ntfy and a JSON webhook take of Apprise, and how they refuse.

`running_alarms()` gives a server on a free port; `ntfy("topic")` and `json("path")` are its alarm URLs.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NTFY_MESSAGE_BYTES = 4096


@dataclass
class FakeAlarms:
    """Keeps what rang, by topic or path. `refuse` answers with that status there, `stall` waits until it is set."""

    port: int = 0
    rang: dict[str, list[str]] = field(default_factory=dict)
    refuse: dict[str, int] = field(default_factory=dict)
    stall: dict[str, threading.Event] = field(default_factory=dict)

    def ntfy(self, topic: str) -> str:
        return f"ntfy://127.0.0.1:{self.port}/{topic}"

    def json(self, path: str) -> str:
        return f"json://127.0.0.1:{self.port}/{path}"

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Take one call: ntfy is called at its root and names the topic, a webhook is called at its path."""
        where = str(body.get("topic") or path.strip("/"))
        if (event := self.stall.get(where)) is not None:
            event.wait(20)
        if where in self.refuse:
            return self.refuse[where], {"code": 40301, "http": self.refuse[where], "error": "forbidden"}
        text = str(body.get("message", ""))
        if "topic" in body and len(text.encode()) > NTFY_MESSAGE_BYTES:
            return 413, {"code": 41301, "http": 413, "error": "attachment too large"}
        self.rang.setdefault(where, []).append(text)
        return 200, {"id": "x", "event": "message", "topic": where, "message": text}


@contextmanager
def running_alarms() -> Iterator[FakeAlarms]:
    """Listen on loopback for the length of a `with`."""
    alarms = FakeAlarms()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, answer = alarms.answer(self.path.partition("?")[0], json.loads(body or b"{}"))
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    alarms.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield alarms
    finally:
        for event in alarms.stall.values():
            event.set()
        server.shutdown()
        server.server_close()
        thread.join()
