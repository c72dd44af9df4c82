"""Through a SOCKS proxy the causes of errors are the same: what was surely not sent, and what may have been."""

import asyncio
import gc
import traceback

import pytest
from telegram.error import NetworkError, TelegramError

from bot.channels.telegram.client import make_client
from bot.channels.telegram.errors import nothing_was_sent, result_of
from bot.errors import UsageError
from bot.outbox.model import ResultKind
from bot.settings import Limits
from bot.settings_telegram import Telegram as Section
from tests.fakes.raw_http import Answer, Server, listening

TOKEN = "7000000001:the-token-of-the-bot-itself"
LIMITS = Limits(telegram_timeout_seconds=2)
GRANTED, REFUSED = 0, 5
ME = b'{"ok": true, "result": {"id": 1}}'


def proxied(answer: Answer, said: int) -> Answer:
    """Be a SOCKS 5 proxy that says this to the wish for a connection and, if it is granted, the server behind it."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        size = (await reader.readexactly(5))[4]
        await reader.readexactly(size + 2)
        writer.write(bytes([5, said, 0, 1, 0, 0, 0, 0, 0, 0]))
        if said == GRANTED:
            await answer(reader, writer)

    return connected


async def is_telegram(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: %d\r\n\r\n%b" % (len(ME), ME))


async def hangs_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


def call(answer: Answer, said: int) -> tuple[object, list[str | None]]:
    """Return what comes of a call, the error too, and the dates that were heard."""
    dates: list[str | None] = []

    async def run() -> object:
        async with listening(Server(proxied(answer, said))) as server:
            section = Section(
                enabled=True,
                token=TOKEN,
                bot_username="a_bot",
                api_url="http://telegram.invalid",
                proxy=f"socks5h://{server.address}",
            )
            client = make_client(section, LIMITS, heard=dates.append)
            try:
                return await client.call("getMe")
            except TelegramError as error:
                return error
            finally:
                for request in client._request:
                    await request.shutdown()

    return asyncio.run(run()), dates


def test_a_call_gets_through() -> None:
    assert call(is_telegram, GRANTED) == ({"id": 1}, ["today"])


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # the library leaves what was refused to the garbage
def test_what_the_proxy_refuses_was_not_sent() -> None:
    error, _ = call(is_telegram, REFUSED)
    assert isinstance(error, NetworkError)
    assert nothing_was_sent(error)
    del error
    gc.collect()  # in this test, and not in whichever comes next


def test_a_line_that_breaks_after_the_request_leaves_the_outcome_open() -> None:
    error, _ = call(hangs_up, GRANTED)
    assert isinstance(error, NetworkError)
    assert "the-token" not in "".join(traceback.format_exception(error))
    assert (result_of(error).kind, result_of(error).reason) == (ResultKind.OUTCOME_UNKNOWN, "network")


def test_a_proxy_that_cannot_be_used_is_refused_at_the_start() -> None:
    section = Section(enabled=True, token=TOKEN, bot_username="a_bot").model_copy(
        update={"proxy": "socks4://host:1080"}
    )
    with pytest.raises(UsageError, match="proxy cannot be used"):
        make_client(section, LIMITS)
