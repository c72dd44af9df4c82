"""What a page writes in one go is sent in one go: its head and its body are one packet instead of two.

Each call of the system lets the thread that writes to the database have Python's lock, which the web server then waits
for; so a call less is a third of what a webhook costs. `bot.app.web_server` puts it between uvicorn and the connection.
"""

import asyncio
from typing import Any, Final

MOST_HELD_BYTES: Final = 64 * 1024
"""How much is held at most: whoever writes more without a pause is to feel how fast the other side reads."""


class JoinedWrites:
    """A transport whose writes go out at the end of the loop's turn, or before it closes; all else is as it was."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Take the connection and the loop it is on."""
        self._transport, self._loop = transport, loop
        self._held = bytearray()

    def __getattr__(self, name: str) -> Any:
        """Return what the connection itself has."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Hold what is to be sent until the turn ends or there is much of it."""
        if not self._held:
            self._loop.call_soon(self._send)
        self._held += data
        if len(self._held) > MOST_HELD_BYTES:
            self._send()

    def close(self) -> None:
        """Send what is held, then close."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._held:
            held, self._held = bytes(self._held), bytearray()
            self._transport.write(held)
