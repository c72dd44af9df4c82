"""npm's telegram-test-api on loopback, with the corrections of `tests/node/telegram_peer.cjs`: a Telegram that nobody
here wrote. `running_peer()` starts it and ends it by its process id; without Node the test that asks is skipped.
"""

import json
import selectors
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.clock import monotonic

T = TypeVar("T")
FOLDER = Path(__file__).resolve().parent.parent / "node"
TOKEN = "8000000002:peer-token-of-the-bot"
START_SECONDS = 20
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class PeerPhone:
    """One person's Telegram at the peer; all that the peer's own client can do."""

    def __init__(self, peer: "Peer", chat_id: int, name: str) -> None:
        self.peer = peer
        self.chat_id = chat_id
        self._from = {"id": chat_id, "first_name": name, "is_bot": False, "language_code": "en"}
        self._chat = {"id": chat_id, "type": "private", "first_name": name}

    def says(self, text: str) -> None:
        """Write a text or a command."""
        message = {"botToken": TOKEN, "from": self._from, "chat": self._chat, "date": 1, "text": text}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            entities = [{"type": "bot_command", "offset": 0, "length": length}]
            self.peer.post("sendCommand", message | {"entities": entities})
        else:
            self.peer.post("sendMessage", message)

    def presses(self, label: str) -> None:
        """Press the button whose label contains this, on the newest message that has one."""
        number, data = self.peer.wait_for(lambda: self._button(label), f"a button {label!r}")
        message = {"message_id": number, "chat": self._chat}
        self.peer.post("sendCallback", {"botToken": TOKEN, "from": self._from, "message": message, "data": data})

    def sent(self) -> list[dict[str, Any]]:
        """Return what the bot sent to her, as it reads now: `message_id`, `text`, `reply_markup`."""
        history = self.peer.post("getUpdatesHistory", {"token": TOKEN})["result"]
        return [
            one["message"] | {"message_id": one["messageId"]}
            for one in history
            if str(one.get("message", {}).get("chat_id")) == str(self.chat_id)
        ]

    def hears(self, *pieces: str) -> dict[str, Any]:
        """Wait for a message that contains all pieces, and return the newest such."""

        def find() -> dict[str, Any] | None:
            fitting = [one for one in self.sent() if all(piece in one["text"] for piece in pieces)]
            return fitting[-1] if fitting else None

        return self.peer.wait_for(find, f"a message with {pieces}, not {[one['text'] for one in self.sent()]}")

    def _button(self, label: str) -> tuple[int, str] | None:
        for message in reversed(self.sent()):
            for row in (message.get("reply_markup") or {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"] and "callback_data" in button:
                        return message["message_id"], button["callback_data"]
        return None


class Peer:
    """The running peer: `url` is what `api_url` of the settings takes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token = TOKEN

    def phone(self, chat_id: int, name: str = "Lin Mei") -> PeerPhone:
        """Give a person a phone."""
        return PeerPhone(self, chat_id, name)

    def post(self, path: str, value: Any) -> Any:
        """Call one of the peer's own routes, or `bot<token>/<method>`, with JSON."""
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(f"{self.url}/{path}", json.dumps(value).encode(), headers)  # noqa: S310 - loopback
        with _direct.open(request, timeout=10) as answer:
            return json.load(answer)

    def wait_for(self, condition: Callable[[], T | None], what: str, timeout: float = 15) -> T:
        """Ask again and again until `condition` returns something true; an AssertionError after `timeout` seconds."""
        deadline, again = monotonic() + timeout, threading.Event()
        while not (result := condition()):
            assert monotonic() < deadline, f"waited {timeout} s for {what}"
            again.wait(0.03)
        return result


@contextmanager
def running_peer() -> Iterator[Peer]:
    """Start the peer on a free port and wait until it listens; skip the test where Node or the package is missing."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js here: install the system packages `nodejs` and `npm`")
    if not (FOLDER / "node_modules" / "telegram-test-api").is_dir():
        pytest.skip("the npm packages are missing: run `npm ci` in tests/node")
    process = subprocess.Popen([node, "telegram_peer.cjs"], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        with selectors.DefaultSelector() as pipe:  # select() itself refuses descriptors from 1,024 on
            pipe.register(process.stdout, selectors.EVENT_READ)
            line = process.stdout.readline() if pipe.select(START_SECONDS) else b""
        assert line, f"the Node peer did not start (exit code {process.poll()})"
        yield Peer(f"http://127.0.0.1:{json.loads(line)['port']}")
    finally:
        process.stdin.close()  # it ends with its input
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
