"""Students on Telegram and the whole service: by polling, by webhook, many at one hour, and when things go wrong."""

import asyncio
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.inbox.store import inbox
from tests.fakes.service import RunningService, ShiftedClock, running_service
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import server_error, too_many
from tests.fakes.telegram_phone import Phone

TUESDAY_FIVE_IN_NEW_YORK = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
UNTIL_THE_QUESTION = timedelta(hours=1, minutes=30)
PEOPLE = "number,name,unit,role,language,counsellor\nC1,Wang Li,University,counsellor,en,\n"
TRIPS = "trip,number,host,city,country,departs,returns,type\n"


@contextmanager
def service_with(telegram: FakeTelegram, folder: Path, numbers: list[str], **changes: Any) -> Iterator[RunningService]:
    """Run the service with these students in New York, all of whom speak English."""
    channels = {"telegram": telegram.section(**changes).model_dump()}
    limits = {} if telegram.enforce_limits else {"telegram_messages_per_chat_per_second": 30}  # so nobody waits
    clock = ShiftedClock(TUESDAY_FIVE_IN_NEW_YORK)
    with running_service(folder, clock, channels=channels, limits=limits) as service:
        people = [f"{number},Student {number},University,student,en,C1\n" for number in numbers]
        trips = [f"T{number},{number},Columbia,New York,US,2026-09-01,2027-06-30,exchange\n" for number in numbers]
        service.imports(people=PEOPLE + "".join(people), trips=TRIPS + "".join(trips))
        yield service


def enrol(service: RunningService, number: str, phone: Phone) -> None:
    """Follow the invitation and go on with the first button of each step."""
    phone.starts(service.invites(number)["telegram"])
    while True:
        message = phone.hears()
        if "All set" in message.text:
            return
        if message.buttons:
            phone.presses(message.labels[0], message)


def states(service: RunningService) -> list[str]:
    return [row["state"] for row in service.responses()]


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.mark.parametrize("mode", ["polling", "webhook"])
def test_she_links_her_account_is_asked_and_answers(telegram: FakeTelegram, tmp_path: Path, mode: str) -> None:
    with service_with(telegram, tmp_path, ["S1"], mode=mode) as service:
        mei = telegram.phone()
        enrol(service, "S1", mei)
        assert mei.keyboard
        service.clock.advance(UNTIL_THE_QUESTION)
        question = mei.hears("How has your week been?")
        assert len(question.labels) >= 3
        mei.presses("Fine", question)
        mei.hears("thank you for telling us")
        telegram.wait_for(lambda: "Answered ✓" in question.text, "the question to say that it was answered")
        assert question.buttons == ()
        telegram.wait_for(lambda: not telegram.updates, "every update to be confirmed")
        (row,) = service.responses()
    assert (row["state"], row["answer"], row["channel"]) == ("answered", "fine", "telegram")
    presses = [update for update in telegram.acknowledged if update.startswith("press-")]
    assert "press-1" in presses
    assert telegram.unheard() == {}
    assert (telegram.webhook is not None) == (mode == "webhook")


def test_forty_five_at_one_hour_all_arrive_within_telegrams_limits(tmp_path: Path) -> None:
    numbers = [f"S{number}" for number in range(1, 46)]
    with FakeTelegram(enforce_limits=True) as telegram, service_with(telegram, tmp_path, numbers) as service:
        phones = [telegram.phone(f"Student {number}") for number in numbers]
        for number, phone in zip(numbers, phones, strict=True):
            service.links(number, phone)
        service.clock.advance(UNTIL_THE_QUESTION)
        for phone in phones:
            phone.hears("How has your week been?", timeout=30)
    assert telegram.refused == 0
    assert telegram.unheard() == {}


def test_trouble_at_telegram_only_delays_her_question(telegram: FakeTelegram, tmp_path: Path) -> None:
    with service_with(telegram, tmp_path, ["S1"]) as service:
        mei = telegram.phone()
        enrol(service, "S1", mei)
        telegram.fails("sendMessage", too_many(1), phone=mei)
        telegram.fails("getUpdates", server_error())
        service.clock.advance(UNTIL_THE_QUESTION)
        question = mei.hears("How has your week been?", timeout=30)
        mei.presses("Fine", question)
        mei.hears("thank you for telling us", timeout=30)
    assert telegram.unheard() == {}


def test_someone_who_blocked_the_bot_is_not_reachable_rather_than_silent(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    with service_with(telegram, tmp_path, ["S1"]) as service:
        mei, teacher = telegram.phone(), telegram.phone("Wang Li")
        service.links("S1", mei)
        service.links("C1", teacher)
        update = mei.blocks()
        telegram.wait_for(lambda: telegram.has_confirmed(update), "the service to hear of it")
        service.clock.advance(UNTIL_THE_QUESTION)
        telegram.wait_for(lambda: states(service) == ["open"], "her question to open")
        service.clock.advance(timedelta(days=3))
        telegram.wait_for(lambda: states(service) == ["unreached"], "her question to be given up")
        alarm = teacher.hears("Student S1")
    assert len(alarm.labels) >= 1
    assert mei.sent == []


def knock(service: RunningService, body: bytes, secret: str | None) -> int:
    """Call the webhook of the running service as somebody from outside and return the status."""
    headers = {"content-type": "application/json"}
    if secret is not None:
        headers["x-telegram-bot-api-secret-token"] = secret

    async def call() -> int:
        url = f"{service.url}/webhooks/telegram"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=io.BytesIO(body), headers=headers, expect100=True) as answer,
        ):
            return answer.status

    return asyncio.run(call())


def test_what_strangers_send_to_the_webhook_is_refused(telegram: FakeTelegram, tmp_path: Path) -> None:
    secret = telegram.section().webhook_secret
    odd = b'{"update_id": 1, "chat_boost": {}}'
    with service_with(telegram, tmp_path, ["S1"], mode="webhook") as service:
        assert knock(service, odd, None) == 403
        assert knock(service, odd, "guessed") == 403
        assert knock(service, b"x" * (1024 * 1024 + 1), secret) == 413
        assert knock(service, b"{", secret) == 400
        assert service.app.database.read(lambda conn: conn.execute(select(func.count(inbox.c.id))).scalar()) == 0
        assert knock(service, odd, secret) == 200
        counted = service.app.metrics.registry.get_sample_value("yanxin_ignored_updates_total", {"channel": "telegram"})
    assert counted == 1
