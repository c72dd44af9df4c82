"""Sending, editing and acknowledging, against the fake Telegram."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
import structlog
from aiohttp import web

from bot.channels.base import Channel, Source
from bot.channels.telegram.channel import Telegram
from bot.errors import UsageError
from bot.outbox.model import Button, Rendered, ResultKind
from bot.settings import Limits
from scheduler.pace import reserve_of
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import blocked, server_error

T = TypeVar("T")
QUESTION = Rendered(
    "How is your week?", ((Button("平安 Fine", data="answer:1:fine"), Button("紧急", data="answer:1:urgent")),)
)


def with_channel(telegram: FakeTelegram, work: Callable[[Telegram], Awaitable[T]], limits: Limits | None = None) -> T:
    async def run() -> T:
        channel = Telegram(telegram.section(), limits or Limits(telegram_timeout_seconds=2))
        try:
            return await work(channel)
        finally:
            await channel.close()

    return asyncio.run(run())


def test_it_is_a_channel_and_a_source(telegram: FakeTelegram) -> None:
    channel = Telegram(telegram.section(), Limits())
    as_channel: Channel = channel
    as_source: Source = channel
    assert all(isinstance(one, Telegram) for one in (as_channel, as_source))  # mypy checks the shapes
    assert (channel.name, channel.account, channel.can_edit, channel.can_push) == ("telegram", "7000000001", True, True)
    asyncio.run(channel.close())


def test_a_question_arrives_with_its_buttons_and_without_a_preview(telegram: FakeTelegram) -> None:
    mei = telegram.phone()
    result = with_channel(telegram, lambda channel: channel.send(str(mei.chat_id), QUESTION, key="k"))
    assert result.kind is ResultKind.ACCEPTED
    assert result.external_id == str(mei.last.id)
    assert mei.last.text == "How is your week?"
    assert mei.last.labels == ["平安 Fine", "紧急"]
    (call,) = telegram.calls_of("sendMessage")
    assert call.params["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in call.params


def test_a_long_text_arrives_whole_and_in_order(telegram: FakeTelegram) -> None:
    mei = telegram.phone()
    text = "\n".join(f"line {number}" for number in range(1000))
    result = with_channel(
        telegram, lambda channel: channel.send(str(mei.chat_id), Rendered(text, QUESTION.buttons), key="k")
    )
    assert "\n".join(message.text for message in mei.sent) == text
    assert [len(message.buttons) for message in mei.sent] == [0, 0, 1][-len(mei.sent) :]
    assert result.external_id == str(mei.last.id)


def test_an_edit_takes_the_buttons_away(telegram: FakeTelegram) -> None:
    mei = telegram.phone()

    async def ask_and_edit(channel: Telegram) -> list[ResultKind]:
        sent = await channel.send(str(mei.chat_id), QUESTION, key="k")
        reference = sent.external_id or ""
        edit = Rendered("How is your week? Answered ✓")
        first = await channel.edit(str(mei.chat_id), reference, edit)
        again = await channel.edit(str(mei.chat_id), reference, edit)
        gone = await channel.edit(str(mei.chat_id), "999999", edit)
        return [first.kind, again.kind, gone.kind]

    kinds = with_channel(telegram, ask_and_edit)
    assert kinds == [ResultKind.ACCEPTED, ResultKind.ACCEPTED, ResultKind.OUR_FAULT]
    assert mei.last.text == "How is your week? Answered ✓"
    assert mei.last.before == ["How is your week?"]
    assert mei.last.buttons == ()


def test_someone_who_blocked_the_bot_is_gone(telegram: FakeTelegram) -> None:
    mei = telegram.phone()
    mei.blocks()
    result = with_channel(telegram, lambda channel: channel.send(str(mei.chat_id), QUESTION, key="k"))
    assert (result.kind, result.reason) == (ResultKind.PERSON_GONE, "blocked")


def test_a_button_that_is_too_long_never_leaves(telegram: FakeTelegram) -> None:
    mei = telegram.phone()
    wrong = Rendered("?", ((Button("no", data="x" * 65),),))
    result = with_channel(telegram, lambda channel: channel.send(str(mei.chat_id), wrong, key="k"))
    assert (result.kind, result.reason) == (ResultKind.OUR_FAULT, "button_data_invalid")
    assert telegram.calls == []


def test_a_press_is_acknowledged_and_trouble_with_it_is_swallowed(telegram: FakeTelegram) -> None:
    telegram.fails("answerCallbackQuery", server_error())

    async def twice(channel: Telegram) -> None:
        await channel.acknowledge("press-1")
        await channel.acknowledge("press-2")

    with_channel(telegram, twice)
    assert telegram.acknowledged == ["press-2"]


def test_many_messages_go_at_the_same_time(telegram: FakeTelegram) -> None:
    phones = [telegram.phone(f"student {number}") for number in range(60)]

    async def to_all(channel: Telegram) -> set[ResultKind]:
        results = await asyncio.gather(*(channel.send(str(phone.chat_id), QUESTION, key="k") for phone in phones))
        return {result.kind for result in results}

    assert with_channel(telegram, to_all) == {ResultKind.ACCEPTED}
    assert all(len(phone.sent) == 1 for phone in phones)


def test_alarms_beside_a_full_second_of_messages_wait_for_no_connection(telegram: FakeTelegram) -> None:
    limits = Limits(telegram_timeout_seconds=2)
    most = limits.telegram_messages_per_second
    places = most + reserve_of(most)

    async def work() -> list[ResultKind]:
        all_are_there = asyncio.Barrier(places)

        async def arrived(request: web.Request) -> web.Response:
            await request.read()
            async with asyncio.timeout(5):
                await all_are_there.wait()  # nobody is answered before everybody has come
            return web.json_response({"ok": True, "result": {"message_id": 1}})

        app = web.Application()
        app.router.add_post("/{method:.*}", arrived)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        slow = Telegram(telegram.section().model_copy(update={"api_url": url}), limits)
        try:
            results = await asyncio.gather(
                *(slow.send(str(number), Rendered("Hello"), key=str(number)) for number in range(places))
            )
        finally:
            await slow.close()
            await runner.cleanup()
        return [result.kind for result in results]

    assert asyncio.run(work()) == [ResultKind.ACCEPTED] * places


def test_no_log_line_holds_token_or_text(telegram: FakeTelegram, caplog: pytest.LogCaptureFixture) -> None:
    mei = telegram.phone()
    telegram.fails("sendMessage", blocked(), server_error())
    caplog.set_level(logging.DEBUG)

    async def thrice(channel: Telegram) -> None:
        for _ in range(3):
            await channel.send(str(mei.chat_id), QUESTION, key="k")

    with structlog.testing.capture_logs() as lines:
        with_channel(telegram, thrice)
    everything = caplog.text + repr(lines)
    assert "person_gone" in everything
    assert "fake-token" not in everything
    assert "your week" not in everything
    assert str(mei.chat_id) not in everything


def test_a_proxy_that_cannot_be_used_is_said_in_a_sentence(telegram: FakeTelegram) -> None:
    with pytest.raises(UsageError, match="proxy"):
        Telegram(telegram.section().model_copy(update={"proxy": "gopher://127.0.0.1:70"}), Limits())
