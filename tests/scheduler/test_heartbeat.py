"""The outside watcher hears us while all is well, and only then."""

import asyncio

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from scheduler.heartbeat import beat
from scheduler.watchdog import Problem


async def with_watcher(status: int, problems: list[Problem]) -> tuple[bool, int]:
    heard = 0

    async def answer(_request: web.Request) -> web.Response:
        nonlocal heard
        heard += 1
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/ping/secret", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        return await beat(f"http://127.0.0.1:{port}/ping/secret", problems), heard
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "problems", "expected"),
    [(200, [], (True, 1)), (500, [], (False, 1)), (200, [Problem("inbox_overdue", 1)], (False, 0))],
)
def test_it_beats_only_while_all_is_well(status: int, problems: list[Problem], expected: tuple[bool, int]) -> None:
    assert asyncio.run(with_watcher(status, problems)) == expected


def test_without_an_address_there_is_no_heartbeat() -> None:
    assert asyncio.run(beat("", [])) is False


def test_a_watcher_that_is_away_is_a_warning_without_its_address() -> None:
    with capture_logs() as lines:
        assert asyncio.run(beat("http://127.0.0.1:1/ping/secret", [])) is False
    assert [line["event"] for line in lines] == ["heartbeat.not_heard"]
    assert "secret" not in str(lines)
