"""Polling loses nothing: the offset moves only past what is committed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import structlog

from bot.channels.base import Store
from bot.channels.telegram import polling
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.client import make_client
from bot.channels.telegram.polling import back_off, poll
from bot.settings import Limits
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import Failure, not_telegram, server_error, too_many, without_result

LIMITS = Limits(telegram_timeout_seconds=2, telegram_poll_seconds=5)


class Inbox:
    """Keeps updates as the real one does: one row per id, in the order of arrival."""

    def __init__(self, *refuses: int) -> None:
        self.rows: dict[str, tuple[str, dict[str, Any], str]] = {}
        self.refuses = list(refuses)
        self.given: list[int] = []

    async def store(self, external_id: str, sender: str, raw: dict[str, Any], text: str) -> None:
        self.given.append(int(external_id))
        if int(external_id) in self.refuses:
            self.refuses.remove(int(external_id))
            raise RuntimeError("the database is away")
        self.rows.setdefault(external_id, (sender, raw, text))

    @property
    def texts(self) -> list[str]:
        return [text for _, _, text in self.rows.values()]


async def until(telegram: FakeTelegram, condition: Callable[[], object]) -> None:
    await asyncio.to_thread(telegram.wait_for, condition, "what the test waits for")


def run_poll(telegram: FakeTelegram, store: Store, done: Callable[[], object], seconds: int = 5) -> list[float]:
    """Poll until `done`, return the pauses that were taken (none is waited for)."""
    pauses: list[float] = []

    async def pause(length: float) -> None:
        pauses.append(length)
        await asyncio.sleep(0)

    async def run() -> None:
        client = make_client(telegram.section(), LIMITS)
        task = asyncio.create_task(poll(client, store, seconds=seconds, pause=pause))
        try:
            await until(telegram, lambda: done() or task.done())
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            for request in client._request:
                await request.shutdown()

    asyncio.run(run())
    return pauses


def test_what_was_said_before_and_during_the_poll_is_stored(telegram: FakeTelegram) -> None:
    mei, inbox = telegram.phone(), Inbox()
    mei.says("before")

    async def store(*what: Any) -> None:
        await inbox.store(*what)
        if len(inbox.rows) == 1:
            mei.says("during")

    run_poll(telegram, store, lambda: len(inbox.rows) == 2 and not telegram.updates)
    assert inbox.texts == ["before", "during"]
    first = next(iter(inbox.rows.values()))
    assert first[0] == str(mei.chat_id)
    assert first[1]["message"]["text"] == "before"
    assert telegram.calls_of("getUpdates")[0].params["allowed_updates"] == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    ]


def test_an_update_that_could_not_be_stored_is_given_again(telegram: FakeTelegram) -> None:
    mei, ana = telegram.phone("Mei"), telegram.phone("Ana")
    first, second, third = mei.says("one"), mei.says("two"), ana.says("SOS")
    inbox = Inbox(first, first)
    pauses = run_poll(telegram, inbox.store, lambda: telegram.has_confirmed(third))
    assert inbox.texts == ["SOS", "one", "two"]  # hers in order; a cry for help of somebody else did not wait
    assert inbox.given.count(first) == 3
    assert inbox.given.index(second) > len(inbox.given) - 3
    assert len(pauses) >= 2


def test_a_process_that_dies_before_the_commit_loses_nothing(telegram: FakeTelegram) -> None:
    mei, inbox = telegram.phone(), Inbox()
    mei.says("one")
    mei.says("two")
    began: list[str] = []

    async def store_and_hang(external_id: str, *_: Any) -> None:
        began.append(external_id)
        await asyncio.Event().wait()  # the process is killed here, between getUpdates and commit

    run_poll(telegram, store_and_hang, lambda: began)
    assert len(telegram.updates) == 2
    run_poll(telegram, inbox.store, lambda: not telegram.updates)
    assert inbox.texts == ["one", "two"]


def test_one_odd_update_does_not_hide_its_neighbours(telegram: FakeTelegram) -> None:
    mei, inbox = telegram.phone(), Inbox()
    mei.says("before")
    telegram.gives(message={"chat": "not a chat", "photo": 7, "from": [None]})
    mei.says("after")
    run_poll(telegram, inbox.store, lambda: not telegram.updates)
    assert inbox.texts == ["before", "", "after"]


@pytest.mark.parametrize(
    "failure", [server_error(), not_telegram(), without_result(), Failure(200, body='{"ok":true,"result":7}')]
)
def test_it_goes_on_after_trouble(telegram: FakeTelegram, failure: Failure) -> None:
    mei, inbox = telegram.phone(), Inbox()
    mei.says("hello")
    telegram.fails("getUpdates", failure, failure)
    pauses = run_poll(telegram, inbox.store, lambda: not telegram.updates)
    assert inbox.texts == ["hello"]
    assert len(pauses) == 2


def test_a_webhook_of_earlier_days_is_taken_away_first(telegram: FakeTelegram) -> None:
    telegram.webhook = {"url": "http://127.0.0.1:9/"}
    mei, inbox = telegram.phone(), Inbox()
    telegram.fails("deleteWebhook", server_error())
    mei.says("hello")
    run_poll(telegram, inbox.store, lambda: not telegram.updates)
    assert inbox.texts == ["hello"]
    assert telegram.calls_of("deleteWebhook")[0].params["drop_pending_updates"] == "false"


def test_a_conflict_is_said_aloud(telegram: FakeTelegram) -> None:
    mei, inbox = telegram.phone(), Inbox()
    mei.says("hello")
    telegram.fails("getUpdates", Failure(409, "Conflict: terminated by other getUpdates request"))
    with structlog.testing.capture_logs() as lines:
        run_poll(telegram, inbox.store, lambda: not telegram.updates)
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["telegram.poll_conflict"]
    assert inbox.texts == ["hello"]


def test_a_wrong_token_is_said_aloud(telegram: FakeTelegram) -> None:
    section = telegram.section(token="7000000001:wrong")
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise asyncio.CancelledError

    async def run() -> None:
        client = make_client(section, LIMITS)
        try:
            await poll(client, Inbox().store, seconds=1, pause=pause)
        except asyncio.CancelledError:
            for request in client._request:
                await request.shutdown()

    with structlog.testing.capture_logs() as lines:
        asyncio.run(run())
    assert [line["event"] for line in lines] == ["telegram.poll_refused"] * 3
    assert "wrong" not in repr(lines)


def test_pauses_grow_to_a_minute_and_are_never_alike() -> None:
    assert all(0.5 <= back_off(1) <= 1.5 for _ in range(50))
    assert all(30 <= back_off(50) <= 90 for _ in range(50))
    assert len({back_off(4) for _ in range(20)}) > 1


def test_after_a_quiet_time_ids_may_begin_again_lower(telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "QUIET", 0.0)
    mei, inbox = telegram.phone(), Inbox()
    mei.says("before the holidays")

    def both_came() -> bool:
        polls = telegram.calls_of("getUpdates")
        began_anew = any("offset" in call.params for call in polls) and "offset" not in polls[-1].params
        if began_anew and len(inbox.rows) == 1 and not telegram.updates:
            telegram.gives(update_id=5, message={"chat": {"id": mei.chat_id, "type": "private"}, "text": "after"})
        return len(inbox.rows) == 2

    run_poll(telegram, inbox.store, both_came, seconds=0)
    assert inbox.texts == ["before the holidays", "after"]


def test_an_answer_that_never_waits_does_not_make_it_spin(telegram: FakeTelegram) -> None:
    pauses = run_poll(telegram, Inbox().store, lambda: len(telegram.calls_of("getUpdates")) > 3, seconds=0)
    assert pauses
    assert set(pauses) == {polling.NO_REST}


def test_when_telegram_asks_for_a_longer_pause_it_gets_it(telegram: FakeTelegram) -> None:
    mei, inbox = telegram.phone(), Inbox()
    mei.says("hello")
    telegram.fails("getUpdates", too_many(120))
    assert run_poll(telegram, inbox.store, lambda: not telegram.updates) == [120.0]
    assert inbox.texts == ["hello"]


def with_running(telegram: FakeTelegram, work: Callable[[Inbox], Awaitable[None]], **changes: Any) -> None:
    async def run() -> None:
        channel, inbox = Telegram(telegram.section(**changes), LIMITS), Inbox()
        task = asyncio.create_task(channel.run(inbox.store))
        try:
            await work(inbox)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await channel.close()

    asyncio.run(run())


def test_a_press_is_stored_and_then_acknowledged(telegram: FakeTelegram) -> None:
    mei = telegram.phone()
    button = {
        "id": "p1",
        "message": {"message_id": 1, "chat": {"id": mei.chat_id, "type": "private"}},
        "data": "sos:yes",
    }
    telegram.gives(callback_query=button)

    async def work(inbox: Inbox) -> None:
        await until(telegram, lambda: telegram.acknowledged)
        assert inbox.texts == ["sos:yes"]

    with_running(telegram, work)
    assert telegram.acknowledged == ["p1"]


def test_it_ends_at_once_in_the_middle_of_a_long_poll(telegram: FakeTelegram) -> None:
    async def work(_: Inbox) -> None:
        await until(telegram, lambda: telegram.calls_of("getUpdates"))

    async def timed() -> None:
        async with asyncio.timeout(3):
            await asyncio.to_thread(with_running, telegram, work)

    asyncio.run(timed())


def test_in_webhook_mode_there_is_nothing_to_poll(telegram: FakeTelegram) -> None:
    async def work(_: Inbox) -> None:
        await asyncio.sleep(0)

    with_running(telegram, work, mode="webhook")
    assert telegram.calls == []
