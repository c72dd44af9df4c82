"""The bell rings, does not start a job twice, survives a job that fails, and names nobody."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.clock import SystemClock
from scheduler.bell import Bell


def test_it_rings_at_once_and_again() -> None:
    async def work() -> int:
        rung, enough = 0, asyncio.Event()

        async def job() -> None:
            nonlocal rung
            rung += 1
            if rung == 3:
                enough.set()

        bell = Bell()
        bell.every(0.02, "job", job, first=SystemClock().real())
        bell.start()
        await asyncio.wait_for(enough.wait(), 10)
        bell.stop()
        return rung

    assert asyncio.run(work()) == 3


def test_a_job_that_runs_longer_than_its_interval_is_told_once_each_time() -> None:
    async def work() -> None:
        runs, beats, over = 0, 0, asyncio.Event()
        turn = asyncio.Event()

        async def slow() -> None:
            nonlocal runs
            runs += 1
            if runs > 2:
                over.set()
                return
            turn.clear()
            await turn.wait()

        async def beat() -> None:
            nonlocal beats
            beats += 1
            if beats % 10 == 0:  # by then the slow one has been left out several times
                turn.set()

        bell = Bell()
        bell.every(0.01, "slow", slow)
        bell.every(0.02, "beat", beat)
        bell.start()
        await asyncio.wait_for(over.wait(), 20)
        bell.stop()

    with capture_logs() as lines:
        asyncio.run(work())
    told = [(line["event"], line["job"]) for line in lines if line.get("job") != "beat"]
    assert told == [("bell.job_still_runs", "slow")] * 2


def test_a_job_that_still_runs_is_not_started_twice_and_one_that_fails_rings_again() -> None:
    async def work() -> tuple[int, int]:
        running = most = failures = 0
        enough = asyncio.Event()

        async def slow() -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await enough.wait()  # it runs while the other one rings three times
            running -= 1

        async def fails() -> None:
            nonlocal failures
            failures += 1
            if failures == 3:
                enough.set()
            raise ValueError("what a person wrote")

        bell = Bell()
        bell.every(0.01, "slow", slow)
        bell.every(0.02, "fails", fails)
        bell.start()
        await asyncio.wait_for(enough.wait(), 10)
        bell.stop()
        return most, failures

    with capture_logs() as lines:
        most, failures = asyncio.run(work())
    assert most == 1
    assert failures >= 3
    assert [line["job"] for line in lines if line["event"] == "bell.job_still_runs"] == ["slow"]
    failed = [line for line in lines if line["event"] != "bell.job_still_runs"]
    assert {(line["event"], line["error"]) for line in failed} == {("bell.job_failed", "ValueError")}
    assert "what a person wrote" not in str(lines)


def test_a_job_that_runs_when_the_service_ends_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> bool:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def job() -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        bell = Bell()
        bell.every(60, "job", job, first=SystemClock().real())
        bell.start()
        await asyncio.wait_for(begun.wait(), 10)
        bell.stop()
        await asyncio.wait_for(ended.wait(), 10)
        await asyncio.sleep(0)
        return True

    assert asyncio.run(work())
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == []


def test_it_lists_its_jobs() -> None:
    async def job() -> None:
        """Do nothing."""

    bell = Bell()
    bell.every(1, "b", job)
    bell.every(1, "a", job)
    assert bell.names == ["a", "b"]
    bell.stop()  # one that never started stops without a word
