"""A server on loopback that is as odd as a test wants it: it reads requests, and does as told with the connection.

    async with listening(Server(answer)) as server:     # `answer(reader, writer)`; without one it says {} to everything
        … server.address …; server.requests; server.writers

It lives in the loop of the test.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """Keeps each request that it has read whole, and does with the connection what the test says."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.requests: list[bytes] = []
        self.writers: list[asyncio.StreamWriter] = []
        self._answer = answer or self.fine
        self.address = ""

    async def fine(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await self.request(reader):
            writer.write(FINE)

    async def request(self, reader: asyncio.StreamReader) -> bytes:
        """Read one request; nothing when the other side has ended."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            sizes = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            self.requests.append(head + await reader.readexactly(int(sizes[0]) if sizes else 0))
        except (asyncio.IncompleteReadError, ConnectionError):
            return b""
        return self.requests[-1]

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()


@asynccontextmanager
async def listening(server: Server, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    opened = await asyncio.start_server(server.connected, "127.0.0.1", 0, ssl=tls)
    server.address = f"127.0.0.1:{opened.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        opened.close()
        for writer in server.writers:
            writer.transport.abort()
        await asyncio.sleep(0)
