"""Which faults of the line say that nothing was sent, and which leave the outcome open, against servers on loopback."""

import asyncio
import socket
import ssl
import traceback
from pathlib import Path
from typing import Any

import pytest
from telegram import InputFile
from telegram.error import NetworkError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram import request as module
from bot.channels.telegram.client import make_client
from bot.channels.telegram.errors import nothing_was_sent, result_of
from bot.channels.telegram.faults import Broken, NotSent
from bot.channels.telegram.request import Request, proxy_of
from bot.errors import UsageError
from bot.outbox.model import ResultKind
from bot.settings import Limits
from bot.settings_telegram import Telegram as Section
from tests.fakes.mail import make_certificate
from tests.fakes.raw_http import FINE, Answer, Server, listening

TOKEN = "7000000001:the-token-of-the-bot-itself"
QUICK = 0.3


def posted(**values: Any) -> RequestData:
    return RequestData([RequestParameter.from_input(name, value) for name, value in values.items()])


async def post(request: Request, address: str, scheme: str = "http", **options: Any) -> tuple[int, bytes]:
    url = f"{scheme}://{address}/bot{TOKEN}/sendMessage"
    return await request.do_request(url, "POST", posted(text="what she reads"), **options)


async def fault_of(request: Request, address: str, scheme: str = "http", **options: Any) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        await post(request, address, scheme, **options)
    told = "".join(traceback.format_exception(caught.value))
    assert "the-token" not in told
    assert "what she reads" not in repr(caught.value)
    assert isinstance(caught.value.__cause__, NotSent | Broken)
    assert (result_of(caught.value).kind is ResultKind.RETRY_AT) is nothing_was_sent(caught.value)
    return caught.value


def fault(answer: Answer | None = None, scheme: str = "http", proxied: bool = False) -> tuple[NetworkError, int]:
    """Return what comes of one call to a server that does this, and how many requests it read."""

    async def run() -> tuple[NetworkError, int]:
        async with listening(Server(answer)) as server:
            proxy = proxy_of(f"http://user:secret@{server.address}") if proxied else None
            request = Request(1, QUICK, proxy=proxy)
            try:
                error = await fault_of(request, "telegram.invalid" if proxied else server.address, scheme)
            finally:
                await request.shutdown()
            return error, len(server.requests)

    return asyncio.run(run())


def says(words: bytes, *, stays: bool = False) -> Answer:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        if stays:
            await reader.read()

    return answer


async def hangs_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """End the connection as soon as it is there."""


async def is_silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        pass


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(says(b""), NetworkError, id="hangs up after the request"),
        pytest.param(is_silent, TimedOut, id="never answers"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), NetworkError, id="half an answer"),
        pytest.param(
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", stays=True), TimedOut, id="half, then nothing"
        ),
        pytest.param(says(b"SSH-2.0-OpenSSH\r\n\r\n", stays=True), NetworkError, id="no HTTP at all"),
    ],
)
def test_what_happens_after_the_request_leaves_the_outcome_open(answer: Answer, kind: type[NetworkError]) -> None:
    error, _ = fault(answer)
    assert type(error) is kind
    assert isinstance(error.__cause__, Broken)


@pytest.mark.parametrize(
    ("answer", "proxied"),
    [
        pytest.param(says(b"220 mail.example ready\r\n\r\n"), False, id="no TLS"),
        pytest.param(hangs_up, False, id="ends in the handshake"),
        pytest.param(is_silent, False, id="no word in the handshake"),
        pytest.param(says(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"), True, id="the proxy refuses"),
        pytest.param(says(b""), True, id="the proxy hangs up"),
        pytest.param(is_silent, True, id="the proxy is silent"),
        pytest.param(says(b"HTTP/1.1 200 OK\r\n\r\n"), True, id="no TLS behind the proxy"),
    ],
)
def test_what_happens_before_there_is_a_connection_means_that_nothing_was_sent(answer: Answer, proxied: bool) -> None:
    error, requests = fault(answer, "https", proxied)
    assert isinstance(error.__cause__, NotSent)
    assert requests == 0


def test_a_name_that_nobody_knows_means_that_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> NetworkError:
        async def unknown(*_args: Any, **_options: Any) -> Any:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
        request = Request(1, QUICK)
        try:
            return await fault_of(request, "telegram.invalid")
        finally:
            await request.shutdown()

    assert nothing_was_sent(asyncio.run(run()))


def test_an_address_that_is_none_means_that_nothing_was_sent() -> None:
    async def run() -> NetworkError:
        request = Request(1, QUICK)
        try:
            return await fault_of(request, "127.0.0.1:99999")
        finally:
            await request.shutdown()

    assert nothing_was_sent(asyncio.run(run()))


def test_who_gets_no_connection_was_not_sent_and_who_waits_for_an_answer_may_have_been() -> None:
    async def run() -> None:
        async with listening(Server(is_silent)) as server:
            request = Request(1, QUICK)
            first = asyncio.create_task(fault_of(request, server.address, read_timeout=2 * QUICK, pool_timeout=QUICK))
            await asyncio.sleep(0)
            second = await fault_of(request, server.address, pool_timeout=0.05, connect_timeout=0.05)
            assert nothing_was_sent(second)
            assert not nothing_was_sent(await first)
            await request.shutdown()

    asyncio.run(run())


def test_a_connection_that_ends_after_a_second_request_leaves_that_open_and_repeats_nothing() -> None:
    async def run() -> None:
        async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await server.request(reader)
            writer.write(FINE)
            await server.request(reader)

        async with listening(server := Server(once)):
            request = Request(1, QUICK)
            assert await post(request, server.address) == (200, b"{}")
            error = await fault_of(request, server.address)
            await request.shutdown()
            assert isinstance(error.__cause__, Broken)
            assert (len(server.requests), len(server.writers)) == (2, 1)

    asyncio.run(run())


@pytest.mark.parametrize("last_words", [b"", b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"])
@pytest.mark.parametrize("turns", [0, 20])
def test_a_kept_connection_that_ended_while_idle_costs_nothing(last_words: bytes, turns: int) -> None:
    async def run() -> None:
        async with listening(Server()) as server:
            request = Request(1, 2.0)
            assert await post(request, server.address) == (200, b"{}")
            ended = server.writers[0].transport
            ended.write(last_words)
            if not last_words:
                ended.get_extra_info("socket").shutdown(socket.SHUT_WR)
            for _ in range(turns):  # 0: the loop has not yet heard of it
                await asyncio.sleep(0)
            assert await post(request, server.address) == (200, b"{}")
            await request.shutdown()
            assert (len(server.requests), len(server.writers)) == (2, 2)

    asyncio.run(run())


def test_a_connection_is_kept_for_the_next_call() -> None:
    async def run() -> None:
        async with listening(Server()) as server:
            request = Request(4, 2.0)
            for _ in range(5):
                assert await post(request, server.address) == (200, b"{}")
            await request.shutdown()
            assert (len(server.requests), len(server.writers)) == (5, 1)

    asyncio.run(run())


def test_a_certificate_that_nobody_vouches_for_is_refused_and_a_good_connection_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        file = make_certificate(tmp_path)
        ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        ours.load_cert_chain(file)
        async with listening(Server(), tls=ours) as server:
            stranger = Request(1, 2.0)
            assert nothing_was_sent(await fault_of(stranger, server.address, "https"))
            await stranger.shutdown()
            monkeypatch.setattr(module, "_trusted", lambda: ssl.create_default_context(cafile=file))
            request = Request(1, 2.0)
            for _ in range(3):
                assert await post(request, server.address, "https") == (200, b"{}")
            await request.shutdown()
            assert (len(server.requests), len(server.writers)) == (3, 1)

    asyncio.run(run())


def test_an_upload_that_gets_stuck_ends_with_its_outcome_open() -> None:
    async def run() -> NetworkError:
        async def reads_nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        async with listening(Server(reads_nothing)) as server:
            request = Request(1, 0.1)
            data = posted(photo=InputFile(bytes(20 << 20), filename="card.png"))
            with pytest.raises(TimedOut) as caught:
                await request.do_request(f"http://{server.address}/", "POST", data, write_timeout=0.1)
            await request.shutdown()
            return caught.value

    assert isinstance(asyncio.run(run()).__cause__, Broken)


def test_a_redirect_is_an_answer_and_a_proxy_is_told_who_we_are() -> None:
    async def run() -> None:
        moved = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"

        async def moves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await server.request(reader):
                writer.write(moved)

        async with listening(server := Server(moves)):
            request = Request(1, 2.0, proxy=proxy_of(f"http://user:secret@{server.address}"))
            assert (await post(request, "telegram.invalid"))[0] == 302
            await request.shutdown()
            (asked,) = server.requests
            assert asked.startswith(b"POST http://telegram.invalid/bot")
            assert b"Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=" in asked

    asyncio.run(run())


def test_what_was_shut_calls_nothing_until_it_is_opened_again() -> None:
    async def run() -> None:
        async with listening(Server()) as server:
            request = Request(1, 2.0)
            await request.shutdown()
            with pytest.raises(RuntimeError):
                await post(request, server.address)
            await request.initialize()
            assert await post(request, server.address) == (200, b"{}")
            await request.shutdown()

    asyncio.run(run())


@pytest.mark.parametrize("proxy", ["http://", "http://:3128", "ftp://host:21", "http://host:99999", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_refused_at_the_start(proxy: str) -> None:
    section = Section(enabled=True, token=TOKEN, bot_username="a_bot").model_copy(update={"proxy": proxy})
    with pytest.raises(UsageError, match="proxy cannot be used"):
        make_client(section, Limits())
