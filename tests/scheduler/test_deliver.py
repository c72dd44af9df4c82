"""Delivery against a real database and a channel that does what it is told: each result, each crash, each limit."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from structlog.testing import capture_logs

from bot.addresses.store import addresses
from bot.cases.store import cases
from bot.clock import ManualClock
from bot.engine.delivery import Tools
from bot.engine.delivery_rules import MOST_DEATHS
from bot.journal.store import journal
from bot.outbox.model import Message, Rendered, Result, ResultKind
from bot.outbox.store import attempts, outbox
from bot.prompts.store import prompts
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import state
from bot.storage.database import Database
from bot.storage.engine import parse_url
from scheduler.deliver import Sender
from scheduler.desk import Desk
from scheduler.pace import Unlimited
from tests.fakes.channel import ScriptedChannel
from tests.fakes.ground import NOW, Ground, open_ground


class Office:
    """A database with students, senders, and a clock that a test moves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ground = Ground(database)
        self.clock = ManualClock(NOW)
        self.composed: list[int] = []
        self.asked: list[int] = []
        self.holder = "this process"

    def sender(self, channel: ScriptedChannel, *, at_once: int = 100, holder: str | None = None) -> Sender:
        desk = Desk(self.database, Tools(self._compose, self._asked), self.clock, holder or self.holder, lambda: 0.0)
        return Sender(channel, desk, Unlimited(at_once))

    def send(self, channel: ScriptedChannel, *, after: float = 0.0, sender: Sender | None = None) -> Sender:
        """Let seconds pass, then send everything that waits for a channel."""
        self.clock.advance(timedelta(seconds=after))

        async def work() -> Sender:
            made = sender or self.sender(channel)
            await made.work_off()
            return made

        return asyncio.run(work())

    def student(self, number: str = "1", channel: str = "telegram") -> tuple[int, int]:
        person = self.ground.student(number, reachable=False)
        return person, self.address(person, channel)

    def address(self, person: int, channel: str, position: int = 0) -> int:
        account = "web" if channel == "web" else "1"
        return self.ground.address(person, channel=channel, account=account, position=position)

    def message(self, person: int, address: int, **values: Any) -> int:
        defaults = {
            "key": f"k{person}-{len(self.rows(outbox))}",
            "address_id": address,
            "channel": "telegram",
            "account": "1",
            "state": "waiting",
            "tries": 0,
            "accepted_at": None,
            "created_at": self.clock.now(),
            "next_try_at": self.clock.now(),
        }
        return self.ground.message(person, values.pop("prompt", None), **defaults | values)

    def rows(self, table: Any) -> Sequence[Any]:
        return self.database.read(lambda conn: conn.execute(select(table).order_by(table.c.id)).all())

    def row(self, table: Any, row_id: int) -> Any:
        return next(row for row in self.rows(table) if row.id == row_id)

    def change(self, table: Any, row_id: int, **values: Any) -> None:
        self.database.write(
            lambda conn: conn.execute(table.update().where(table.c.id == row_id).values(**values)).close()
        )

    def _compose(self, _conn: Connection, message: Message) -> Rendered:
        self.composed.append(message.id)
        if message.template == "broken":
            raise KeyError("a person's words")
        return Rendered(f"text {message.id}")

    def _asked(self, _conn: Connection, prompt_ids: Sequence[int], _now: datetime) -> None:
        self.asked.extend(prompt_ids)


def until(condition: Callable[[], bool]) -> Any:
    async def wait() -> None:
        while not condition():  # noqa: ASYNC110 - what it waits for happens on other threads
            await asyncio.sleep(0.005)

    return asyncio.wait_for(wait(), 10)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        database = open_ground(tmp_path)
    else:
        url = parse_url(request.getfixturevalue("fresh_pg_url"))
        database = Database(url, Keyring([Keyring.new_key()]))
        metadata.create_all(database.engine)
    yield Office(database)
    database.close()


@pytest.fixture
def channel() -> ScriptedChannel:
    return ScriptedChannel()


def test_an_accepted_question_counts_as_asked(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    prompt = office.ground.prompt(person, "open", asked_at=None)
    message = office.message(person, address, prompt=prompt)
    office.send(channel)
    row = office.row(outbox, message)
    assert (row.state, row.tries, row.accepted_at) == ("accepted", 1, NOW)
    assert office.asked == [prompt]
    [attempt] = office.rows(attempts)
    assert (attempt.result, attempt.external_id, attempt.body["text"]) == ("accepted", "m1", f"text {message}")
    assert office.row(addresses, address).last_ok_at == NOW


def test_on_a_page_it_counts_when_the_page_has_shown_it(office: Office) -> None:
    person, address = office.student(channel="web")
    prompt = office.ground.prompt(person, "open", asked_at=None)
    office.message(person, address, prompt=prompt, channel="web", account="web")
    web = ScriptedChannel("web", "web", can_push=False)
    office.send(web)
    assert web.texts
    assert office.asked == []


def test_what_was_written_once_is_sent_again_word_for_word(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    message = office.message(person, address)
    channel.then(ResultKind.RETRY_AT, ResultKind.OUR_FAULT)
    sender = office.send(channel)
    assert office.row(outbox, message).state == "waiting"
    office.send(channel, after=5, sender=sender)
    office.send(channel, after=10, sender=sender)
    assert office.row(outbox, message).state == "accepted"
    assert channel.texts == [f"text {message}"] * 3
    assert office.composed == [message]
    assert [attempt.result for attempt in office.rows(attempts)] == ["retry_at", "our_fault", "accepted"]


def test_a_message_that_waits_is_not_sent_early(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    office.message(person, address, next_try_at=NOW + timedelta(minutes=1))
    office.send(channel)
    assert channel.sent == []
    office.send(channel, after=60)
    assert len(channel.sent) == 1


@pytest.mark.parametrize(("kind", "sent"), [("question", 3), ("alarm", 3), ("reminder", 1), ("reply", 1)])
def test_an_unknown_outcome(office: Office, channel: ScriptedChannel, kind: str, sent: int) -> None:
    person, address = office.student()
    message = office.message(person, address, kind=kind)
    channel.then(*[ResultKind.OUTCOME_UNKNOWN] * 5)
    sender = office.send(channel)
    for _ in range(6):
        office.send(channel, after=700, sender=sender)
    assert len(channel.sent) == sent
    assert office.row(outbox, message).state == "unknown"


def test_a_channel_that_breaks_counts_as_unknown(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    message = office.message(person, address, kind="reminder")
    channel.then(RuntimeError("a bug"))
    office.send(channel)
    row = office.row(outbox, message)
    assert (row.state, row.reason) == ("unknown", "RuntimeError")


def test_a_person_who_left_the_platform_is_asked_at_her_next_address(office: Office, channel: ScriptedChannel) -> None:
    person, gone = office.student()
    web_address = office.address(person, "web", position=1)
    message = office.message(person, gone)
    channel.then(Result(ResultKind.PERSON_GONE, reason="blocked"))
    office.send(channel)
    failed = office.row(addresses, gone)
    assert (failed.state, failed.reason, failed.last_failed_at) == ("gone", "blocked", NOW)
    row = office.row(outbox, message)
    assert (row.state, row.address_id, row.channel, row.account) == ("waiting", web_address, "web", "web")
    web = ScriptedChannel("web", "web", can_push=False)
    office.send(web)
    assert web.texts == [f"text {message}"]
    assert office.composed == [message]
    assert [line.action for line in office.rows(journal)] == ["address.failed", "message.rerouted"]


def test_without_another_address_the_message_fails_and_says_why(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    first, second = office.message(person, address), office.message(person, address)
    channel.then(ResultKind.ADDRESS_WRONG)
    office.send(channel, sender=None)
    assert office.row(addresses, address).state == "wrong"
    for message in (first, second):
        assert (office.row(outbox, message).state, office.row(outbox, message).reason) == ("failed", "no_address")
    assert len(channel.sent) == 1  # the second was not even tried


@pytest.mark.parametrize("kind", ["question", "alarm", "reply"])
def test_what_waits_for_an_address_that_has_changed_hands_goes_to_its_person_and_nobody_else(
    office: Office, channel: ScriptedChannel, kind: str
) -> None:
    mei, address = office.student("mei")
    page = office.address(mei, "web", position=1)
    li, _ = office.student("li")
    messages = [office.message(mei, address, kind=kind) for _ in range(3)]  # together, and by itself
    office.change(addresses, address, person_id=li)
    office.send(channel)
    assert channel.sent == []
    assert office.row(addresses, address).state == "working"
    for message in messages:
        row = office.row(outbox, message)
        assert (row.state, row.address_id) == ("waiting", page)
    assert {line.action for line in office.rows(journal)} == {"message.rerouted"}


def test_a_moved_chat_gets_its_new_id(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    office.message(person, address)
    channel.then(Result(ResultKind.RETRY_AT, new_address="-100200"))
    office.send(channel)
    assert [external_id for external_id, _, _ in channel.sent] == [f"telegram-{person}", "-100200"]
    assert office.row(addresses, address).external_id == "-100200"


def test_an_expired_message_stays_unsent(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    message = office.message(person, address, expires_at=NOW + timedelta(seconds=1))
    office.send(channel, after=2)
    assert channel.sent == []
    assert office.row(outbox, message).state == "expired"


def test_an_answer_meanwhile_withdraws_the_reminder(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    prompt = office.ground.prompt(person, "answered")
    message = office.message(person, address, prompt=prompt, kind="reminder")
    office.send(channel)
    assert channel.sent == []
    assert (office.row(outbox, message).state, office.row(outbox, message).reason) == ("withdrawn", "prompt_answered")


def test_an_answer_between_the_claim_and_the_call_withdraws_it_too(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    prompt = office.ground.prompt(person, "open")
    office.message(person, address, kind="reply")
    message = office.message(person, address, prompt=prompt, kind="reminder")

    def answered_now() -> Result:  # while the message before it to the same chat is being sent
        office.change(prompts, prompt, state="answered")
        return Result(ResultKind.ACCEPTED)

    channel.then(answered_now)
    office.send(channel)
    assert len(channel.sent) == 1
    assert office.row(outbox, message).state == "withdrawn"


def test_an_alarm_is_withdrawn_when_somebody_has_the_case(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    case = office.ground.case(person, "missed")
    message = office.message(person, address, kind="alarm", case_id=case, next_try_at=NOW + timedelta(minutes=1))
    office.change(cases, case, state="acknowledged")
    office.send(channel, after=60)
    assert channel.sent == []
    assert office.row(outbox, message).state == "withdrawn"


def test_a_throttled_account_pauses_for_everybody(office: Office, channel: ScriptedChannel) -> None:
    one, at_one = office.student("1")
    two, at_two = office.student("2")
    office.message(one, at_one)
    channel.then(Result(ResultKind.THROTTLED, wait=30))
    sender = office.send(channel)
    office.message(two, at_two)
    office.send(channel, after=29, sender=sender)
    assert len(channel.sent) == 1
    office.send(channel, after=1, sender=sender)
    assert sorted(channel.texts) == ["text 1", "text 1", "text 2"]


def test_alarms_have_a_reserve_that_bulk_cannot_take(office: Office, channel: ScriptedChannel) -> None:
    people = [office.student(str(number)) for number in range(12)]
    for person, address in people:
        office.message(person, address)

    async def work() -> tuple[int, int]:
        sender = office.sender(channel, at_once=10)
        held = asyncio.Event()

        async def slow(external_id: str, message: Rendered, *, key: str) -> Result:
            channel.sent.append((external_id, message, key))
            await held.wait()
            return Result(ResultKind.ACCEPTED, external_id="m")

        channel.send = slow  # type: ignore[method-assign]
        await sender._start()
        await sender._start()
        await until(lambda: len(channel.sent) == 8)
        ordinary = len(channel.sent)
        office.message(people[0][0], office.address(people[0][0], "telegram2"), kind="alarm", priority=0)
        await sender._start()
        begun = len(sender._under_way)
        held.set()
        await sender.work_off()
        return ordinary, begun

    ordinary, begun = asyncio.run(work())
    assert (ordinary, begun) == (8, 9)
    assert len(channel.sent) == 13


def test_replies_to_a_crowd_leave_places_for_alarms_to_several(office: Office, channel: ScriptedChannel) -> None:
    async def work() -> tuple[int, int]:
        sender, held = office.sender(channel, at_once=10), asyncio.Event()

        async def slow(external_id: str, message: Rendered, *, key: str) -> Result:
            channel.sent.append((external_id, message, key))
            await held.wait()
            return Result(ResultKind.ACCEPTED, external_id="m")

        channel.send = slow  # type: ignore[method-assign]
        for number in range(30):
            office.message(*office.student(str(number)), kind="reply", priority=1)
        while await sender._start():
            pass
        replies = len(sender._under_way)
        for number in range(30, 32):
            office.message(*office.student(str(number)), kind="alarm", priority=0)
        await sender._start()
        begun = len(sender._under_way)
        held.set()
        await sender.work_off()
        return replies, begun

    assert asyncio.run(work()) == (10, 12)


def test_the_backlog_of_one_chat_stands_before_no_other(office: Office, channel: ScriptedChannel) -> None:
    crowded, (one, her) = office.student("1"), office.student("2")
    for _ in range(50):
        office.message(*crowded, priority=0, kind="notice")
    late = office.message(one, her, priority=0, kind="notice")
    asked: list[str] = []

    class OnePlace(Unlimited):
        async def wait(self, chat: str, *, urgent: bool, alarm: bool = False) -> None:  # noqa: ARG002 - as paces are
            """Let the crowded chat wait, as a platform that takes one message a second of it does."""
            asked.append(chat)
            if chat == "telegram-1":
                await asyncio.Event().wait()

    async def work() -> None:
        desk = Desk(office.database, Tools(office._compose, office._asked), office.clock, "p", lambda: 0.0)
        sender = Sender(channel, desk, OnePlace(30))
        await sender._start()
        while not channel.sent:  # noqa: ASYNC110 - it happens on other threads
            await asyncio.sleep(0)
        for task in sender._under_way:
            task.cancel()
        await asyncio.gather(*sender._under_way, return_exceptions=True)

    asyncio.run(work())
    assert [text for _, text, _ in channel.sent] == [Rendered(f"text {late}")]
    assert len(office.composed) == 3, "two of the crowded chat and the other"


def test_what_is_most_important_is_claimed_though_a_crowded_chat_comes_first(
    office: Office, channel: ScriptedChannel
) -> None:
    crowded, (one, her) = office.student("1"), office.student("2")
    for _ in range(10):
        office.message(*crowded, priority=1, kind="reply")
    reminders = [office.message(*office.student(str(number)), kind="reminder", priority=3) for number in range(3, 9)]
    alarm = office.message(one, her, priority=0, kind="notice")
    office.send(channel, sender=office.sender(channel, at_once=5))
    texts = channel.texts
    assert texts[0] == f"text {alarm}"
    assert len(texts) == 17
    assert {f"text {number}" for number in reminders} < set(texts)


def test_alarms_go_first(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    for priority in (3, 2, 1, 0):
        office.message(person, address, priority=priority)
    office.send(channel)
    assert channel.texts == ["text 4", "text 3", "text 2", "text 1"]


def test_one_message_that_cannot_be_written_does_not_stop_its_neighbours(
    office: Office, channel: ScriptedChannel
) -> None:
    person, address = office.student()
    broken = office.message(person, address, template="broken", expires_at=NOW + timedelta(minutes=1))
    office.message(person, address)
    sender = office.send(channel)
    assert channel.texts == ["text 2"]
    row = office.row(outbox, broken)
    assert (row.state, row.reason) == ("waiting", "compose:KeyError")
    office.send(channel, after=61, sender=sender)
    assert office.row(outbox, broken).state == "expired"


async def die(office: Office, channel: ScriptedChannel, holder: str, *, calling: bool) -> None:
    """Claim as a process that dies: before it hands anything over, or while it does."""
    sender = office.sender(channel, holder=holder)
    reached: list[int] = []

    async def call(parcel: Any) -> Any:
        reached.append(parcel.message.id)
        await asyncio.Event().wait()

    sender._call = call  # type: ignore[method-assign]
    if not calling:
        sender._set_off = lambda *_given: None  # type: ignore[method-assign]
    await sender._start()
    tasks = list(sender._under_way)
    await until(lambda: len(reached) == len(tasks))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


KINDS = ["question", "reminder", "alarm", "reply"]


def test_what_a_dead_process_was_handing_over_goes_again_if_it_is_about_safety(
    office: Office, channel: ScriptedChannel
) -> None:
    messages = [office.message(*office.student(kind), kind=kind) for kind in KINDS]
    asyncio.run(die(office, channel, "the dead one", calling=True))
    assert {office.row(outbox, message).state for message in messages} == {"sending"}
    office.send(channel)
    assert channel.sent == []  # the dead process still holds the lease
    sender = office.send(channel, after=31)
    office.send(channel, after=6, sender=sender)
    assert [office.row(outbox, message).state for message in messages] == ["accepted", "unknown", "accepted", "unknown"]
    assert len(office.composed) == 4
    results = sorted((row.outbox_id, row.result) for row in office.rows(attempts))
    assert results == sorted(
        [(message, "outcome_unknown") for message in messages] + [(messages[0], "accepted"), (messages[2], "accepted")]
    )


def test_what_a_dead_process_had_not_handed_over_yet_goes_again_whatever_it_is(
    office: Office, channel: ScriptedChannel
) -> None:
    messages = [office.message(*office.student(kind), kind=kind) for kind in KINDS]
    asyncio.run(die(office, channel, "the dead one", calling=False))
    office.send(channel, after=31)
    assert {office.row(outbox, message).state for message in messages} == {"accepted"}
    assert len(channel.sent) == len(messages)
    assert len(office.composed) == 4  # the very bytes that the dead one had kept
    assert {row.result for row in office.rows(attempts)} == {"withdrawn", "accepted"}


def test_a_message_waits_no_longer_because_processes_died_before_they_handed_it_over(
    office: Office, channel: ScriptedChannel
) -> None:
    alarm = office.message(*office.student(), kind="alarm", priority=0)
    for number in range(5):
        asyncio.run(die(office, channel, f"process {number}", calling=False))
        office.clock.advance(timedelta(seconds=31))
    channel.then(ResultKind.RETRY_AT)
    office.send(channel)
    waits = office.row(outbox, alarm).next_try_at - office.clock.now()
    assert waits == timedelta(seconds=5)  # the platform was called once, and it said that it failed


def test_a_message_waits_no_longer_because_its_platform_told_us_to_wait_before(
    office: Office, channel: ScriptedChannel
) -> None:
    question = office.message(*office.student(), kind="question")
    for _ in range(5):
        channel.then(Result(ResultKind.THROTTLED, wait=10, reason="no_token"))
        office.send(channel)
        office.clock.advance(timedelta(seconds=11))
    channel.then(ResultKind.RETRY_AT)
    office.send(channel)
    waits = office.row(outbox, question).next_try_at - office.clock.now()
    assert waits == timedelta(seconds=5)


def test_whoever_wakes_after_another_has_taken_over_calls_nobody(office: Office, channel: ScriptedChannel) -> None:
    message = office.message(*office.student(), kind="reply")
    kept: list[Any] = []

    async def work() -> None:
        slow = office.sender(channel, holder="the slow one")
        slow._set_off = kept.append  # type: ignore[method-assign, assignment]
        await slow._start()
        office.clock.advance(timedelta(seconds=31))
        await office.sender(channel, holder="the other one").work_off()
        await slow._send(kept[0])

    asyncio.run(work())
    assert len(channel.sent) == 1
    assert office.row(outbox, message).state == "accepted"


def test_after_one_death_an_alarm_does_not_wait(office: Office, channel: ScriptedChannel) -> None:
    alarm = office.message(*office.student(), kind="alarm", priority=0)
    asyncio.run(die(office, channel, "the dead one", calling=True))
    office.send(channel, after=31)
    assert office.row(outbox, alarm).state == "accepted"


@pytest.mark.parametrize(("deaths", "sent"), [(5, 1), (MOST_DEATHS, 0)])
def test_processes_that_die_one_after_the_other_do_not_lose_an_alarm(
    office: Office, channel: ScriptedChannel, deaths: int, sent: int
) -> None:
    person, address = office.student()
    alarm = office.message(person, address, kind="alarm", priority=0)

    died = 0
    for holder in range(2 * deaths):
        asyncio.run(die(office, channel, f"process {holder}", calling=True))
        died += office.row(outbox, alarm).state == "sending"
        office.clock.advance(timedelta(minutes=11))
        if died == deaths:
            break
    office.send(channel, after=660, sender=office.send(channel))
    assert len(channel.sent) == sent
    assert office.row(outbox, alarm).state == ("accepted" if sent else "unknown")


@pytest.mark.parametrize(("kind", "texts"), [("reminder", 1), ("alarm", 1), ("question", 2), ("reply", 2)])
def test_of_what_piled_up_one_alarm_or_reminder_says_it_for_all(
    office: Office, channel: ScriptedChannel, kind: str, texts: int
) -> None:
    person, address = office.student()
    about = {"prompt": office.ground.prompt(person, "open"), "case_id": office.ground.case(person, "urgent")}
    first, second = (office.message(person, address, kind=kind, **about) for _ in range(2))
    other = office.message(*office.student("2"), kind=kind, **about)
    office.send(channel)
    assert len(channel.sent) == texts + 1
    assert office.row(outbox, first).state == ("accepted" if texts > 1 else "withdrawn")
    assert {office.row(outbox, row).state for row in (second, other)} == {"accepted"}


def test_an_alarm_whose_turn_it_is_gives_it_to_a_younger_one_that_waits_for_its_next_try(
    office: Office, channel: ScriptedChannel
) -> None:
    person, address = office.student()
    case = office.ground.case(person, "urgent")
    older = office.message(person, address, kind="alarm", case_id=case, tries=7)
    later = office.clock.now() + timedelta(minutes=5)
    younger = office.message(person, address, kind="alarm", case_id=case, tries=3, next_try_at=later)
    office.send(channel)
    assert [office.row(outbox, row).state for row in (older, younger)] == ["withdrawn", "accepted"]
    assert len(channel.sent) == 1


def test_a_younger_alarm_that_may_not_go_yet_does_not_hold_up_the_older_one(
    office: Office, channel: ScriptedChannel
) -> None:
    person, address = office.student()
    case = office.ground.case(person, "urgent")
    older = office.message(person, address, kind="alarm", case_id=case)
    later = office.clock.now() + timedelta(hours=1)
    office.message(person, address, kind="alarm", case_id=case, next_try_at=later)
    office.send(channel)
    assert office.row(outbox, older).state == "accepted"


def test_a_result_of_an_ended_epoch_is_not_recorded(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    message = office.message(person, address, kind="reminder")

    def lease_lost() -> Result:
        later = office.clock.real() + timedelta(minutes=5)
        office.database.write(
            lambda conn: state.take_lease(conn, "send:telegram:1", "another", later, timedelta(minutes=5))
        )
        return Result(ResultKind.ACCEPTED)

    channel.then(lease_lost)
    office.send(channel)
    assert office.row(outbox, message).state == "sending"
    assert office.rows(attempts)[0].result is None


def test_a_stopped_sender_gives_the_account_back(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    office.message(person, address)

    async def work() -> None:
        first = office.sender(channel, holder="one")
        await first.work_off()
        await first.stop()
        office.clock.advance(timedelta(seconds=1))
        office.message(person, address)
        assert await office.sender(channel, holder="two").work_off() == 1

    asyncio.run(work())


def test_results_survive_a_database_that_is_away(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    message = office.message(person, address)

    async def work() -> None:
        sender = office.sender(channel)
        real, failures = sender._record_all, iter([True])

        def record_all(*given: Any) -> Any:
            if next(failures, False):
                raise OSError("the database is away")
            return real(*given)

        sender._record_all = record_all  # type: ignore[assignment]
        await sender.work_off()

    asyncio.run(work())
    assert office.row(outbox, message).state == "accepted"
    assert len(channel.sent) == 1


def test_a_fault_while_marking_as_asked_keeps_the_acceptance(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    message = office.message(person, address, prompt=office.ground.prompt(person, "open"))

    def broken(*_given: Any) -> None:
        raise LookupError("a bug")

    office._asked = broken  # type: ignore[assignment]
    office.send(channel)
    assert office.row(outbox, message).state == "accepted"


def edit_of(office: Office, person: int, address: int, attempt: int, **values: Any) -> int:
    channel = values.pop("channel", "telegram")
    return office.message(
        person,
        address,
        kind="edit",
        priority=4,
        edits_attempt_id=attempt,
        channel=channel,
        account="web" if channel == "web" else "1",
        **values,
    )


def test_an_edit_changes_the_message_that_was_sent_and_only_the_latest_goes(
    office: Office, channel: ScriptedChannel
) -> None:
    person, address = office.student()
    office.message(person, address)
    sender = office.send(channel)
    attempt = office.rows(attempts)[0].id
    first, second = (edit_of(office, person, address, attempt) for _ in range(2))
    office.send(channel, sender=sender)
    assert [(ref, message.text) for _, ref, message in channel.edited] == [("m1", f"text {second}")]
    assert (office.row(outbox, first).state, office.row(outbox, second).state) == ("withdrawn", "accepted")


def test_an_edit_waits_until_the_result_is_known(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    office.message(person, address)
    queued: list[int] = []

    def answered_already() -> Result:
        queued.append(edit_of(office, person, address, office.rows(attempts)[0].id))
        return Result(ResultKind.ACCEPTED)

    channel.then(answered_already)

    async def work() -> Sender:
        sender = office.sender(channel)
        await sender._start()
        await until(lambda: bool(queued))
        return sender

    async def both() -> Sender:
        sender = await work()
        await sender.work_off()
        return sender

    sender = asyncio.run(both())
    office.send(channel, after=2, sender=sender)
    assert [ref for _, ref, _ in channel.edited] == ["m1"]


def test_an_edit_on_a_page_replaces_what_the_page_shows(office: Office) -> None:
    person, address = office.student(channel="web")
    office.message(person, address, channel="web", account="web")
    web = ScriptedChannel("web", "web", can_push=False)
    sender = office.send(web)
    attempt = office.rows(attempts)[0].id
    edit = edit_of(office, person, address, attempt, channel="web")
    office.send(web, sender=sender)
    assert office.row(attempts, attempt).body["text"] == f"text {edit}"


def test_an_edit_where_nothing_can_be_edited_is_given_up(office: Office) -> None:
    person, address = office.student()
    stiff = ScriptedChannel(can_edit=False)
    office.message(person, address)
    sender = office.send(stiff)
    edit = edit_of(office, person, address, office.rows(attempts)[0].id)
    office.send(stiff, sender=sender)
    assert office.row(outbox, edit).reason == "cannot_edit"


def test_messages_to_one_chat_keep_their_order(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    for _ in range(20):
        office.message(person, address, kind="reply", priority=1)
    office.send(channel)
    assert channel.texts == [f"text {number}" for number in range(1, 21)]


def test_a_running_sender_wakes_when_nudged_and_survives_a_bad_round(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()

    async def work() -> None:
        sender = office.sender(channel)
        real, faults = sender._claims.claim, iter([True])

        def claim(*given: Any) -> Any:
            if next(faults, False):
                raise OSError("the database is away")
            return real(*given)

        sender._claims.claim = claim  # type: ignore[assignment]
        running = asyncio.create_task(sender.run())
        sender.nudge.set()
        await until(lambda: not sender.nudge.is_set())
        office.message(person, address)
        sender.nudge.set()
        await until(lambda: bool(channel.sent))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await sender.stop()

    asyncio.run(work())
    assert office.rows(outbox)[0].state == "accepted"


def test_one_row_that_no_key_opens_does_not_stop_the_account(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    unreadable, fine = office.message(person, address), office.message(person, address)
    broken = text(f"UPDATE outbox SET data = 'x' WHERE id = {unreadable}")  # noqa: S608
    office.database.write(lambda conn: conn.execute(broken).close())
    office.send(channel)
    assert channel.texts == [f"text {fine}"]
    states = office.database.read(lambda conn: dict(conn.execute(select(outbox.c.id, outbox.c.state)).all()))
    assert states == {unreadable: "failed", fine: "accepted"}


def test_two_processes_send_each_message_once(office: Office, channel: ScriptedChannel) -> None:
    people = [office.student(str(number)) for number in range(40)]
    for person, address in people:
        office.message(person, address)

    async def work() -> list[int]:
        senders = [office.sender(channel, at_once=7, holder=holder) for holder in ("one", "two")]
        return list(await asyncio.gather(*(sender.work_off() for sender in senders)))

    counts = asyncio.run(work())
    assert sorted(counts) == [0, 40]
    assert len(channel.sent) == len({external_id for external_id, _, _ in channel.sent}) == 40


def test_a_sender_that_is_stopped_while_it_claims_still_sends_what_it_claimed(
    office: Office, channel: ScriptedChannel
) -> None:
    person, address = office.student()
    message = office.message(person, address, kind="reminder")

    async def work() -> None:
        sender = office.sender(channel)
        claimed, go_on = threading.Event(), threading.Event()
        real = sender._claims.claim

        def claim(*given: Any) -> Any:
            found = real(*given)
            claimed.set()
            go_on.wait(10)
            return found

        sender._claims.claim = claim  # type: ignore[assignment]
        running = asyncio.create_task(sender.run())
        sender.nudge.set()
        await asyncio.to_thread(claimed.wait, 10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        go_on.set()
        await sender.stop()
        assert await sender.work_off() == 0

    asyncio.run(work())
    assert office.row(outbox, message).state == "accepted"


def test_a_database_that_is_away_before_the_call_loses_nothing(office: Office, channel: ScriptedChannel) -> None:
    person, address = office.student()
    message = office.message(person, address, kind="reminder")

    async def work() -> None:
        sender = office.sender(channel)
        real, failures = office.database.awrite, iter([False, True])  # the claim, and the last look

        async def awrite(*given: Any) -> Any:
            if next(failures, False):
                raise OSError("the database is away")
            return await real(*given)

        office.database.awrite = awrite  # type: ignore[assignment]
        await sender.work_off()
        office.clock.advance(timedelta(seconds=5))
        await sender.work_off()

    with capture_logs() as lines:
        asyncio.run(work())
    assert [line["event"] for line in lines] == ["delivery.cannot_look"]
    assert [attempt.reason for attempt in office.rows(attempts)] == ["not_looked_up", None]
    assert office.row(outbox, message).state == "accepted"
    assert len(channel.sent) == 1


def test_one_result_that_cannot_be_stored_does_not_take_the_others_with_it(
    office: Office, channel: ScriptedChannel
) -> None:
    messages = [office.message(*office.student(str(number)), kind="reply") for number in range(3)]

    async def work() -> None:
        sender = office.sender(channel)
        real = sender._record_all

        def record_all(conn: Connection, batch: Any, now: datetime) -> Any:
            if any(parcel.message.id == messages[1] for parcel, _ in batch):
                raise KeyError("a bug")
            return real(conn, batch, now)

        sender._record_all = record_all  # type: ignore[method-assign]
        await sender.work_off()

    with capture_logs() as lines:
        asyncio.run(work())
    assert [office.row(outbox, message).state for message in messages] == ["accepted", "sending", "accepted"]
    assert [line["event"] for line in lines] == ["delivery.result_lost"]
