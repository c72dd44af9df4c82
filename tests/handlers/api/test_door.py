"""The application for programs is made with the first call, once, however many programs call at the same time."""

import asyncio
from threading import current_thread, main_thread

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handlers.api import app
from handlers.api.door import Door
from handlers.api.parts import Parts
from tests.handlers.web.conftest import Town


def test_many_first_calls_make_one_application_beside_the_loop(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made, called = list[bool](), list[str]()

    async def behind(scope: Scope, _receive: Receive, _send: Send) -> None:
        called.append(scope["path"])

    def make(_parts: Parts) -> ASGIApp:
        made.append(current_thread() is main_thread())
        return behind

    async def nothing() -> Message:
        raise AssertionError("nobody asks for a body")

    async def nowhere(_message: Message) -> None:
        raise AssertionError("nobody answers")

    async def call(door: Door) -> None:
        await asyncio.gather(*(door({"type": "http", "path": f"/{one}"}, nothing, nowhere) for one in range(4)))

    monkeypatch.setattr(app, "make_api", make)
    services = town.app.services
    parts = Parts(town.app.database, services.renderer, services.clock, services.programmes, town.app.nudge)
    asyncio.run(call(Door(parts)))
    assert made == [False]
    assert sorted(called) == ["/0", "/1", "/2", "/3"]
