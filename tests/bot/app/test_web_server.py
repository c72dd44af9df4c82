"""The web server as a hostile or odd client meets it: raw bytes to a real one on loopback."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.app.web_server import MOST_HEAD_BYTES, web_config

PATIENCE = 20.0
TOO_LONG = 4 * MOST_HEAD_BYTES


@dataclass
class Client:
    """One connection; `all` is what came until the server closed it."""

    port: int

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def send(self, *pieces: bytes) -> None:
        """Send pieces; one that the server does not take any more is lost, as on any line."""
        try:
            for piece in pieces:
                self.socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def endless(self, start: bytes) -> bytes:
        """Send a start and then more of the same, far beyond every limit, and return what came."""
        self.send(start, *[b"a" * 4096] * (TOO_LONG // 4096))
        return self.all()

    def all(self) -> bytes:
        """Return what comes until the server closes."""
        came = b""
        try:
            while piece := self.socket.recv(65536):
                came += piece
        except ConnectionResetError:  # it closed with some of our bytes not read
            pass
        return came


HUGE = 20_000_000
"""More than what the system keeps of a connection on both sides."""


@pytest.fixture
def seen() -> list[str]:
    return []


@pytest.fixture
def client(seen: list[str]) -> Iterator[Client]:
    async def page(request: Request) -> Response:
        size = len(await request.body())
        seen.append(f"{request.method} {request.url.path} {size} {request.headers.get('late', 'none')}")
        return PlainTextResponse(f"{request.url.path} took {size}")

    async def much(_request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            for number in range(HUGE // 10_000):
                seen[:] = [f"{number}"]
                yield b"x" * 10_000

        return StreamingResponse(pieces())

    app = Starlette(routes=[Route("/much", much), Route("/{any:path}", page, methods=["GET", "POST"])])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(web_config(app))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
        thread.start()
        found = Client(int(listener.getsockname()[1]))
        yield found
        found.socket.close()
        server.should_exit = True
        thread.join(PATIENCE)
    assert not thread.is_alive()


CLOSE = b"host: x\r\nconnection: close\r\n"
CHUNKED = b"POST /p HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("start", [b"GET /", b"GET / HTTP/1.1\r\nhost: x\r\nlong: ", b"GET / HTTP/1.1\r\n"])
def test_a_head_that_does_not_end_is_refused(client: Client, seen: list[str], start: bytes) -> None:
    assert client.endless(start).startswith(b"HTTP/1.1 431 ")
    assert seen == []


@pytest.mark.parametrize("frame", [b"1\r\nx\r\n1;", b"1\r\nx\r\n0\r\nlate: "])
def test_a_frame_or_an_end_that_does_not_end_is_cut_off(client: Client, seen: list[str], frame: bytes) -> None:
    assert b"200 OK" not in client.endless(CHUNKED + frame)
    assert seen == []


def test_many_headers_behind_a_body_are_cut_off(client: Client, seen: list[str]) -> None:
    client.send(CHUNKED + b"1\r\nx\r\n0\r\n", *[b"late: x\r\n" * 400] * (TOO_LONG // 3600))
    assert b"200 OK" not in client.all()
    assert seen == []


def test_what_is_sent_behind_a_body_is_no_header(client: Client, seen: list[str]) -> None:
    head = b"POST /p HTTP/1.1\r\n" + CLOSE + b"transfer-encoding: chunked\r\n\r\n"
    client.send(head + b"3\r\nabc\r\n0\r\nlate: yes\r\n\r\n")
    assert client.all().endswith(b"/p took 3")
    assert seen == ["POST /p 3 none"]


def test_a_large_head_that_ends_and_a_large_body_are_taken(client: Client) -> None:
    head = b"POST /p HTTP/1.1\r\n" + CLOSE + b"long: %s\r\ncontent-length: 1000000\r\n\r\n"
    client.send(head % (b"a" * (MOST_HEAD_BYTES - 200)), *[b"b" * 10_000] * 100)
    assert client.all().endswith(b"/p took 1000000")


def test_a_body_that_comes_byte_by_byte_is_taken(client: Client) -> None:
    client.send(b"POST /p HTTP/1.1\r\n" + CLOSE + b"content-length: 300\r\n\r\n", *[b"b"] * 300)
    assert client.all().endswith(b"/p took 300")


def test_requests_that_do_not_wait_for_each_other_are_answered_in_order(client: Client, seen: list[str]) -> None:
    client.send(b"GET /1 HTTP/1.1\r\nhost: x\r\n\r\n" * 3 + b"GET /2 HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert client.all().count(b"HTTP/1.1 200 OK") == 4
    assert seen == [*["GET /1 0 none"] * 3, "GET /2 0 none"]


def test_a_head_and_its_body_are_one_packet(client: Client) -> None:
    client.send(b"GET /p HTTP/1.1\r\nhost: x\r\n\r\n")
    assert client.socket.recv(65536).endswith(b"/p took 0")


def test_a_page_that_is_not_read_does_not_pile_up(client: Client, seen: list[str]) -> None:
    client.send(b"GET /much HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert client.socket.recv(100, socket.MSG_WAITALL).startswith(b"HTTP/1.1 200 OK")
    other = Client(client.port)
    for _ in range(2):  # the server has its turns, and is not busy with the first
        other.send(b"GET /p HTTP/1.1\r\nhost: x\r\n\r\n")
        assert other.socket.recv(65536).endswith(b"/p took 0")
    other.socket.close()
    made = next(int(one) for one in seen if one.isdecimal())
    assert made < HUGE // 10_000 - 1
    assert client.all().count(b"x" * 1000) >= HUGE // 10_000 - 1


def test_an_offer_to_speak_something_else_is_not_taken(client: Client) -> None:
    offer = b"GET /p HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: %s\r\n\r\n"
    client.send(offer % b"h2c")
    assert client.all().endswith(b"/p took 0")


def test_what_is_sent_with_such_an_offer_is_read_and_the_connection_goes_on(client: Client, seen: list[str]) -> None:
    offer = b"host: x\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"
    for number in (1, 2):
        client.send(b"POST /%d HTTP/1.1\r\n%scontent-length: 3\r\n\r\nabc" % (number, offer))
        assert client.socket.recv(65536).endswith(b"/%d took 3" % number)
    client.send(b"GET /3 HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert client.all().endswith(b"/3 took 0")
    assert seen == ["POST /1 3 none", "POST /2 3 none", "GET /3 0 none"]


@pytest.mark.parametrize("size", [0, 300_000])
def test_a_chunked_body_behind_such_an_offer_is_read_too(client: Client, size: int) -> None:
    offer = b"host: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n"
    head = b"POST /p HTTP/1.1\r\n" + offer + b"transfer-encoding: chunked\r\n\r\n"
    piece = b"%x\r\n%s\r\n" % (1000, b"b" * 1000)
    client.send(head, *[piece] * (size // 1000), b"0\r\n\r\n")
    assert client.all().endswith(b"/p took %d" % size)


def test_an_offer_before_the_last_answer_is_cut_off(client: Client) -> None:
    client.send(
        b"GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
    )
    assert b"/2" not in client.all()


def test_nobody_is_connected_through_us(client: Client) -> None:
    client.send(b"CONNECT other.example:443 HTTP/1.1\r\n" + CLOSE + b"\r\n")
    assert client.all().startswith(b"HTTP/1.1 4")


def test_a_browser_that_asks_for_a_socket_gets_a_page(client: Client) -> None:
    client.send(
        b"GET /p HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, close\r\nupgrade: websocket\r\n"
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
    )
    assert client.all().endswith(b"/p took 0")


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 what TLS begins with\r\n\r\n",
        b"GET /p\xe9 HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET /p HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST /p HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST /p HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"GET /p HTTP/1.1\r\nho st: x\r\n\r\n",
    ],
)
def test_nonsense_is_answered_with_400(client: Client, seen: list[str], nonsense: bytes) -> None:
    client.send(nonsense)
    assert client.all().startswith(b"HTTP/1.1 400 ")
    assert seen == []
