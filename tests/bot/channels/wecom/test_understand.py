"""Every kind of message and event as WeCom sends it, one file each, and what it says in our own words."""

from pathlib import Path

import pytest

from bot.channels.wecom.understand import cleaned, external_id, heard, is_known, understand
from bot.channels.xml_reading import MalformedError, read_xml
from bot.inbox.model import FileKind, Incoming, Said, SentFile

FOLDER = Path(__file__).with_name("updates")
OTHER = Incoming(Said.OTHER, "S1")
FILE = Incoming(Said.FILE, "S1")
TABLE = {
    "text": Incoming(Said.TEXT, "S1", text="我很好，谢谢 & <你>"),
    "text_command": Incoming(Said.TEXT, "S1", text="/zone New York"),
    "text_empty": OTHER,
    "image": Incoming(Said.FILE, "S1", files=(SentFile(FileKind.PHOTO, "1G6nrLmr5EC3MMb"),)),
    "voice": Incoming(Said.FILE, "S1", files=(SentFile(FileKind.VOICE, "1G6nrLmr5EC3MMb"),)),
    "video": FILE,
    "file": Incoming(Said.FILE, "S1", files=(SentFile(FileKind.DOCUMENT, "1G6", "报告.docx"),)),
    "link": FILE,
    "location": Incoming(Said.POSITION, "S1", latitude=40.7128, longitude=-74.006),
    "location_odd": OTHER,
    "event_subscribe": Incoming(Said.UNBLOCKED, "S1"),
    "event_unsubscribe": Incoming(Said.BLOCKED, "S1"),
    "event_enter_agent": Incoming(Said.ENTERED, "S1"),
    "event_click": Incoming(Said.TEXT, "S1", text="/sos"),
    "event_click_odd": OTHER,
    "event_view": OTHER,
    "event_LOCATION": OTHER,
    "event_location_select": OTHER,
    "event_template_card_event": Incoming(
        Said.PRESS,
        "S1",
        data="answer:12:fine",
        message_ref="zh-0123456789abcdef",
        press_ref="S1|zh-0123456789abcdef|ResponseCode-1",
    ),
    "event_template_card_menu_event": OTHER,
    "event_scancode_push": OTHER,
    "event_pic_sysphoto": OTHER,
    "event_batch_job_result": OTHER,
    "event_change_contact": OTHER,
    "event_open_approval_change": OTHER,
    "unknown": OTHER,
}
EXPECTED = {"event_view", "event_LOCATION", "event_click_odd", "text_empty", "location_odd"}
"""Kinds that we know and have no use for."""


def test_every_file_is_in_the_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.xml")} == TABLE.keys()


@pytest.mark.parametrize("name", sorted(TABLE))
def test_what_it_says(name: str) -> None:
    raw = read_xml((FOLDER / f"{name}.xml").read_bytes())
    assert understand(raw) == TABLE[name]
    assert is_known(raw) == (TABLE[name] != OTHER or name in EXPECTED)
    assert external_id(raw) is not None


def test_every_message_and_event_has_an_id_of_its_own() -> None:
    ids = [external_id(read_xml(path.read_bytes())) for path in FOLDER.glob("*.xml")]
    assert len(set(ids)) == len(TABLE)
    again = read_xml((FOLDER / "event_click.xml").read_bytes())
    assert external_id(again) == external_id(dict(again))
    assert external_id(again) != external_id(again | {"EventKey": "/help"})
    assert external_id(again) != external_id(again | {"CreateTime": "1795608001"})


@pytest.mark.parametrize("raw", [{}, {"MsgType": "text"}, {"MsgId": "x" * 65}, {"MsgType": "event", "Event": "click"}])
def test_what_cannot_be_told_from_others_has_none(raw: dict[str, str]) -> None:
    assert external_id(raw) is None


@pytest.mark.parametrize("name", ["event_LOCATION", "event_location_select"])
def test_a_position_that_she_did_not_send_is_not_kept(name: str) -> None:
    raw = cleaned(read_xml((FOLDER / f"{name}.xml").read_bytes()))
    assert "40.7" not in str(raw)
    assert "Broadway" not in str(raw)
    assert raw["FromUserName"] == "S1"


def test_what_is_checked_for_a_cry() -> None:
    assert heard(TABLE["event_click"]) == "/sos"
    assert heard(TABLE["event_template_card_event"]) == "answer:12:fine"


@pytest.mark.parametrize(
    "raw",
    [
        {"FromUserName": {"a": "b"}, "MsgType": "text", "Content": "x"},
        {"FromUserName": "S" * 65, "MsgType": "text", "Content": "x"},
        {"FromUserName": "S1", "MsgType": ["text"], "Content": "x"},
        {"FromUserName": "S1", "MsgType": "text", "Content": ["x", "y"]},
        {"FromUserName": "S1", "MsgType": "location", "Location_X": "nan", "Location_Y": "1"},
        {"FromUserName": "S1", "MsgType": "event", "Event": {}, "EventKey": []},
    ],
)
def test_odd_shapes_are_other_and_never_an_error(raw: dict[str, object]) -> None:
    assert understand(raw).said is Said.OTHER


BOMB = '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><MsgType>&b;</MsgType></xml>'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no xml",
        "<xml>",
        "<xml></xml><xml></xml>",
        BOMB,
        '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml/>',
        '<?xml version="1.0" encoding="no-such"?><xml/>',
        "<xml>&undefined;</xml>",
        "<xml>" + "<a>" * 5000 + "</a>" * 5000 + "</xml>",
        "<xml>" + "<a/>" * 5000 + "</xml>",
        "<xml>\x00</xml>",
    ],
)
def test_xml_that_is_none_of_the_platforms(body: str) -> None:
    with pytest.raises(MalformedError):
        read_xml(body.encode())


def test_repeated_elements_are_a_list() -> None:
    assert read_xml(b"<xml><a>1</a><a>2</a><a>3</a><b><c/></b></xml>") == {"a": ["1", "2", "3"], "b": {"c": ""}}
