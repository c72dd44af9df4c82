"""Somebody writes more than an app lets one write at once, as a mail does: she reads where what was kept of it ends."""

from email.message import EmailMessage

import pytest
from sqlalchemy import select

from bot.cases.store import cases
from bot.channels.mail.understand import raw_of, understand
from bot.inbox.model import Incoming, Said
from bot.prompts.notes import LONGEST, of_case
from tests.support.talk import Talk, text_of

REST = "然后是后半段"


def sos(talk: Talk, language: str = "zh") -> int:
    student = talk.student("S1")
    talk.set(student, name="李雁", language=language)
    talk.set(talk.counsellor, name="王老师")
    talk.says(student, "SOS")
    talk.presses(talk.counsellor, "case:1:ack")
    return student


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ("开头 4096 个字", "我我我完”为止", "后面的请再发一条")),
        ("en", ("the first 4096 characters", "我我我完”", "Please send what comes after it")),
    ],
)
def test_she_reads_that_only_the_beginning_was_passed_on_and_what_to_do(
    talk: Talk, language: str, said: tuple[str, ...]
) -> None:
    student = sos(talk, language)
    kept = "我" * (LONGEST - 1) + "完"
    replies = talk.says(student, kept + REST)
    (relayed,) = talk.messages(talk.counsellor, "staff/relayed")
    assert relayed.text.endswith(kept)
    assert all(piece in replies[-1].text for piece in said)
    assert len(talk.says(student, REST)) == 1
    assert len(talk.says(student, f"  {kept}\n")) == 1  # the longest that Telegram takes is whole


def test_whoever_writes_to_her_reads_it_too(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "relay:1:write")
    assert "后面的请再发一条" in text_of(talk.says(talk.counsellor, "我" * LONGEST + REST))
    (relayed,) = talk.messages(student, "student/relayed")
    assert REST not in relayed.text


def test_nothing_that_led_to_a_cry_is_cut(talk: Talk) -> None:
    student = talk.student("S1")
    talk.set(student, name="李雁", language="zh")
    talk.says(student, "救命啊有人跟踪我。" + "我" * LONGEST)
    assert len(talk.says(student, "我" * LONGEST + REST)) == 1
    talk.says(student, "是")
    talk.presses(talk.counsellor, "case:1:ack")
    (case_id,) = talk.db.read(lambda conn: list(conn.execute(select(cases.c.id)).scalars()))
    found = [words for _, _, words in talk.db.read(lambda conn: of_case(conn, case_id))]
    assert max(map(len, found)) <= LONGEST
    assert "".join(found).replace("\n", "") == "救命啊有人跟踪我。" + "我" * LONGEST * 2 + REST


def test_a_mail_as_long_as_a_report_is_read_whole() -> None:
    mail = EmailMessage()
    mail["From"], mail["In-Reply-To"], mail["Subject"] = "mei@example.edu", "<x@example.edu>", "Re: report"
    words = "\n".join(f"第 {number} 段，" + "写" * 60 for number in range(400))
    mail.set_content(words, cte="base64")
    assert understand(raw_of(mail.as_bytes())).text.endswith(words[-100:])
    assert len(understand(raw_of(mail.as_bytes())).text) >= len(words)


@pytest.mark.parametrize(
    ("language", "where", "nothing"),
    [
        ("zh", ("开头 6 个字", "“…今天去了图书”为止"), "你写的字一个也没收到"),
        ("en", ("the first 6 characters", "“…今天去了图书”"), "none of your words got through"),
    ],
)
def test_of_a_mail_that_was_too_large_she_reads_so_and_where_it_ends(
    talk: Talk, language: str, where: tuple[str, ...], nothing: str
) -> None:
    student = sos(talk, language)
    sender = talk.address(student).external_id
    said = talk.hears(sender, Incoming(Said.TEXT, "", text="今天去了图书", is_cut=True))
    assert all(piece in said[-1].text for piece in where)
    (reply,) = talk.hears(sender, Incoming(Said.TEXT, "", is_cut=True))
    assert nothing in reply.text
