"""What updates of Telegram say, and that nothing odd in them raises."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.understand import cleaned, heard, is_known, understand, update_id
from bot.inbox.model import FileKind, Incoming, Said, SentFile

CHAT = {"id": 501, "type": "private"}
FROM = {"id": 501, "is_bot": False, "first_name": "Mei", "last_name": "Lin", "language_code": "zh-hans"}


def message(**parts: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 9, "chat": CHAT, "from": FROM, **parts}}


def test_a_text() -> None:
    assert understand(message(text=" all is well ")) == Incoming(
        Said.TEXT, "501", text="all is well", message_ref="9", name="Mei Lin", language="zh-hans"
    )


def test_what_a_text_replies_to() -> None:
    assert understand(message(text="where are you?", reply_to_message={"message_id": 4})).reply_ref == "4"
    assert understand(message(text="where are you?", reply_to_message="odd")).reply_ref is None


def test_the_largest_size_of_a_photo_or_the_document_is_what_can_be_fetched() -> None:
    sizes = [{"file_id": "s", "width": 90, "file_size": 9}, {"file_id": "l", "width": 1280}, {"file_id": 7}, "odd"]
    assert understand(message(photo=sizes)).files == (SentFile(FileKind.PHOTO, "l"),)
    document = {"file_id": "d", "file_name": "visa.pdf", "file_size": 12}
    assert understand(message(document=document)).files == (SentFile(FileKind.DOCUMENT, "d", "visa.pdf", 12),)
    assert understand(message(document=document, animation=document)).files == ()
    assert understand(message(voice={"file_id": "v"})).files == ()


@pytest.mark.parametrize(
    ("text", "said", "heard_text", "data"),
    [
        ("/start AbC_1-2", Said.START, "/start AbC_1-2", "AbC_1-2"),
        ("/start@yanxin_bot AbC", Said.START, "/start AbC", "AbC"),
        ("/start", Said.TEXT, "/start", ""),
        ("/start@yanxin_bot", Said.TEXT, "/start", ""),
        ("/Pause@yanxin_bot 3 days", Said.TEXT, "/pause 3 days", ""),
        ("/help", Said.TEXT, "/help", ""),
        ("mail me @home", Said.TEXT, "mail me @home", ""),
    ],
)
def test_commands(text: str, said: Said, heard_text: str, data: str) -> None:
    incoming = understand(message(text=text))
    assert (incoming.said, incoming.text, incoming.data) == (said, heard_text, data)


def test_a_press() -> None:
    press = {"id": "77", "from": FROM, "message": {"message_id": 5, "chat": CHAT}, "data": "answer:3:urgent"}
    incoming = understand({"update_id": 1, "callback_query": press})
    assert incoming == Incoming(
        Said.PRESS, "501", data="answer:3:urgent", message_ref="5", press_ref="77", name="Mei Lin", language="zh-hans"
    )
    assert heard(incoming) == "answer:3:urgent"


def test_a_position() -> None:
    incoming = understand(message(location={"latitude": -33.87, "longitude": 151}))
    assert (incoming.said, incoming.latitude, incoming.longitude) == (Said.POSITION, -33.87, 151.0)


@pytest.mark.parametrize("kind", ["photo", "document", "voice", "video", "video_note", "sticker", "animation", "audio"])
def test_files_with_what_she_wrote_under_them(kind: str) -> None:
    incoming = understand(message(**{kind: {}}, caption="救命"))
    assert (incoming.said, heard(incoming)) == (Said.FILE, "救命")


@pytest.mark.parametrize(
    ("status", "said"),
    [("kicked", Said.BLOCKED), ("left", Said.BLOCKED), ("member", Said.UNBLOCKED), ("administrator", Said.OTHER)],
)
def test_blocking(status: str, said: Said) -> None:
    incoming = understand({"my_chat_member": {"chat": CHAT, "from": FROM, "new_chat_member": {"status": status}}})
    assert (incoming.said, incoming.sender) == (said, "501")


def test_a_chat_that_moved() -> None:
    raw = {"message": {"chat": {"id": -5, "type": "group"}, "migrate_to_chat_id": -1005}}
    assert understand(raw) == Incoming(Said.MIGRATED, "-5", data="-1005")


@pytest.mark.parametrize(
    "raw",
    [
        {"message": {"chat": {"id": -5, "type": "group"}, "text": "/sos"}},
        {"edited_message": {"chat": CHAT, "text": "你好"}},
        {"callback_query": {"id": "1", "message": {"chat": {"id": -5, "type": "supergroup"}}, "data": "sos:yes"}},
        {"callback_query": {"id": "1", "inline_message_id": "x", "data": "sos:yes"}},
        {"my_chat_member": {"chat": {"id": -5, "type": "group"}, "new_chat_member": {"status": "kicked"}}},
        {"channel_post": {"chat": {"id": -5, "type": "channel"}, "text": "hello"}},
        {"poll_answer": {}},
        message(),
        message(pinned_message={}),
        {},
    ],
)
def test_everything_else_is_other(raw: dict[str, Any]) -> None:
    assert understand(raw).said is Said.OTHER


def test_kinds_that_we_asked_for_are_known() -> None:
    assert is_known(message(text="hi"))
    assert not is_known({"update_id": 1, "poll_answer": {}})
    assert not is_known({"update_id": 1, "message": "text"})


@pytest.mark.parametrize("value", [None, True, -1, 1.5, "7", 2**63])
def test_ids_that_are_not_telegrams(value: Any) -> None:
    assert update_id({"update_id": value}) is None


def test_half_a_surrogate_pair_can_be_stored() -> None:
    raw = cleaned(json.loads(r'{"update_id": 3, "message": {"text": ["\ud83d", "\ud83d\ude00"]}}'))
    assert raw == {"update_id": 3, "message": {"text": ["?", "😀"]}}
    json.dumps(raw, ensure_ascii=False).encode()


KEYS = ["message", "callback_query", "my_chat_member", "chat", "from", "id", "type", "text", "location", "data"]
KEYS += ["latitude", "longitude", "new_chat_member", "status", "migrate_to_chat_id"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("private"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(json_values)
def test_no_shape_raises(value: Any) -> None:
    update_id(value)
    raw = cleaned(value if isinstance(value, dict) else {"message": value})
    incoming = understand(raw)
    assert isinstance(incoming, Incoming)
    assert len(incoming.sender) < 32
    is_known(raw)


def test_it_needs_no_library() -> None:
    from bot.channels.telegram import understand as module  # noqa: PLC0415 - its file is what is looked at

    source = Path(module.__file__).read_text(encoding="utf-8")
    assert "import telegram" not in source
    assert "from telegram" not in source


def test_a_cry_written_into_an_old_message_is_heard() -> None:
    incoming = understand({"edited_message": {"chat": CHAT, "text": "救命"}})
    assert (incoming.said, incoming.text) == (Said.TEXT, "救命")
