"""A cry for help where she has not agreed yet: what she sends after it reaches her helpers, and does nothing else."""

import pytest
from sqlalchemy import select

from bot.addresses.model import AddressState
from bot.cases.store import cases
from bot.engine import deeds
from bot.inbox.model import Incoming, Said
from bot.prompts.store import notes
from tests.support.talk import Talk, text_of


@pytest.fixture
def student(talk: Talk) -> int:
    return talk.student("S1", channels=[])


@pytest.fixture
def link(talk: Talk, student: int) -> str:
    """The address that an invitation was followed to, and no further."""
    talk.follows("phone-1", talk.invite(student))
    return "phone-1"


def write(talk: Talk, link: str, text: str) -> str:
    return text_of(talk.hears(link, Incoming(Said.TEXT, "", text=text)))


def kept(talk: Talk) -> list[dict[str, object]]:
    """Return what her helpers find with her case, in its order."""
    query = select(notes.c.body).where(notes.c.case_id.is_not(None)).order_by(notes.c.id)
    return list(talk.db.read(lambda conn: conn.execute(query).scalars().all()))


def test_words_and_a_position_after_a_cry_reach_her_helpers(talk: Talk, student: int, link: str) -> None:
    write(talk, link, "救命")
    assert "帮你的老师看得到" in write(talk, link, "我在三号楼后面")
    there = talk.hears(link, Incoming(Said.POSITION, "", latitude=52.5, longitude=13.4))
    assert "收到" in text_of(there)
    assert kept(talk) == [{"text": "救命"}, {"text": "我在三号楼后面"}, {"latitude": 52.5, "longitude": 13.4}]
    assert talk.states(student) == [AddressState.PENDING]


def test_whoever_takes_it_is_not_named_where_nobody_has_agreed(talk: Talk, student: int, link: str) -> None:
    talk.set(talk.counsellor, name="宋知远")
    write(talk, link, "救命")
    case_id = talk.db.read(lambda conn: conn.execute(select(cases.c.id)).scalar_one())
    talk.do(lambda conn: deeds.acknowledge(conn, case_id, talk.counsellor, talk.now))
    reply = write(talk, link, "他还在门口")
    assert "宋知远" not in reply
    assert "帮你的老师看得到" in reply
    assert kept(talk)[-1] == {"text": "他还在门口"}
    assert talk.cases(student) == [("urgent", "acknowledged")]


def test_words_while_the_question_waits_are_kept_for_the_alarm(talk: Talk, student: int, link: str) -> None:
    write(talk, link, "求助")
    assert "要紧急求助吗？" in write(talk, link, "我在三号楼后面")
    talk.minutes_pass(3)
    assert talk.cases(student) == [("urgent", "open")]
    assert kept(talk) == [{"text": "求助\n我在三号楼后面"}]


def test_a_false_alarm_is_said_there_too(talk: Talk, student: int, link: str) -> None:
    write(talk, link, "救命")
    pressed = talk.hears(link, Incoming(Said.PRESS, "", data="sos:false"))
    assert "可以开始吗" not in text_of(pressed)
    assert talk.cases(student) == [("urgent", "open")]  # until somebody has spoken with her


@pytest.mark.parametrize("said", ["/mydata", "/help", "/start"])
def test_commands_still_wait_for_her_consent(talk: Talk, student: int, link: str, said: str) -> None:
    write(talk, link, "救命")
    assert "可以开始吗" in write(talk, link, said)
    assert talk.states(student) == [AddressState.PENDING]


def test_she_may_still_agree(talk: Talk, student: int, link: str) -> None:
    write(talk, link, "救命")
    write(talk, link, "我同意")
    assert talk.states(student) == [AddressState.WORKING]


def test_a_cry_elsewhere_opens_no_way_for_whoever_holds_a_link(talk: Talk, student: int, link: str) -> None:
    talk.follows("phone-2", talk.invite(student))
    write(talk, "phone-2", "救命")
    assert "可以开始吗" in write(talk, link, "没事了，她好好的")
    assert kept(talk) == [{"text": "救命"}]
