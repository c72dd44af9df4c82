"""WeCom's webhook: who may call, what is stored before the 200, and what is refused."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest
from sqlalchemy import Row, select
from starlette.applications import Starlette

from bot.clock import ManualClock
from bot.inbox.model import InboxState
from bot.inbox.store import inbox, waiting
from bot.platforms.store import callback_nonces, forget_nonces
from bot.schema import metadata
from bot.sealed import Keyring
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.engine import parse_url
from handlers.wecom_webhook import PATH, wecom_webhook
from tests.fakes.wecom_calls import (
    AES_KEY,
    AGENT_ID,
    CORP_ID,
    TOKEN,
    as_xml,
    call,
    encrypt,
    envelope,
    sealed_call,
    signature,
)

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
AT = NOW.timestamp()
SECTION = {
    "enabled": True,
    "corp_id": CORP_ID,
    "agent_id": AGENT_ID,
    "secret": "s",
    "token": TOKEN,
    "aes_key": AES_KEY,
}


@dataclass
class Door:
    """The route with a database behind it, called as a web server calls it."""

    database: Database
    section: dict[str, Any] = field(default_factory=lambda: dict(SECTION))
    nudges: list[int] = field(default_factory=list)
    cries: int = 0
    pressed: list[str] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        settings = Settings.model_validate({"channels": {"wecom": self.section}, "limits": {"body_bytes": 4000}})
        ignored = Counter("ignored", "What nobody asked for.", ["channel"], registry=self.registry)

        async def acknowledge(press_ref: str) -> None:
            self.pressed.append(press_ref)

        def nudge(*, cry: bool = False) -> None:
            self.nudges.append(len(self.rows()))
            self.cries += cry

        hook = wecom_webhook(settings, self.database, ManualClock(NOW), nudge, acknowledge, ignored)
        self.app = Starlette(routes=[hook])

    def post(self, query: str, body: bytes) -> tuple[int, bytes]:
        async def work() -> tuple[int, bytes]:
            answer = await call(self.app, PATH, query, body, chunk=500)
            await asyncio.sleep(0)  # what is acknowledged beside the answer
            return answer

        return asyncio.run(work())

    def get(self, query: str) -> tuple[int, bytes]:
        return asyncio.run(call(self.app, PATH, query, b"", method="GET"))

    def rows(self) -> list[Row[Any]]:
        return self.database.read(lambda conn: list(conn.execute(select(inbox).order_by(inbox.c.id))))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    base = Database(parse_url(f"sqlite:///{tmp_path}/yanxin.db"), Keyring([Keyring.new_key()]))
    metadata.create_all(base.engine, [inbox, callback_nonces])
    yield base
    base.close()


@pytest.fixture
def door(database: Database) -> Door:
    return Door(database)


def said(text: str, number: int = 7) -> str:
    frame = {"ToUserName": CORP_ID, "FromUserName": "S1", "CreateTime": int(AT), "MsgType": "text"}
    return as_xml(frame | {"Content": text, "MsgId": number, "AgentID": AGENT_ID})


def event(name: str, **values: object) -> str:
    frame = {"ToUserName": CORP_ID, "FromUserName": "S1", "CreateTime": int(AT), "MsgType": "event"}
    return as_xml(frame | {"Event": name} | values)


def test_a_message_is_committed_before_it_is_confirmed(door: Door) -> None:
    assert door.post(*sealed_call(said("一切都好"), "1", AT)) == (200, b"")
    (row,) = door.rows()
    assert (row.channel, row.account, row.external_id, row.sender) == ("wecom", f"{CORP_ID}:{AGENT_ID}", "7", "S1")
    assert (row.state, row.urgent, row.received_at) == ("new", False, NOW)
    assert row.raw["Content"] == "一切都好"
    assert door.nudges == [1]


def test_the_same_message_three_times_has_one_effect(door: Door) -> None:
    assert [door.post(*sealed_call(said("hi"), str(nonce), AT))[0] for nonce in range(3)] == [200, 200, 200]
    same = sealed_call(said("hi", 8), "n", AT)
    assert [door.post(*same)[0] for _ in range(3)] == [200, 200, 200]  # the platform repeats itself, nonce and all
    assert [row.external_id for row in door.rows()] == ["7", "8"]


def test_an_event_is_known_again_without_an_id(door: Door) -> None:
    for nonce in "123":
        assert door.post(*sealed_call(event("click", EventKey="/help"), nonce, AT))[0] == 200
    assert door.post(*sealed_call(event("click", EventKey="/sos"), "4", AT))[0] == 200
    assert [row.urgent for row in door.rows()] == [False, True]


def test_a_cry_for_help_overtakes(door: Door) -> None:
    door.post(*sealed_call(said("good morning", 1), "1", AT))
    door.post(*sealed_call(said("救命啊有人跟踪我", 2), "2", AT))
    press = event("template_card_event", EventKey="answer:4:urgent", TaskId="zh-1", ResponseCode="code")
    door.post(*sealed_call(press, "3", AT))
    order = door.database.read(lambda conn: [row.raw.get("MsgId", "press") for row in waiting(conn, 10)])
    assert order == ["2", "press", "1"]
    assert door.pressed == ["S1|zh-1|code"]


def test_the_address_is_proven(door: Door) -> None:
    sealed = encrypt("1616140317555161061")
    query = {"timestamp": str(int(AT)), "nonce": "1", "echostr": sealed}
    query["msg_signature"] = signature(query["timestamp"], "1", sealed)
    assert door.get(urlencode(query)) == (200, b"1616140317555161061")
    assert door.get(urlencode(query | {"msg_signature": "0" * 40}))[0] == 403
    assert door.get("")[0] == 403
    assert door.rows() == []


def changed(**values: str | None) -> tuple[str, bytes]:
    query, body = sealed_call(said("hi"), "1", AT)
    pairs = dict(parse_qsl(query)) | values
    return urlencode({name: value for name, value in pairs.items() if value is not None}), body


@pytest.mark.parametrize(
    "values",
    [
        {"msg_signature": "0" * 40},
        {"msg_signature": None},
        {"msg_signature": "ä"},
        {"nonce": "2"},
        {"nonce": None},
        {"nonce": "9" * 500},
        {"timestamp": None},
        {"timestamp": "soon"},
        {"timestamp": "²"},
        {"timestamp": "9" * 30},
        {"timestamp": str(int(AT) + 1)},
    ],
)
def test_whoever_cannot_sign_stores_nothing(door: Door, values: dict[str, str | None]) -> None:
    assert door.post(*changed(**values)) == (403, b"")
    assert door.rows() == []
    assert door.nudges == []


@pytest.mark.parametrize(("off", "status"), [(-301, 403), (301, 403), (-299, 200), (299, 200)])
def test_a_call_is_from_now(door: Door, off: int, status: int) -> None:
    assert door.post(*sealed_call(said("hi"), "1", AT + off))[0] == status


def test_a_nonce_opens_the_door_once(door: Door) -> None:
    assert door.post(*sealed_call(said("hi"), "1", AT))[0] == 200
    assert door.post(*sealed_call(said("something else", 8), "1", AT))[0] == 403
    assert door.post(*sealed_call(said("something else", 8), "1", AT + 60))[0] == 403
    assert len(door.rows()) == 1
    later = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert door.database.write(lambda conn: forget_nonces(conn, later)) == 1


def test_a_message_for_another_corporation(door: Door) -> None:
    sealed = encrypt(said("hi"), "wwsomebodyelse")
    query = {"timestamp": str(int(AT)), "nonce": "1", "msg_signature": signature(str(int(AT)), "1", sealed)}
    assert door.post(urlencode(query), envelope(sealed))[0] == 403


@pytest.mark.parametrize(
    "body", [b"", b"<xml>", b"\xff", b"<xml><Encrypt/></xml>", b"<xml></xml>", b"<!DOCTYPE x []><xml/>", b"{}"]
)
def test_a_body_that_is_no_call(door: Door, body: bytes) -> None:
    query, _ = sealed_call(said("hi"), "1", AT)
    status = door.post(query, body)[0]
    assert status == (403 if b"Encrypt" in body else 400)
    assert door.rows() == []


@pytest.mark.parametrize("text", ["", "no xml", '<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>', "<xml><a/></xml>"])
def test_what_was_signed_and_is_no_message(door: Door, text: str) -> None:
    assert door.post(*sealed_call(text, "1", AT))[0] == 400
    assert door.rows() == []


@pytest.mark.parametrize("sealed", ["AAAA", "not base64 at all!", "A" * 64])
def test_what_was_signed_and_cannot_be_deciphered(door: Door, sealed: str) -> None:
    query = {"timestamp": str(int(AT)), "nonce": "1", "msg_signature": signature(str(int(AT)), "1", sealed)}
    assert door.post(urlencode(query), envelope(sealed))[0] in {400, 403}
    assert door.rows() == []


def test_a_body_over_the_limit(door: Door) -> None:
    assert door.post(*sealed_call(said("x" * 5000), "1", AT))[0] == 413
    assert door.rows() == []


def test_where_wecom_is_off_there_is_no_door(database: Database) -> None:
    door = Door(database, {"enabled": False})
    assert door.post(*sealed_call(said("hi"), "1", AT))[0] == 404
    assert door.get("")[0] == 404


def test_a_kind_that_nobody_knows_is_confirmed_counted_and_left_alone(door: Door) -> None:
    assert door.post(*sealed_call(event("change_contact"), "1", AT))[0] == 200
    assert [row.state for row in door.rows()] == [InboxState.IGNORED.value]
    assert 'ignored_total{channel="wecom"} 1.0' in generate_latest(door.registry).decode()


def test_where_she_is_when_the_app_opens_is_not_kept(door: Door) -> None:
    door.post(*sealed_call(event("LOCATION", Latitude="40.7128", Longitude="-74.0060"), "1", AT))
    (row,) = door.rows()
    assert "40.7" not in str(row.raw)


def test_a_database_that_is_away_is_not_confirmed(door: Door) -> None:
    door.database.write(lambda conn: metadata.drop_all(conn, [callback_nonces]))
    assert door.post(*sealed_call(said("hi"), "1", AT))[0] == 503
    assert door.nudges == []
