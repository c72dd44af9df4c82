"""Every kind of frame as DingTalk pushes it, one file each, and what it says in our own words."""

import json
from pathlib import Path
from typing import Any

import pytest
from dingtalk_stream import AckMessage, CallbackMessage, CardCallbackMessage, ChatbotMessage, EventMessage
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.dingtalk.frames import Kind, MalformedError, answer, read
from bot.channels.dingtalk.understand import external_id, heard, is_known, understand
from bot.inbox.model import FileKind, Incoming, Said, SentFile
from tests.fakes.dingtalk_frames import CARD_TOPIC, ROBOT_TOPIC, callback, message, press

FOLDER = Path(__file__).with_name("updates")
OTHER = Incoming(Said.OTHER, "S1")
NOBODY = Incoming(Said.OTHER, "")
FILE = Incoming(Said.FILE, "S1")
PICTURE = SentFile(FileKind.PHOTO, "c")
TABLE = {
    "text": Incoming(Said.TEXT, "S1", text="我很好，谢谢 & <你>"),
    "text_command": Incoming(Said.TEXT, "S1", text="/zone New York"),
    "text_empty": OTHER,
    "text_odd": NOBODY,
    "text_in_a_group": Incoming(Said.TEXT, "S1", text="2"),
    "text_from_outside": Incoming(Said.TEXT, "outside:$:LWCP_v1:$S1", text="救命"),
    "text_from_nobody": NOBODY,
    "richText": Incoming(Said.TEXT, "S1", text="我没事，在宿舍", files=(PICTURE,)),
    "richText_pictures": Incoming(Said.FILE, "S1", files=(PICTURE,)),
    "richText_odd": FILE,
    "picture": Incoming(Said.FILE, "S1", files=(PICTURE,)),
    "audio": FILE,
    "audio_cry": Incoming(Said.TEXT, "S1", text="救命啊有人跟踪我"),
    "video": FILE,
    "file": Incoming(Said.FILE, "S1", files=(SentFile(FileKind.DOCUMENT, "c", "a.pdf"),)),
    "unknown": OTHER,
    "card_callback": Incoming(Said.PRESS, "S1", data="answer:12:fine", message_ref="zh-0123456789abcdef"),
    "card_callback_odd": Incoming(Said.OTHER, "S1", message_ref="zh-0123456789abcdef"),
    "card_callback_broken": NOBODY,
    "other_topic": NOBODY,
    "event_user_leave_org": NOBODY,
    "event_user_add_org": NOBODY,
    "system_ping": NOBODY,
    "system_disconnect": NOBODY,
    "system_other": NOBODY,
}
UNKNOWN = {"unknown", "other_topic"}
"""What is only counted, beside events."""


def load(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def test_every_file_is_in_the_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == TABLE.keys()


@pytest.mark.parametrize("name", sorted(TABLE))
def test_what_it_says(name: str) -> None:
    frame = read(load(name))
    assert understand(frame.raw) == TABLE[name]
    if frame.kind is Kind.CALLBACK:
        assert is_known(frame.raw) == (name not in UNKNOWN)
        number = json.loads(json.loads(load(name))["data"]).get("msgId")
        assert external_id(frame.raw) == (number or f"frame:{frame.message_id}")
    elif frame.kind is Kind.EVENT:
        assert not is_known(frame.raw)
        assert frame.raw == {"topic": "*", "event": name.removeprefix("event_"), "message_id": frame.message_id}


def test_kinds_of_system_frames() -> None:
    kinds = [read(load(f"system_{name}")).kind for name in ("ping", "disconnect", "other")]
    assert kinds == [Kind.PING, Kind.DISCONNECT, Kind.SYSTEM]
    assert read(load("system_ping")).data == {"opaque": "abc"}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_nothing_keeps_the_address_that_anybody_could_write_to_her_with(name: str) -> None:
    assert "session" not in json.dumps(read(load(name)).raw).casefold()


def test_a_cry_in_a_press_or_in_a_voice_is_heard() -> None:
    assert heard(understand(read(load("audio_cry")).raw)) == "救命啊有人跟踪我"
    assert heard(understand(read(load("card_callback")).raw)) == "answer:12:fine"


def test_the_library_reads_what_the_fake_pushes() -> None:
    """The platform's own classes, as they stand, agree with the fake about every field that we use."""
    frame = CallbackMessage.from_dict(callback(ROBOT_TOPIC, message("S1", "n1", "text", text={"content": "2"}), "m1"))
    said = ChatbotMessage.from_dict(frame.data)
    assert (said.message_id, said.sender_staff_id, said.get_text_list()) == ("n1", "S1", ["2"])
    assert (frame.headers.topic, frame.headers.message_id) == (ChatbotMessage.TOPIC, "m1")
    pressed = CardCallbackMessage.from_dict(
        CallbackMessage.from_dict(callback(CARD_TOPIC, press("S1", "c1", "a:1"), "m2")).data
    )
    assert (pressed.user_id, pressed.card_instance_id) == ("S1", "c1")
    assert pressed.content["cardPrivateData"]["actionIds"] == ["a:1"]
    left = EventMessage.from_dict(json.loads(load("event_user_leave_org")))
    assert (left.headers.event_type, left.data["userId"]) == ("user_leave_org", ["S1"])


def test_an_answer_is_the_librarys() -> None:
    ours = json.loads(answer("m1", {"response": None}))
    theirs = AckMessage()
    theirs.headers.message_id, theirs.headers.content_type = "m1", "application/json"
    theirs.message, theirs.data = "OK", {"response": None}
    assert ours == theirs.to_dict()


BROKEN: list[Any] = [
    "",
    "[]",
    "{}",
    "null",
    "{",
    '{"type": "CALLBACK"}',
    '{"type": "NEW", "headers": {"messageId": "m"}}',
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_frame_that_is_none(text: str) -> None:
    with pytest.raises(MalformedError):
        read(text)


def test_a_frame_with_an_id_can_be_answered_though_nobody_understands_it() -> None:
    frame = callback(ROBOT_TOPIC, {}, "m7") | {"data": "{broken"}
    with pytest.raises(MalformedError) as caught:
        read(json.dumps(frame))
    assert caught.value.message_id == "m7"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["msgtype", "text", "content", "senderStaffId", "senderId", "msgId", "userId", "atUsers"])


@given(
    st.dictionaries(NAMES, JSON | st.sampled_from(["text", "richText", "audio"])),
    st.sampled_from([ROBOT_TOPIC, CARD_TOPIC]),
)
def test_whatever_is_in_it_nothing_breaks(data: dict[str, Any], topic: str) -> None:
    raw = {"topic": topic, "data": data, "message_id": "m1"}
    incoming = understand(raw)
    assert isinstance(heard(incoming), str)
    assert isinstance(is_known(raw), bool)
    assert external_id(raw)
