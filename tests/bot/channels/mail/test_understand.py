"""Recorded mails, one file each in the shape of one server or program: what each means."""

from pathlib import Path

import pytest

from bot.channels.mail.understand import raw_of, understand
from bot.inbox.model import Incoming, Said

FOLDER = Path(__file__).parent / "mails"
REFERENCE = "r" * 43
MEI = "mei@uni.example"
BOUNCES = {
    "bounce_postfix": "5.1.1",
    "bounce_exchange": "5.1.10",
    "bounce_exim": "5.0.0",
    "bounce_chinese_provider": "5.1.1",
    "bounce_gmail_full": "5.2.2",
    "bounce_policy": "5.7.1",
}
REPLIES = {
    "reply_gmail": "All good here.",
    "reply_chinese": "平安，谢谢老师！",
    "reply_outlook": "Fine, a bit tired.",
    "reply_qq": "有点难",
    "reply_iphone": "还行",
    "reply_html": "Hello,\nI am fine",
    "odd_charset": "fine",
}
FRESH = {"fresh_cry": "救命啊\n有人跟踪我", "fresh": "question\nWhen is the next session?"}
CALENDARS = ("calendar_gmail", "calendar_outlook", "calendar_apple", "calendar_delegated", "calendar_not_hers")
NOTHING = (
    "bounce_delayed",
    "bounce_relayed",
    "bounce_forged",
    "out_of_office",
    "out_of_office_old",
    "out_of_office_chinese",
    "empty",
)


def read(name: str) -> Incoming:
    return understand(raw_of((FOLDER / f"{name}.eml").read_bytes()))


def test_every_recorded_mail_is_looked_at() -> None:
    assert {file.stem for file in FOLDER.glob("*.eml")} == {*BOUNCES, *REPLIES, *FRESH, *NOTHING, *CALENDARS}


@pytest.mark.parametrize(("name", "status"), BOUNCES.items())
def test_a_bounce_names_our_mail_and_why(name: str, status: str) -> None:
    incoming = read(name)
    assert (incoming.said, incoming.data) == (Said.BOUNCED, f"{REFERENCE}|{status}")


@pytest.mark.parametrize(("name", "words"), REPLIES.items())
def test_a_reply_is_her_own_words_and_names_our_mail(name: str, words: str) -> None:
    incoming = read(name)
    assert (incoming.said, incoming.text, incoming.reply_ref) == (Said.TEXT, words, REFERENCE)
    assert (incoming.sender, incoming.name) == (MEI, "小梅")


@pytest.mark.parametrize(("name", "words"), FRESH.items())
def test_a_mail_of_her_own_is_read_with_its_subject_and_names_nothing(name: str, words: str) -> None:
    incoming = read(name)
    assert (incoming.said, incoming.text, incoming.reply_ref) == (Said.TEXT, words, None)


@pytest.mark.parametrize("name", NOTHING)
def test_machines_and_reports_that_say_nothing_for_certain_mean_nothing(name: str) -> None:
    assert read(name).said is Said.OTHER


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"From: =?x?=\r\nContent-Type: multipart/mixed\r\n\r\nx", b"no"]
)
def test_what_is_no_mail_breaks_nothing(content: bytes) -> None:
    understand(raw_of(content))
    assert understand({}).said is Said.OTHER


UID = "4e8b0a52-8f58-4f0e-9a4c-0a8c7d9f6b21"


@pytest.mark.parametrize(
    ("name", "data", "comment"),
    [
        ("calendar_gmail", f"yes|0|{UID}", ""),
        ("calendar_outlook", f"no|2|{UID}", "那天有考试 抱歉"),
        ("calendar_apple", f"maybe|0|{UID}", ""),
    ],
)
def test_what_a_calendar_program_mails_back(name: str, data: str, comment: str) -> None:
    assert read(name) == Incoming(Said.ATTENDS, MEI, text=comment, data=data)


@pytest.mark.parametrize("name", ["calendar_delegated", "calendar_not_hers"])
def test_what_a_calendar_program_says_of_somebody_else_means_nothing(name: str) -> None:
    assert read(name).said is Said.OTHER


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("METHOD:REPLY", "METHOD:COUNTER"),
        ("BEGIN:VCALENDAR", "BEGIN"),
        ("UID:", "X-UID:"),
        ("SEQUENCE:0", "SEQUENCE:x"),
    ],
)
def test_a_broken_calendar_breaks_nothing(old: str, new: str) -> None:
    content = (FOLDER / "calendar_gmail.eml").read_text().replace(old, new)
    assert understand(raw_of(content.encode())).said in {Said.OTHER, Said.ATTENDS}
