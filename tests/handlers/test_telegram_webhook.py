"""Telegram's webhook: who may call, what is stored before the 200, and what is refused."""

import asyncio
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvicorn
from prometheus_client import CollectorRegistry, Counter, generate_latest
from sqlalchemy import Row, select
from starlette.applications import Starlette
from starlette.types import Message

from bot.app.web_server import web_config
from bot.clock import ManualClock
from bot.inbox.model import InboxState
from bot.inbox.store import inbox, waiting
from bot.schema import metadata
from bot.sealed import Keyring
from bot.settings import Settings
from bot.settings_telegram import Telegram
from bot.storage.database import Database
from bot.storage.engine import parse_url
from handlers.telegram_webhook import PATH, telegram_webhook
from tests.fakes.telegram import FakeTelegram

SECRET = "a-secret-of-the-fake"
CHAT = {"id": 501, "type": "private"}
SECTION = Telegram(enabled=True, token="7000000001:x", bot_username="b", mode="webhook", webhook_secret=SECRET)


@dataclass
class Door:
    """The route with a database behind it, called as a web server calls it."""

    database: Database
    section: Telegram = SECTION
    nudges: list[int] = field(default_factory=list)
    cries: int = 0
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    read: int = 0

    def app(self) -> Starlette:
        settings = Settings.model_validate(
            {"channels": {"telegram": self.section.model_dump()}, "limits": {"body_bytes": 2000}}
        )
        self.registry = CollectorRegistry()
        ignored = Counter("ignored", "Updates that nobody asked for.", ["channel"], registry=self.registry)
        clock = ManualClock(datetime(2026, 11, 24, 10, tzinfo=UTC))

        def nudge(*, cry: bool = False) -> None:
            self.nudges.append(len(self.rows()))
            self.cries += cry

        return Starlette(routes=[telegram_webhook(settings, self.database, clock, nudge, ignored)])

    def post(
        self,
        body: bytes,
        *,
        secret: str | None = SECRET,
        chunk: int = 500,
        length: bool = True,
        method: str = "POST",
    ) -> tuple[int, bytes]:
        """Send a request in chunks and return status and body; `length` is whether it announces its length."""
        headers = [(b"content-length", str(len(body)).encode())] if length else []
        if secret is not None:
            headers.append((b"x-telegram-bot-api-secret-token", secret.encode()))
        scope = {"type": "http", "method": method, "path": PATH, "headers": headers, "query_string": b""}
        chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)] or [b""]
        sent: list[Message] = []

        async def receive() -> Message:
            self.read += 1
            return {"type": "http.request", "body": chunks[self.read - 1], "more_body": self.read < len(chunks)}

        async def send(message: Message) -> None:
            sent.append(message)

        self.read = 0
        asyncio.run(self.app()(scope, receive, send))
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])

    def rows(self) -> list[Row[Any]]:
        return self.database.read(lambda conn: list(conn.execute(select(inbox).order_by(inbox.c.id))))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    base = Database(parse_url(f"sqlite:///{tmp_path}/yanxin.db"), Keyring([Keyring.new_key()]))
    metadata.create_all(base.engine, [inbox])
    yield base
    base.close()


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


def said(text: str, update_id: int = 7) -> bytes:
    message = {"message_id": 1, "chat": CHAT, "from": CHAT, "text": text}
    return json.dumps({"update_id": update_id, "message": message}).encode()


def test_an_update_is_committed_before_it_is_confirmed(door: Door) -> None:
    assert door.post(said("all is well")) == (200, b"")
    (row,) = door.rows()
    assert (row.channel, row.account, row.external_id, row.sender) == ("telegram", "7000000001", "7", "501")
    assert (row.state, row.urgent) == ("new", False)
    assert row.received_at == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert row.raw["message"]["text"] == "all is well"
    assert door.nudges == [1]  # the row was there when the processing was woken


def test_a_repeated_update_has_no_second_effect(door: Door) -> None:
    assert [door.post(said("hi"))[0] for _ in range(3)] == [200, 200, 200]
    assert len(door.rows()) == 1


def test_a_cry_for_help_overtakes(door: Door) -> None:
    door.post(said("good morning", 1))
    door.post(said("救命啊有人跟踪我", 2))
    press = {"id": "p", "message": {"message_id": 3, "chat": CHAT}, "data": "answer:4:urgent"}
    status, answer = door.post(json.dumps({"update_id": 3, "callback_query": press}).encode())
    assert status == 200
    assert json.loads(answer) == {"method": "answerCallbackQuery", "callback_query_id": "p"}
    order = door.database.read(lambda conn: [row.external_id for row in waiting(conn, 10)])
    assert order == ["2", "3", "1"]
    assert (len(door.nudges), door.cries) == (3, 2)


@pytest.mark.parametrize("secret", [None, "", "wrong", "a-secret-of-the-fake ", "ä"])
def test_without_the_secret_nothing_is_stored_or_even_read(door: Door, secret: str | None) -> None:
    assert door.post(said("hi"), secret=secret) == (403, b"")
    assert door.rows() == []
    assert door.read == 0
    assert door.nudges == []


@pytest.mark.parametrize("changes", [{"enabled": False}, {"mode": "polling"}])
def test_where_no_webhook_is_expected_there_is_none(database: Database, changes: dict[str, Any]) -> None:
    door = Door(database, SECTION.model_copy(update=changes))
    assert door.post(said("hi"))[0] == 404
    assert door.rows() == []


def test_an_empty_secret_opens_nothing(database: Database) -> None:
    door = Door(database, SECTION.model_copy(update={"webhook_secret": ""}))
    assert door.post(said("hi"), secret="")[0] == 403


@pytest.mark.parametrize("length", [True, False], ids=["announced", "streamed"])
def test_a_body_over_the_limit_is_not_read_to_its_end(door: Door, length: bool) -> None:
    assert door.post(said("x" * 50_000), length=length)[0] == 413
    assert door.read <= 5
    assert door.rows() == []


def test_a_body_up_to_the_limit_is_read(door: Door) -> None:
    body = said("hi")
    assert door.post(body + b" " * (2000 - len(body)), length=False)[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"7",
        b'"update"',
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": 7.5}',
        b'{"update_id": -1}',
        b'{"update_id": 99999999999999999999}',
        b"[" * 1900,
        b'{"update_id": 7, "message": ' + b'{"a":' * 300 + b"1" + b"}" * 300 + b"}",
    ],
)
def test_what_is_no_update_is_refused(door: Door, body: bytes) -> None:
    status, _ = door.post(body)
    assert status == 400 or (status == 200 and b'"a"' in body)  # a deep one is an update as long as it can be read
    assert status == 200 or door.rows() == []


def test_an_unknown_kind_is_confirmed_counted_and_left_alone(door: Door) -> None:
    assert door.post(b'{"update_id": 9, "chat_boost": {"chat": {"id": 1}}}')[0] == 200
    (row,) = door.rows()
    assert row.state == InboxState.IGNORED.value
    assert door.database.read(lambda conn: waiting(conn, 10)) == []
    counted = generate_latest(door.registry).decode()
    assert re.search(r'ignored_total\{channel="telegram"\} 1\.0', counted)


def test_odd_letters_are_stored(door: Door) -> None:
    odd = rb'{"update_id": 5, "message": {"chat": {"id": 501, "type": "private"}, "text": "a\ud800b\u0000"}}'
    assert door.post(odd)[0] == 200
    assert door.rows()[0].raw["message"]["text"] == "a?b\0"


def test_when_it_cannot_be_stored_telegram_keeps_it(door: Door) -> None:
    metadata.drop_all(door.database.engine, [inbox])
    with structlog.testing.capture_logs() as lines:
        assert door.post(said("a secret thing"))[0] == 503
    assert door.nudges == []
    assert [line["event"] for line in lines] == ["telegram.update_not_stored"]
    assert "a secret thing" not in repr(lines)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_only_posts(door: Door, method: str) -> None:
    assert door.post(b"", method=method)[0] == 405


def test_the_platform_calls_again_until_it_is_stored(database: Database) -> None:
    """The fake Telegram calls a real web server; the first try finds no table."""
    with FakeTelegram() as telegram, socket.create_server(("127.0.0.1", 0)) as listener:
        door = Door(database, telegram.section(mode="webhook"))
        metadata.drop_all(database.engine, [inbox])
        server = uvicorn.Server(web_config(door.app()))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
        thread.start()
        update = telegram.phone().says("hello")
        url = f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        telegram.webhook = {"url": url, "secret_token": SECRET}
        telegram.phone().says("and I too")
        telegram.wait_for(lambda: 503 in telegram.webhook_answers, "the first try")
        metadata.create_all(database.engine, [inbox])
        telegram.wait_for(lambda: telegram.has_confirmed(update) and not telegram.updates, "the webhook's yes")
        server.should_exit = True
        thread.join()
    assert [row.raw["message"]["text"] for row in door.rows()] == ["hello", "and I too"]
