"""The vendor's own ciphers (npm @wecom/crypto) and ours for an Official Account: each opens the other's."""

from datetime import UTC, datetime

import pytest

from bot.channels.weixin.callback import ForgedError, Lock
from bot.channels.xml_reading import read_xml
from tests.bot.channels.wecom.test_crypto_peer import asks
from tests.fakes.wechat import APP_ID
from tests.fakes.wecom_calls import AES_KEY, TOKEN, as_xml, envelope

pytestmark = pytest.mark.node
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
AT, NONCE = str(int(NOW.timestamp())), "1372623149"
TEXTS = ["hello", "平安，谢谢！🙂 & <b>", "长" * 2000, as_xml({"MsgType": "text", "Content": "救命"})]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_we_open_what_the_vendor_seals(text: str) -> None:
    peer = asks(seal=text, id=APP_ID)
    query = {"timestamp": AT, "nonce": NONCE, "msg_signature": peer["signature"], "echostr": peer["sealed"]}
    lock = Lock(TOKEN, AES_KEY, APP_ID)
    lock.check(query, NOW)
    assert lock.echo(query) == text
    if text.startswith("<xml>"):
        assert lock.open(query, envelope(peer["sealed"])).raw["Content"] == "救命"
    with pytest.raises(ForgedError):
        Lock(TOKEN, AES_KEY, "wxelsewhere").echo(query)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_the_vendor_opens_what_we_answer(text: str) -> None:
    answer = read_xml(Lock(TOKEN, AES_KEY, APP_ID).seal(text, NONCE, NOW))
    peer = asks(open=answer["Encrypt"])
    assert (peer["message"], peer["id"]) == (text, APP_ID)
    assert (peer["signature"], answer["TimeStamp"], answer["Nonce"]) == (answer["MsgSignature"], AT, NONCE)
