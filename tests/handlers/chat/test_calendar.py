"""/calendar: a link for her calendar program where branch matters may travel, a page of hers elsewhere; and off."""

import pytest
from sqlalchemy import select

from bot.inbox.model import Incoming, Said
from bot.journal.store import journal
from bot.links.model import token_hash
from bot.links.store import links
from bot.outbox.model import Rendered
from tests.support.school import utc
from tests.support.sessions import branch, create, invitation
from tests.support.talk import Talk, labels
from tests.support.wecom_talk import WeComTalk


@pytest.fixture
def talk(talk_on_wecom: WeComTalk) -> Talk:
    return talk_on_wecom


@pytest.fixture
def mei(talk: Talk) -> int:
    talk.until(utc("2026-10-20 12:00"))
    return talk.student("S1", zone="Europe/Berlin", city="Berlin", country="DE", channels=("wecom",))


def says(talk: Talk, person_id: int, text: str) -> list[Rendered]:
    return talk.hears(talk.address(person_id).external_id, Incoming(Said.TEXT, "", text=text), "wecom")


def live(talk: Talk) -> list[str]:
    query = select(links.c.token_hash).where(links.c.purpose == "calendar", links.c.revoked_at.is_(None))
    return talk.db.read(lambda conn: list(conn.execute(query).scalars()))


@pytest.mark.parametrize("words", ["/calendar", "日历", "我的日历"])
def test_she_gets_a_link_of_which_only_a_hash_is_kept(talk: Talk, mei: int, words: str) -> None:
    (reply,) = says(talk, mei, words)
    found = next(line for line in reply.text.splitlines() if "/calendar/" in line)
    token = found.rpartition("/")[2].removesuffix(".ics")
    assert live(talk) == [token_hash(token)]
    assert "以前的链接" not in reply.text
    assert labels([reply]) == ["收回我的日历链接"]


def test_earlier_links_go_on_and_all_end_together(talk: Talk, mei: int) -> None:
    says(talk, mei, "/calendar")
    (second,) = says(talk, mei, "/calendar")
    assert "一共有 2 个" in second.text
    (off,) = says(talk, mei, "/calendar off")
    assert "已经收回" in off.text
    assert live(talk) == []
    (again,) = says(talk, mei, "/calendar off")
    assert "还没有日历链接" in again.text
    taken = select(journal.c.id).where(journal.c.action == "calendar.taken_back")
    assert len(talk.db.read(lambda conn: conn.execute(taken).all())) == 1


def test_on_telegram_there_is_only_the_way_to_a_page_of_hers(talk: Talk) -> None:
    talk.until(utc("2026-10-20 12:00"))
    mei = talk.student("S1", zone="Europe/Berlin", country="DE")
    asked = Incoming(Said.TEXT, "", text="/calendar")
    (reply,) = talk.hears(talk.address(mei).external_id, asked, "telegram")
    assert "/calendar/" in reply.text
    assert ".ics" not in reply.text
    assert live(talk) == []


def test_one_session_goes_into_her_calendar_from_its_button(talk: Talk, mei: int) -> None:
    branch(talk, [mei])
    made = create(talk)
    says(talk, mei, "1")
    assert "放进我的日历" in labels(talk.last)
    number = invitation(talk, made, mei).id
    press = Incoming(Said.PRESS, "", data=f"meet:{number}:calendar")
    (reply,) = talk.hears(talk.address(mei).external_id, press, "wecom")
    assert reply.text.endswith("/meeting.ics")
    assert "二十大" not in reply.text


def test_nobody_gets_the_file_of_somebody_elses_session(talk: Talk, mei: int) -> None:
    other = talk.student("S2", zone="Europe/Berlin", channels=("wecom",))
    branch(talk, [mei])
    made = create(talk)
    press = Incoming(Said.PRESS, "", data=f"meet:{invitation(talk, made, mei).id}:calendar")
    (reply,) = talk.hears(talk.address(other).external_id, press, "wecom")
    assert ".ics" not in reply.text
