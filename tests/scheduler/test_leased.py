"""Work under a lease runs in one process at a time, and moves when the other one ends."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from scheduler import leased
from tests.fakes.ground import open_ground


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leased, "RENEW_SECONDS", 0.02)


def test_one_of_two_works_and_the_other_takes_over(tmp_path: Path) -> None:
    database = open_ground(tmp_path)
    running: set[str] = set()
    most = 0

    async def work(name: str) -> None:
        nonlocal most
        running.add(name)
        most = max(most, len(running))
        try:
            await asyncio.Event().wait()
        finally:
            running.discard(name)

    async def story() -> list[set[str]]:
        def hold(name: str) -> asyncio.Task[None]:
            return asyncio.create_task(leased.while_leased(database, "poll", name, SystemClock(), lambda: work(name)))

        async def until(wanted: set[str]) -> set[str]:
            async with asyncio.timeout(10):
                while running != wanted:  # noqa: ASYNC110 - what it waits for happens on other threads
                    await asyncio.sleep(0.01)
            return set(running)

        one = hold("one")
        seen = [await until({"one"})]
        two = hold("two")
        await asyncio.sleep(0.1)
        seen.append(set(running))
        one.cancel()
        await asyncio.gather(one, return_exceptions=True)
        seen.append(await until({"two"}))
        two.cancel()
        await asyncio.gather(two, return_exceptions=True)
        seen.append(set(running))
        return seen

    assert asyncio.run(story()) == [{"one"}, {"one"}, {"two"}, set()]
    assert most == 1
    database.close()


def test_work_that_breaks_begins_again_and_is_told(tmp_path: Path) -> None:
    database = open_ground(tmp_path)
    begun, enough = 0, asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            enough.set()
        raise ValueError("what a person wrote")

    async def story() -> None:
        task = asyncio.create_task(leased.while_leased(database, "poll", "one", SystemClock(), work))
        await asyncio.wait_for(enough.wait(), 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with capture_logs() as lines:
        asyncio.run(story())
    assert {(line["event"], line["error"]) for line in lines} == {("lease.work_failed", "ValueError")}
    assert "what a person wrote" not in str(lines)
    database.close()
