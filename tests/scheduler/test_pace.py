"""The limits of a platform: in all, per chat, and the part kept for what is urgent. By the loop's own clock."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from scheduler.pace import MOST_CHATS, Limited, Unlimited


class FastLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped = 0.0

    def time(self) -> float:
        return super().time() + self.jumped

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:  # type: ignore[attr-defined]
            self.jumped += max(0.0, self._scheduled[0]._when - self.time())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]


def run(work: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=FastLoop) as runner:
        return runner.run(work)


async def times(pace: Limited, chats: list[str], *, urgent: bool) -> list[float]:
    loop = asyncio.get_running_loop()
    start = loop.time()

    async def one(chat: str) -> float:
        await pace.wait(chat, urgent=urgent)
        return loop.time() - start

    return sorted(await asyncio.gather(*(one(chat) for chat in chats)))


def test_an_alarm_goes_before_replies_that_came_first() -> None:
    async def work() -> list[str]:
        pace, order = Limited(30, 30), list[str]()

        async def one(name: str, *, urgent: bool, alarm: bool) -> None:
            await pace.wait(name, urgent=urgent, alarm=alarm)
            order.append(name)

        names = [("bulk", False, False), ("reply", True, False), ("reply too", True, False), ("alarm", True, True)]
        await asyncio.gather(*(one(name, urgent=urgent, alarm=alarm) for name, urgent, alarm in names))
        return order

    assert run(work()) == ["bulk", "alarm", "reply", "reply too"]  # the first place was free at once


def test_one_message_a_second_to_one_chat() -> None:
    async def work() -> list[float]:
        return await times(Limited(30, 1), ["a"] * 4, urgent=False)

    found = run(work())
    assert [round(at) for at in found] == [0, 1, 2, 3]


def test_no_second_holds_more_than_the_rate() -> None:
    async def work() -> list[float]:
        return await times(Limited(10, 1), [str(number) for number in range(50)], urgent=True)

    found = run(work())
    assert max(sum(start <= at < start + 0.99 for at in found) for start in found) <= 10
    assert found[0] < 0.1
    assert 4 < found[-1] < 6


def test_bulk_leaves_a_reserve_to_what_is_urgent() -> None:
    async def work() -> tuple[list[float], float]:
        pace = Limited(10, 1)
        bulk = asyncio.create_task(times(pace, [str(number) for number in range(60)], urgent=False))
        await asyncio.sleep(2)
        [alarm] = await times(pace, ["alarm"], urgent=True)
        return await bulk, alarm

    bulk, alarm = run(work())
    assert alarm < 0.3
    assert bulk[-1] > 5


def test_chats_that_are_idle_are_forgotten() -> None:
    async def work() -> int:
        pace = Limited(100000, 1)
        for start in range(0, 12000, 3000):
            await times(pace, [str(number) for number in range(start, start + 3000)], urgent=True)
            await asyncio.sleep(5)
        return len(pace._chats)

    assert run(work()) <= MOST_CHATS


def test_our_own_pages_have_no_limits() -> None:
    async def work() -> float:
        pace, loop = Unlimited(), asyncio.get_running_loop()
        start = loop.time()
        for _ in range(1000):
            await pace.wait("a", urgent=False)
        return loop.time() - start

    assert run(work()) < 1
