"""The vendor's own ciphers (npm @wecom/crypto) and ours: each opens what the other has sealed, and signs alike."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest
from wechatpy.enterprise.crypto import WeChatCrypto

from bot.channels.weixin.callback import ForgedError, Lock
from bot.settings_wecom import WeCom
from tests.fakes.telegram_peer import FOLDER
from tests.fakes.wecom_calls import AES_KEY, CORP_ID, TOKEN, as_xml, encrypt, envelope, signature

pytestmark = pytest.mark.node
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
AT, NONCE = str(int(NOW.timestamp())), "1372623149"
SECTION = WeCom(enabled=True, corp_id=CORP_ID, agent_id=1, secret="s", token=TOKEN, aes_key=AES_KEY)
TEXTS = ["hello", "平安，谢谢！🙂 & <b>", "x", "长" * 5000, as_xml({"MsgType": "text", "Content": "救命"})]


def asks(**values: str) -> dict[str, Any]:
    """Ask the peer one thing; without Node or its package the test is skipped."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js here: install the system packages `nodejs` and `npm`")
    if not (FOLDER / "node_modules" / "@wecom" / "crypto").is_dir():
        pytest.skip("the npm packages are missing: run `npm ci` in tests/node")
    request = {"key": AES_KEY, "token": TOKEN, "id": CORP_ID, "timestamp": AT, "nonce": NONCE} | values
    ran = subprocess.run(
        [node, "wecom_crypto.cjs"],
        input=json.dumps(request) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
        cwd=FOLDER,
    )
    answer: dict[str, Any] = json.loads(ran.stdout)
    return answer


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_we_open_what_the_vendor_seals(text: str) -> None:
    peer = asks(seal=text)
    query = {"timestamp": AT, "nonce": NONCE, "msg_signature": peer["signature"], "echostr": peer["sealed"]}
    lock = Lock(SECTION.token, SECTION.aes_key, SECTION.corp_id)
    lock.check(query, NOW)
    assert lock.echo(query) == text
    if text.startswith("<xml>"):
        assert lock.open(query, envelope(peer["sealed"])).raw["Content"] == "救命"
    with pytest.raises(ForgedError):
        lock.echo(query | {"nonce": "1"})
    elsewhere = Lock(SECTION.token, SECTION.aes_key, "wwelsewhere")
    with pytest.raises(ForgedError):
        elsewhere.echo(query)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_vendor_opens_what_wechatpy_and_the_fake_seal(text: str) -> None:
    reply = WeChatCrypto(TOKEN, AES_KEY, CORP_ID).encrypt_message(text, NONCE, AT)
    ours = reply.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    for sealed in (ours, encrypt(text)):
        peer = asks(open=sealed)
        assert (peer["message"], peer["id"]) == (text, CORP_ID)
        assert peer["signature"] == signature(AT, NONCE, sealed) != signature(AT, "1", sealed)
    assert asks(open=ours)["signature"] in reply
