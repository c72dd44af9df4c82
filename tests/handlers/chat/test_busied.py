"""/busy: she says when she cannot meet and takes it back; on Telegram there is only the way to a page of hers."""

import pytest

from bot.inbox.model import Incoming, Said
from bot.outbox.model import Rendered
from bot.sessions import busy
from tests.support.school import utc
from tests.support.talk import Talk, labels
from tests.support.wecom_talk import WeComTalk


@pytest.fixture
def talk(talk_on_wecom: WeComTalk) -> Talk:
    return talk_on_wecom


@pytest.fixture
def mei(talk: Talk) -> int:
    talk.until(utc("2026-10-20 12:00"))
    return talk.student("S1", zone="Europe/Berlin", city="Berlin", country="DE", channels=("wecom",))


def says(talk: Talk, person_id: int, text: str, channel: str = "wecom") -> Rendered:
    sender = talk.address(person_id).external_id
    (reply,) = talk.hears(sender, Incoming(Said.TEXT, "", text=text), channel)
    return reply


def stated(talk: Talk, person_id: int) -> list[busy.Stated]:
    return talk.db.read(lambda conn: busy.stated_by(conn, person_id))


def test_she_states_two_takes_one_back_and_then_all(talk: Talk, mei: int) -> None:
    assert "只有你自己看得到" in says(talk, mei, "没空").text
    assert "没看懂" in says(talk, mei, "上课的时候").text  # and what she writes next still belongs here
    assert "1. 周三 14:00–16:00" in says(talk, mei, "周三 14:00-16:00").text
    both = says(talk, mei, "/busy 周一到周二 22:00-6:00")
    assert "2. 周一、周二 22:00–06:00 （次日）" in both.text
    assert labels([both]) == ["收回 1", "收回 2"]
    left = says(talk, mei, "A")
    assert ("已撤回" in left.text, "1. 周一、周二" in left.text) == (True, True)
    assert len(stated(talk, mei)) == 1
    assert "都收回了" in says(talk, mei, "/busy off").text
    assert stated(talk, mei) == []


def test_english_reads_as_well_and_there_is_an_end_to_it(talk: Talk, mei: int) -> None:
    talk.set(mei, language="en")
    assert "Nobody sees it but you" in says(talk, mei, "/busy").text
    assert "Mon, Tue, Wed, Thu, Fri 09:00–17:00" in says(talk, mei, "Mon-Fri 9-17").text
    for number in range(busy.MOST - 1):
        says(talk, mei, f"Sat {number}:00-{number}:30")
    assert "as many as I can keep" in says(talk, mei, "Sun 9-10").text
    assert len(stated(talk, mei)) == busy.MOST
    assert "busy: 20" in says(talk, mei, "/mydata").text


def test_on_telegram_there_is_only_the_way_to_a_page_of_hers(talk: Talk) -> None:
    talk.until(utc("2026-10-20 12:00"))
    person = talk.student("S2", channels=("telegram",))
    reply = says(talk, person, "/busy 周三 14:00-16:00", "telegram")
    assert "/calendar/" in reply.text
    assert "周三" not in reply.text
    assert stated(talk, person) == []
