"""/session: a session is arranged in chat; faults are said at their question, and nothing that was said is lost."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.branches.store import branches
from bot.inbox.model import Incoming, Said
from bot.outbox.model import Rendered
from bot.people.model import RoleKind
from bot.sessions import drafts, store
from bot.sessions.model import Session
from tests.support.school import utc
from tests.support.sessions import branch, told
from tests.support.talk import Talk, labels
from tests.support.wecom_talk import WeComTalk

LINK = "https://meet.example.edu/abc"


@pytest.fixture
def talk(talk_on_wecom: WeComTalk) -> Talk:
    return talk_on_wecom


@pytest.fixture
def zhao(talk: Talk) -> int:
    """Return the secretary of a branch of one member in Berlin, on a Wednesday evening in Beijing."""
    talk.until(utc("2026-10-21 12:00"))
    leader = talk.person("B1", RoleKind.SECRETARY)
    talk.link(leader, "wecom")
    member = talk.student("S1", zone="Europe/Berlin", country="DE", channels=("wecom",))
    branch(talk, [member], "柏林支部", secretary=leader)
    return leader


def says(talk: Talk, person_id: int, text: str, channel: str = "wecom") -> Rendered:
    sender = talk.address(person_id).external_id
    (reply,) = talk.hears(sender, Incoming(Said.TEXT, "", text=text), channel)
    return reply


def sessions(talk: Talk) -> list[Session]:
    def look(conn: Connection) -> list[Session]:
        ids = list(conn.execute(select(store.sessions.c.id)).scalars())
        return list(store.by_ids(conn, ids).values())

    return talk.db.read(look)


def member(talk: Talk) -> int:
    return talk.db.read(lambda conn: int(conn.execute(select(branches.c.secretary_id)).scalar_one())) + 1


def test_five_answers_a_preview_and_a_yes(talk: Talk, zhao: int) -> None:
    assert "主题是什么" in says(talk, zhao, "安排活动").text
    assert "什么时候" in says(talk, zhao, "读书会").text
    assert "要多长时间" in says(talk, zhao, "周六晚上8点").text
    assert "入会链接" in says(talk, zhao, "1.5小时").text
    assert "会前要读什么" in says(talk, zhao, LINK).text
    preview = says(talk, zhao, "第三章")
    for said in ("读书会", "10月24日 周六 20:00", "90 分钟", LINK, "第三章", "柏林支部：邀请 1 人"):
        assert said in preview.text
    assert sessions(talk) == []
    assert labels([preview])[0] == "可以，发出邀请"
    done = says(talk, zhao, "A")
    assert "已经邀请大家" in done.text
    (made,) = sessions(talk)
    assert (made.title, made.starts_at, made.minutes) == ("读书会", utc("2026-10-24 12:00"), 90)
    assert (made.link, made.material, made.author_id, made.is_discreet) == (LINK, "第三章", zhao, True)
    assert told(talk, member(talk)) == [("question", "10-21 12:00")]
    for again in ("hold:go", "hold:off"):
        (reply,) = talk.presses(zhao, again)
        assert ("已经安排好的都在这里" in reply.text, "没有邀请任何人" in reply.text) == (True, False)
    assert len(sessions(talk)) == 1


def test_what_is_wrong_is_said_at_its_question_and_all_that_was_said_stays(talk: Talk, zhao: int) -> None:
    says(talk, zhao, "/session")
    assert "太长了" in says(talk, zhao, "长" * 121).text
    says(talk, zhao, "读书会")
    for wrong, words in (("有空的时候", "哪一天"), ("周六", "还差几点"), ("今天 8:00", "已经过去了")):
        reply = says(talk, zhao, wrong)
        assert (words in reply.text, "什么时候" in reply.text) == (True, True)
    says(talk, zhao, "10-24 20:00")
    assert "5 分钟到 12 小时" in says(talk, zhao, "3 分钟").text
    says(talk, zhao, "60")
    assert "这不是链接" in says(talk, zhao, "meet.example.edu").text
    says(talk, zhao, "没有")
    preview = says(talk, zhao, "没有")
    assert ("读书会" in preview.text, "会前" in preview.text) == (True, False)
    talk.presses(zhao, "hold:edit:starts_at")
    assert "10月25日 周日 09:30" in says(talk, zhao, "周日上午9点半").text
    talk.presses(zhao, "hold:edit:starts_at")
    for wrong, words in (("周六20点火星时间", "没认出是哪里的时间"), ("周六 20:00到19:00", "结束时间要在开始之后")):
        reply = says(talk, zhao, wrong)
        assert (words in reply.text, "什么时候" in reply.text) == (True, True), reply.text
    preview = says(talk, zhao, "周六下午2点到3点半 柏林时间")
    assert ("10月24日 周六 20:00" in preview.text, "90 分钟" in preview.text) == (True, True), preview.text
    talk.presses(zhao, "hold:edit:starts_at")
    says(talk, zhao, "周日上午9点半")
    talk.until(utc("2026-10-25 02:00"))  # she forgot to press, and the hour went by
    talk.presses(zhao, "hold:go")
    assert sessions(talk) == []
    assert "已经过去了" in talk.last[0].text
    assert "读书会" in says(talk, zhao, "下周六 20:00").text


def test_it_is_gone_on_with_after_something_else_and_can_be_dropped(talk: Talk, zhao: int) -> None:
    says(talk, zhao, "/session")
    says(talk, zhao, "读书会")
    says(talk, zhao, "/help")
    assert "什么时候" in says(talk, zhao, "/session").text
    assert "不安排了" in says(talk, zhao, "算了").text
    assert talk.db.read(lambda conn: drafts.get(conn, zhao, talk.now)) == {}
    says(talk, zhao, "/session")
    says(talk, zhao, "读书会")
    late = talk.now + drafts.LASTS + timedelta(minutes=1)
    assert talk.db.read(lambda conn: drafts.get(conn, zhao, late)) == {}


def test_nobody_else_arranges_anything_and_nothing_of_it_is_said_on_telegram(talk: Talk, zhao: int) -> None:
    assert "书记或副书记" in says(talk, member(talk), "/session").text
    talk.presses(member(talk), "hold:go")
    assert sessions(talk) == []
    other = talk.person("B2", RoleKind.SECRETARY)
    talk.link(other, "telegram")
    talk.do(lambda conn: conn.execute(branches.update().values(deputy_id=other)))
    reply = says(talk, other, "/session", "telegram")
    assert "/console/sessions/new" in reply.text
    assert "支部" not in reply.text
    assert zhao
