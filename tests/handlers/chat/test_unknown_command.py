"""A command that there is not, typed where words are awaited: refused, nothing kept of it, and the question again."""

from datetime import timedelta

import pytest

from bot.inbox.model import Incoming, Said
from bot.outbox.model import Rendered
from bot.people.model import RoleKind
from bot.prompts.store import notes
from bot.sessions import drafts
from tests.handlers.chat.test_session_planned import says as writes
from tests.handlers.chat.test_session_planned import sessions
from tests.support.school import utc
from tests.support.sessions import branch
from tests.support.talk import Talk, text_of
from tests.support.wecom_talk import WeComTalk

ASKED = utc("2026-09-08 22:40")


def test_it_is_no_title_of_a_session_and_the_title_is_asked_again(talk_on_wecom: WeComTalk) -> None:
    talk = talk_on_wecom
    talk.until(utc("2026-10-21 12:00"))
    zhao = talk.person("B1", RoleKind.SECRETARY)
    talk.link(zhao, "wecom")
    branch(talk, [talk.student("S1", channels=("wecom",))], "柏林支部", secretary=zhao)
    writes(talk, zhao, "/session")
    for typed in ("/sesion", "/Sesion@YanxinBot", "/sesion Friday"):
        said = text_of(both(talk, zhao, typed))
        assert "没有 /sesion 这个命令" in said
        assert "主题是什么" in said
    assert "什么时候" in writes(talk, zhao, "读书会").text
    draft = talk.db.read(lambda conn: drafts.get(conn, zhao, talk.now))
    assert draft["title"] == "读书会"
    assert "什么时候" in text_of(both(talk, zhao, "/when"))
    assert sessions(talk) == []
    assert "什么时候" in writes(talk, zhao, "/session").text, "those that there are go on working"


def both(talk: Talk, person_id: int, text: str) -> list[Rendered]:
    return talk.hears(talk.address(person_id).external_id, Incoming(Said.TEXT, "", text=text), "wecom")


@pytest.mark.parametrize(
    ("language", "refusal", "question"),
    [
        ("zh", "没有 /sotp 这个命令", "想安静多久"),
        ("en", "There is no command /sotp", "How long would you like it quiet"),
    ],
)
def test_a_student_who_is_asked_for_a_day_reads_so_in_her_language(
    talk: Talk, language: str, refusal: str, question: str
) -> None:
    student = talk.student("S1")
    talk.set(student, language=language)
    asked = text_of(talk.says(student, "/pause"))
    said = talk.says(student, "/sotp")
    assert refusal in said[0].text
    assert said[-1].text in asked
    assert question in asked
    assert talk.someone(student).paused_until is None
    talk.says(student, "5 天")
    assert talk.someone(student).paused_until is not None


def test_it_is_no_note_to_what_she_has_just_answered(talk: Talk) -> None:
    student = talk.student("S1")
    talk.until(ASKED)
    talk.says(student, "平安")
    assert "没有 /wheer 这个命令" in text_of(talk.says(student, "/wheer"))
    assert kept(talk) == 0
    talk.says(student, "有点累")
    assert kept(talk) == 1


def test_a_question_for_urgent_help_that_is_settled_is_not_asked_again(talk: Talk) -> None:
    student = talk.student("S1")
    for minute, words in enumerate(("/pause", "求助", "不是")):
        talk.until(ASKED + timedelta(minutes=minute))
        talk.says(student, words)
    talk.until(ASKED + timedelta(minutes=3))
    said = text_of(talk.says(student, "/sotp"))
    assert "没有 /sotp 这个命令" in said
    assert "要紧急求助吗" not in said, "no silence of hers would be taken as a yes now"
    talk.says(student, "5 天")
    assert talk.someone(student).paused_until is not None


@pytest.mark.parametrize(
    "text", ["/r/travel 很有用", "1/2 的钱还没到", "/a/b", "/", "/一切都好", "/ok\n今天去了博物馆"]
)
def test_what_is_no_command_is_taken_as_words(talk: Talk, text: str) -> None:
    student = talk.student("S1")
    talk.until(ASKED)
    talk.says(student, "平安")
    assert "这个命令" not in text_of(talk.says(student, text))
    assert kept(talk) == 1


def test_while_she_is_helped_every_word_goes_to_her_helpers(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "SOS")
    talk.presses(talk.counsellor, "case:1:ack")
    assert "这个命令" not in text_of(talk.says(student, "/hlep"))
    assert any("/hlep" in one.text for one in talk.messages(talk.counsellor, "staff/relayed"))


def kept(talk: Talk) -> int:
    return len(talk.db.read(lambda conn: conn.execute(notes.select()).all()))
