"""One call for messages that say the same: who belongs together, who is waited for, and that each has a result."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.engine.delivery import Parcel
from bot.outbox.model import Button, Kind, Message, OutboxState, Priority, Rendered, Result, ResultKind
from scheduler.grouping import Group, grouped, send_group
from tests.fakes.channel import ScriptedChannel

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class Many(ScriptedChannel):
    """A channel that takes several addresses at once."""

    together = 3

    def words(self, message: Rendered) -> str:
        return message.text

    async def send_together(self, external_ids: Sequence[str], message: Rendered, *, key: str) -> list[Result]:
        return [await self.send(one, message, key=key) for one in external_ids]


def parcel(number: int, text: str = "hello", *, to: str = "", ref: str | None = None, **columns: Any) -> Parcel:
    message = Message(
        id=number,
        key=str(number),
        kind=Kind.QUESTION,
        person_id=number,
        about_id=None,
        prompt_id=None,
        case_id=None,
        template="t",
        data={},
        priority=Priority.PROMPT,
        address_id=number,
        channel="dingtalk",
        account="1",
        state=OutboxState.SENDING,
        tries=1,
        created_at=NOW,
        next_try_at=NOW,
        expires_at=None,
        edits_attempt_id=None,
        inbox_id=None,
    )
    body = Rendered(text, ((Button("Fine", data=f"answer:{number}:fine"),),))
    return Parcel(replace(message, **columns), number, to or f"S{number}", body, 1, ref)


def ids(groups: list[list[Parcel]]) -> list[list[int]]:
    return [[one.attempt_id for one in group] for group in groups]


def test_the_same_words_go_together_up_to_what_one_call_takes() -> None:
    parcels = [parcel(number) for number in range(7)]
    assert ids(grouped(Many(), parcels)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert ids(grouped(ScriptedChannel(), parcels)) == [[number] for number in range(7)]


def test_other_words_another_urgency_an_edit_and_the_same_chat_do_not() -> None:
    parcels = [
        parcel(1),
        parcel(2, "other words"),
        parcel(3, priority=Priority.ALARM),
        parcel(4, ref="m1"),
        parcel(5, to="S1"),
        parcel(6),
    ]
    assert ids(grouped(Many(), parcels)) == [[1], [2], [3], [4], [5, 6]]


class Office:
    """A group whose places and calls are counted."""

    def __init__(self, count: int, *, breaks: bool = False) -> None:
        self.parcels = [parcel(number) for number in range(count)]
        self.places = 0
        self.calls: list[list[int]] = []
        self.breaks = breaks
        self.group = Group(self.parcels, self.place, self.send)

    async def place(self) -> None:
        self.places += 1

    async def send(self, parcels: list[Parcel]) -> list[Result]:
        self.calls.append([one.attempt_id for one in parcels])
        if self.breaks:
            raise OSError("no line")
        return [Result(ResultKind.ACCEPTED, external_id=str(one.attempt_id)) for one in parcels]

    async def goes(self, number: int, *, after: asyncio.Event | None = None) -> str | None:
        if after is not None:
            await after.wait()
        await self.group.place()
        return (await self.group.call(self.parcels[number])).external_id


def test_all_share_a_place_and_a_call_and_each_has_a_result() -> None:
    office = Office(4)

    async def work() -> list[str | None]:
        return list(await asyncio.gather(*(office.goes(number) for number in range(4))))

    assert asyncio.run(work()) == ["0", "1", "2", "3"]
    assert (office.places, office.calls) == (1, [[0, 1, 2, 3]])


def test_nobody_waits_for_whoever_was_given_up() -> None:
    office = Office(3)

    async def work() -> None:
        going = [asyncio.create_task(office.goes(number)) for number in (0, 1)]
        await asyncio.sleep(0)
        office.group.leave(office.parcels[2])
        await asyncio.gather(*going)

    asyncio.run(work())
    assert office.calls == [[0, 1]]


def test_whoever_comes_too_late_has_a_place_and_a_call_of_her_own() -> None:
    office, late = Office(3), asyncio.Event()

    async def work() -> None:
        last = asyncio.create_task(office.goes(2, after=late))
        await asyncio.gather(office.goes(0), office.goes(1))
        late.set()
        await last

    asyncio.run(work())
    assert (office.places, office.calls) == (2, [[0, 1], [2]])


def test_a_call_that_breaks_breaks_for_all() -> None:
    office = Office(2, breaks=True)

    async def work() -> None:
        results = await asyncio.gather(office.goes(0), office.goes(1), return_exceptions=True)
        assert [type(one) for one in results] == [OSError, OSError]

    asyncio.run(work())


@pytest.mark.parametrize("given_up", [[], [1], [0, 1, 2]])
def test_a_group_ends_whoever_was_given_up(given_up: list[int]) -> None:
    office = Office(3)

    async def work() -> None:
        for number in given_up:
            office.group.leave(office.parcels[number])
        await asyncio.gather(*(office.goes(number) for number in range(3) if number not in given_up))

    asyncio.run(work())
    assert sorted(one for call in office.calls for one in call) == [
        number for number in range(3) if number not in given_up
    ]


def test_a_channel_that_breaks_leaves_the_outcome_of_each_unknown() -> None:
    channel, alone = Many(), ScriptedChannel()
    channel.then(OSError("no line"))

    async def call(one: Parcel) -> Result:
        return await alone.send(one.external_id, one.body, key=one.message.key)

    with capture_logs() as lines:
        results = asyncio.run(send_group(channel, call, [parcel(1), parcel(2)]))
    assert {one.kind for one in results} == {ResultKind.OUTCOME_UNKNOWN}
    assert [line["event"] for line in lines] == ["delivery.channel_broke"]
    assert asyncio.run(send_group(channel, call, [parcel(3)]))[0].kind is ResultKind.ACCEPTED
    assert alone.texts == ["hello"]
