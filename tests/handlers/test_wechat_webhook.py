"""WeChat's webhook: who may call, what is stored before the answer, what the answer carries, and what is refused."""

import asyncio
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from starlette.types import ASGIApp

from bot.addresses.model import AddressState
from bot.addresses.store import put
from bot.app.parts import App
from bot.clock import ManualClock
from bot.inbox.store import inbox
from bot.outbox.store import attempts, outbox
from bot.sealed import Keyring
from bot.settings import Settings
from bot.storage.writer import Urgency
from handlers import wechat_webhook
from handlers.wechat_webhook import MOST_BEFORE, PATH
from tests.fakes.ground import NOW, Ground
from tests.fakes.wechat import APP_ID, FakeWeChat
from tests.fakes.wecom_calls import AES_KEY, TOKEN, call, encrypt, envelope, signature

AT = NOW.timestamp()
SECTION = {"enabled": True, "app_id": APP_ID, "secret": "s", "token": TOKEN, "aes_key": AES_KEY}
SEAL = FakeWeChat()  # only its ciphers: it never starts


class Door:
    """The whole service, called as a web server calls it; nothing is sent."""

    def __init__(self, folder: Path) -> None:
        keys = folder / "keys.txt"
        keys.write_text(Keyring.new_key() + "\n")
        values: dict[str, Any] = {
            "database": {"url": f"sqlite:///{folder}/yanxin.db"},
            "security": {"key_file": str(keys)},
            "channels": {"wechat": SECTION | {"api_url": "http://127.0.0.1:9"}},
            "limits": {"body_bytes": 4000},
        }
        self.clock = ManualClock(NOW)
        self.app = App(Settings.model_validate(values), self.clock, paced=False)

    @property
    def web(self) -> ASGIApp:
        return self.app.web

    def post(self, query: str, body: bytes) -> tuple[int, bytes]:
        return asyncio.run(call(self.web, PATH, query, body, chunk=500))

    def get(self, query: str) -> tuple[int, bytes]:
        return asyncio.run(call(self.web, PATH, query, b"", method="GET"))

    def says(self, text: str = "救命", number: int = 7, nonce: str = "") -> tuple[int, str]:
        status, answer = self.post(*SEAL.sealed(said(text, number), nonce=nonce, at=AT))
        return status, SEAL.opened(answer) if answer else ""

    def rows(self, table: Any = inbox) -> list[Any]:
        return self.app.database.read(lambda conn: list(conn.execute(select(table).order_by(table.c.id))))


def said(text: str, number: int = 7) -> dict[str, object]:
    frame = {"ToUserName": "gh_fake", "FromUserName": "openid-1", "CreateTime": int(AT), "MsgType": "text"}
    return frame | {"Content": text, "MsgId": number}


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    monkeypatch.setattr(wechat_webhook, "TIME_TO_BEGIN", 3.0)  # a busy machine is no reason for an empty answer
    made = Door(tmp_path)
    yield made
    made.app.close()


def known(door: Door) -> None:
    """Let the sender be a student whose address works."""
    person = Ground(door.app.database).student("S1", reachable=False)
    door.app.database.write(lambda conn: put(conn, person, "wechat", APP_ID, "openid-1", AddressState.WORKING, NOW))


def test_the_same_message_three_times_has_one_effect_and_the_same_reply(door: Door) -> None:
    known(door)
    first, second, third = (door.says("/help") for _ in range(3))
    assert first == second == third
    assert first[0] == 200
    assert "/sos" in first[1] or "SOS" in first[1]
    assert len(door.rows()) == 1
    assert [(row.state, row.reason) for row in door.rows(outbox)] == [("accepted", None)]
    assert [(row.result, row.reason) for row in door.rows(attempts)] == [("accepted", "passive")]


def test_without_time_the_answer_is_empty_and_a_message_follows(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    known(door)
    monkeypatch.setattr(wechat_webhook, "TIME_TO_BEGIN", -1.0)
    assert door.says("/help") == (200, "")
    assert [row.state for row in door.rows()] == ["new"]  # the bell works it off
    monkeypatch.setattr(wechat_webhook, "TIME_TO_BEGIN", 3.0)
    monkeypatch.setattr(wechat_webhook, "TIME_TO_ANSWER", 0.0)

    async def late() -> bytes:
        answer = await call(door.web, PATH, *SEAL.sealed(said("/help", 8), at=AT), chunk=500)
        for _ in range(400):
            if [row.state for row in door.rows(outbox)] == ["waiting"] * 2 and door.rows()[1].state == "done":
                break
            await asyncio.sleep(0.01)
        return answer[1]

    assert asyncio.run(late()) == b""
    assert ([row.state for row in door.rows(outbox)], door.rows(attempts)) == (["waiting"] * 2, [])


def test_behind_others_the_answer_is_empty_at_once_and_a_cry_is_answered_before_them(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(door)
    monkeypatch.setattr(wechat_webhook, "TIME_TO_BEGIN", -1.0)
    for number in range(MOST_BEFORE + 1):
        assert door.says("/help", number=number) == (200, "")
    monkeypatch.setattr(wechat_webhook, "TIME_TO_BEGIN", 3.0)
    queued: list[Urgency] = []
    submit = door.app.database.awrite

    async def counting(work: Any, urgency: Urgency = Urgency.PERSON) -> Any:
        queued.append(urgency)
        return await submit(work, urgency)

    monkeypatch.setattr(door.app.database, "awrite", counting)
    assert door.says("/help", number=50) == (200, "")
    assert queued == [Urgency.ARRIVED]  # stored, and no more
    assert {row.state for row in door.rows()} == {"new"}
    assert door.says("/help", number=50) == (200, "")  # a repeat gets the same
    queued.clear()
    _, cry = door.says("救命", number=60)
    assert queued == [Urgency.HELP, Urgency.HELP]
    assert "110" in cry


def test_a_message_that_was_answered_too_late_is_answered_empty_ever_after(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reply goes out as a message; a repeat must neither take it back into the callback nor say it twice."""
    known(door)
    monkeypatch.setattr(wechat_webhook, "TIME_TO_ANSWER", 0.0)

    async def late_and_again() -> list[bytes]:
        query, body = SEAL.sealed(said("/help"), at=AT)
        answers = [(await call(door.web, PATH, query, body, chunk=500))[1]]
        for _ in range(1000):
            if door.rows(outbox) and door.rows(outbox)[0].state == "waiting" and door.rows()[0].state == "done":
                break
            await asyncio.sleep(0.01)
        monkeypatch.setattr(wechat_webhook, "TIME_TO_ANSWER", 4.3)
        return answers + [(await call(door.web, PATH, query, body, chunk=500))[1] for _ in range(2)]

    assert asyncio.run(late_and_again()) == [b"", b"", b""]
    assert ([row.state for row in door.rows(outbox)], door.rows(attempts)) == (["waiting"], [])


def test_the_handshake_is_signed_and_answered_in_plain_or_sealed(door: Door) -> None:
    plain = f"timestamp={int(AT)}&nonce=1&echostr=12345"
    signed = sha1("".join(sorted([TOKEN, str(int(AT)), "1"])).encode()).hexdigest()  # noqa: S324 - as they sign
    assert door.get(f"{plain}&signature={signed}") == (200, b"12345")
    assert door.get(f"{plain}&signature={'0' * 40}")[0] == 403
    sealed = encrypt("67890", APP_ID)
    query = {"timestamp": str(int(AT)), "nonce": "1", "echostr": sealed}
    query["msg_signature"] = signature(query["timestamp"], "1", sealed)
    assert door.get(urlencode(query)) == (200, b"67890")


def test_what_is_forged_late_or_replayed_is_refused_and_nothing_is_stored(door: Door) -> None:
    query, body = SEAL.sealed(said("x"), at=AT)
    assert door.post(query.replace("msg_signature=", "msg_signature=0"), body)[0] == 403
    for seconds in (-301, 301):
        assert door.post(*SEAL.sealed(said("x"), at=AT + seconds))[0] == 403
    assert door.post(query.replace("msg_signature", "signature"), body)[0] == 403  # only signed, not sealed
    assert door.rows() == []
    assert door.says("x", nonce="5")[0] == 200
    assert door.says("y", number=8, nonce="5")[0] == 403
    assert len(door.rows()) == 1


@pytest.mark.parametrize(
    "inside", ["<xml>", '<!DOCTYPE a [<!ENTITY b "c">]><xml>&b;</xml>', "<xml><MsgType>x</MsgType></xml>"]
)
def test_what_is_malformed_is_400(door: Door, inside: str) -> None:
    assert door.post(*SEAL.seal(inside, at=AT))[0] == 400
    query, _ = SEAL.seal("x", at=AT)
    assert door.post(query, b"<xml")[0] == 400
    assert door.rows() == []


def test_what_is_meant_for_another_account_is_refused(door: Door) -> None:
    sealed = encrypt("<xml></xml>", "wxelsewhere")
    query = f"timestamp={int(AT)}&nonce=1&msg_signature={signature(str(int(AT)), '1', sealed)}"
    assert door.post(query, envelope(sealed))[0] == 403
