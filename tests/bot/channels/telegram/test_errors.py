"""Each answer of Telegram, as the library makes an exception of it, in the closed vocabulary."""

import asyncio
import socket
from collections.abc import Callable

import pytest
from telegram.error import TelegramError

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.errors import nothing_was_sent, result_of
from bot.outbox.model import Rendered, Result, ResultKind
from bot.settings import Limits
from tests.fakes import telegram_failures as trouble
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import Failure

QUICK = Limits(telegram_timeout_seconds=1)

TABLE: list[tuple[Failure, Result]] = [
    (trouble.too_many(7), Result(ResultKind.THROTTLED, wait=7.0, reason="too_many_requests")),
    (Failure(429, "Too Many Requests"), Result(ResultKind.THROTTLED, wait=5.0, reason="too_many_requests")),
    (trouble.blocked(), Result(ResultKind.PERSON_GONE, reason="blocked")),
    (trouble.deactivated(), Result(ResultKind.PERSON_GONE, reason="deactivated")),
    (
        Failure(403, "Forbidden: bot can't initiate conversation with a user"),
        Result(ResultKind.PERSON_GONE, reason="not_started"),
    ),
    (Failure(403, "Forbidden: something new"), Result(ResultKind.PERSON_GONE, reason="forbidden")),
    (trouble.chat_not_found(), Result(ResultKind.ADDRESS_WRONG, reason="chat_not_found")),
    (trouble.bad_request("PEER_ID_INVALID"), Result(ResultKind.ADDRESS_WRONG, reason="chat_not_found")),
    (trouble.bad_request("BUTTON_DATA_INVALID"), Result(ResultKind.OUR_FAULT, reason="button_data_invalid")),
    (trouble.bad_request("message is too long"), Result(ResultKind.OUR_FAULT, reason="message_too_long")),
    (trouble.bad_request("what she wrote, quoted"), Result(ResultKind.OUR_FAULT, reason="bad_request")),
    (trouble.migrated(-100123), Result(ResultKind.RETRY_AT, wait=0.0, reason="migrated", new_address="-100123")),
    (Failure(401, "Unauthorized"), Result(ResultKind.OUR_FAULT, reason="invalid_token")),
    (Failure(404, "Not Found"), Result(ResultKind.OUR_FAULT, reason="invalid_token")),
    (Failure(409, "Conflict: terminated by other"), Result(ResultKind.OUR_FAULT, reason="conflict")),
    (trouble.server_error(500), Result(ResultKind.OUTCOME_UNKNOWN, reason="server_error")),
    (trouble.server_error(502, accepted=True), Result(ResultKind.OUTCOME_UNKNOWN, reason="server_error")),
    (Failure(504, body="<html>Gateway Time-out</html>"), Result(ResultKind.OUTCOME_UNKNOWN, reason="server_error")),
    (trouble.silence_after_accepting(), Result(ResultKind.OUTCOME_UNKNOWN, reason="timed_out")),
    (trouble.hang_up_after_accepting(), Result(ResultKind.OUTCOME_UNKNOWN, reason="network")),
    (trouble.not_telegram(), Result(ResultKind.OUTCOME_UNKNOWN, reason="answer_not_understood")),
    (trouble.without_result(), Result(ResultKind.OUTCOME_UNKNOWN, reason="answer_not_understood")),
]


def send(make: Callable[[], Telegram], chat_id: int = 1) -> Result:
    async def once() -> Result:
        channel = make()
        try:
            return await channel.send(str(chat_id), Rendered("How are you?"), key="k")
        finally:
            await channel.close()

    return asyncio.run(once())


@pytest.mark.parametrize(("failure", "expected"), TABLE, ids=lambda value: getattr(value, "description", None))
def test_each_answer_of_telegram_has_one_meaning(telegram: FakeTelegram, failure: Failure, expected: Result) -> None:
    mei = telegram.phone()
    telegram.fails("sendMessage", failure)
    assert send(lambda: Telegram(telegram.section(), QUICK), mei.chat_id) == expected
    assert [message.text for message in mei.sent] == ["How are you?"] * failure.accepted


def test_a_closed_port_means_that_nothing_was_sent(telegram: FakeTelegram) -> None:
    with socket.socket() as bound:  # bound and not listening: connections are refused
        bound.bind(("127.0.0.1", 0))
        section = telegram.section(api_url=f"http://127.0.0.1:{bound.getsockname()[1]}")
        assert send(lambda: Telegram(section, QUICK)) == Result(ResultKind.RETRY_AT, reason="not_connected")


def test_a_proxy_that_is_down_means_that_nothing_was_sent(telegram: FakeTelegram) -> None:
    mei = telegram.phone()
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        section = telegram.section(proxy=f"http://127.0.0.1:{bound.getsockname()[1]}")
        result = send(lambda: Telegram(section, QUICK), mei.chat_id)
    assert result == Result(ResultKind.RETRY_AT, reason="not_connected")
    assert mei.sent == []


def test_an_error_that_is_new_to_us_leaves_the_outcome_open() -> None:
    assert result_of(TelegramError("something new")).kind is ResultKind.OUTCOME_UNKNOWN
    assert not nothing_was_sent(TelegramError("something new"))
