"""Every kind of message and event as WeChat sends it, one file each, and what it says in our own words."""

from pathlib import Path

import pytest

from bot.channels.wechat.understand import cleaned, external_id, heard, is_known, understand
from bot.channels.xml_reading import read_xml
from bot.inbox.model import FileKind, Incoming, Said, SentFile

FOLDER = Path(__file__).with_name("updates")
SHE = "openid-S1"
OTHER = Incoming(Said.OTHER, SHE)
FILE = Incoming(Said.FILE, SHE, opens="wrote")
SCANNED = Incoming(Said.START, SHE, data="tok-1_A", opens="tapped")
TABLE = {
    "text": Incoming(Said.TEXT, SHE, text="我很好，谢谢 & <你>", opens="wrote"),
    "text_command": Incoming(Said.TEXT, SHE, text="/zone New York", opens="wrote"),
    "text_empty": OTHER,
    "image": Incoming(Said.FILE, SHE, opens="wrote", files=(SentFile(FileKind.PHOTO, "M"),)),
    "voice": Incoming(Said.FILE, SHE, opens="wrote", files=(SentFile(FileKind.VOICE, "M"),)),
    "video": FILE,
    "shortvideo": FILE,
    "file": FILE,
    "link": FILE,
    "location": Incoming(Said.POSITION, SHE, latitude=40.7128, longitude=-74.006, opens="wrote"),
    "location_odd": OTHER,
    "event_subscribe": Incoming(Said.UNBLOCKED, SHE, opens="tapped"),
    "event_subscribe_scene": SCANNED,
    "event_SCAN": SCANNED,
    "event_unsubscribe": Incoming(Said.BLOCKED, SHE),
    "event_CLICK": Incoming(Said.TEXT, SHE, text="/sos", opens="tapped"),
    "event_CLICK_odd": OTHER,
    "event_VIEW": OTHER,
    "event_view_miniprogram": OTHER,
    "event_LOCATION": OTHER,
    "event_location_select": OTHER,
    "event_scancode_push": OTHER,
    "event_scancode_waitmsg": OTHER,
    "event_pic_sysphoto": OTHER,
    "event_pic_photo_or_album": OTHER,
    "event_TEMPLATESENDJOBFINISH": OTHER,
    "event_subscribe_msg_popup_event": Incoming(
        Said.ALLOWED, SHE, leaves=(("template-once-1", 1), ("template-once-2", 0))
    ),
    "event_subscribe_msg_popup_event_one": Incoming(Said.ALLOWED, SHE, leaves=(("template-once-1", 1),)),
    "event_subscribe_msg_change_event": Incoming(Said.ALLOWED, SHE, leaves=(("template-once-1", 0),)),
    "event_subscribe_msg_sent_event": Incoming(Said.ALLOWED, SHE),
    "event_kf_create_session": OTHER,
    "event_user_authorize_invoice": OTHER,
    "unknown": OTHER,
}
NOBODY_ASKED = {"event_kf_create_session", "event_user_authorize_invoice", "unknown"}
"""What is of no kind that we expect; everything else is, though we have no use for some of it."""


def test_every_file_is_in_the_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.xml")} == TABLE.keys()


@pytest.mark.parametrize("name", sorted(TABLE))
def test_what_it_says(name: str) -> None:
    raw = read_xml((FOLDER / f"{name}.xml").read_bytes())
    assert understand(raw) == TABLE[name]
    assert is_known(raw) == (name not in NOBODY_ASKED)
    assert external_id(raw) is not None


@pytest.mark.parametrize("name", ["event_LOCATION", "event_location_select"])
def test_a_position_that_she_did_not_send_is_not_kept(name: str) -> None:
    raw = cleaned(read_xml((FOLDER / f"{name}.xml").read_bytes()))
    assert "40.7" not in str(raw)
    assert "Broadway" not in str(raw)


def test_what_is_checked_for_a_cry() -> None:
    assert heard(TABLE["event_CLICK"]) == "/sos"


@pytest.mark.parametrize(
    "raw",
    [
        {"FromUserName": {"a": "b"}, "MsgType": "text", "Content": "x"},
        {"FromUserName": "S" * 65, "MsgType": "text", "Content": "x"},
        {"FromUserName": SHE, "MsgType": "text", "Content": ["x", "y"]},
        {"FromUserName": SHE, "MsgType": "location", "Location_X": "nan", "Location_Y": "1"},
        {"FromUserName": SHE, "MsgType": "event", "Event": {}, "EventKey": []},
    ],
)
def test_odd_shapes_are_other_and_never_an_error(raw: dict[str, object]) -> None:
    assert understand(raw).said is Said.OTHER


@pytest.mark.parametrize("inside", ["", "x", {"List": "x"}, {"List": [{"TemplateId": ["a"]}, {"TemplateId": "a"}]}])
def test_odd_leaves_allow_nothing(inside: object) -> None:
    event = {"FromUserName": SHE, "MsgType": "event", "Event": "subscribe_msg_popup_event"}
    assert understand(event | {"SubscribeMsgPopupEvent": inside}).leaves == ()
