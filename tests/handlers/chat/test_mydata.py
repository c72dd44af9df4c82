"""What /mydata says of alarms about her, and that the alarms hold no more than her receipt says."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.buddies import store as buddies
from bot.cases.model import Reason
from bot.engine.casework import open_case
from bot.engine.pairing import accept, propose
from bot.prompts.model import ShareWith
from bot.settings import Retention
from bot.views.receipt import Receipt, receipt_of
from tests.support.talk import Talk, text_of


@pytest.fixture
def lin(talk: Talk) -> int:
    person = talk.student("S1", city="Boston")
    talk.set(person, name="林小雨", phone="+1 617 555 0100", email="lin@example.edu", consent_at=talk.now)
    return person


@pytest.fixture
def mei(talk: Talk, lin: int) -> int:
    """Her buddy."""
    person = talk.student("S2", city="Boston")
    talk.set(person, name="梅一", consent_at=talk.now)
    talk.do(lambda conn: propose(conn, lin, "S2", talk.now))
    pair = talk.db.read(lambda conn: buddies.of_person(conn, lin))[0].id
    talk.do(lambda conn: accept(conn, pair, person, talk.now))
    return person


def raised(talk: Talk, person: int, reason: Reason, share_with: ShareWith | None = None) -> int:
    return int(talk.do(lambda conn: open_case(conn, person, reason, None, talk.now, share_with).id))


def receipts(talk: Talk, person: int) -> list[Receipt]:
    def read(conn: Connection) -> list[Receipt]:
        return receipt_of(conn, person, Retention(), talk.now)

    return talk.db.read(read)


def test_nobody_was_told_and_nothing_is_said_of_it(talk: Talk, lin: int) -> None:
    replies = text_of(talk.says(lin, "/mydata"))
    assert "最近谁知道了" not in replies
    assert "/told/" in replies


def test_it_says_who_was_told_lately_and_leads_to_the_rest(talk: Talk, lin: int, mei: int) -> None:
    talk.set(talk.counsellor, name="李老师")
    raised(talk, lin, Reason.URGENT)
    talk.until(talk.now + timedelta(minutes=6))  # her buddy is asked at the second step
    replies = text_of(talk.says(lin, "我的数据"))
    (line,) = [line for line in replies.splitlines() if "你求助了" in line]
    assert line.startswith("· 9月1日 周二 20:00，你求助了：")
    assert {"李老师（你的辅导员）", "梅一（你的互助伙伴）"} <= set(line.partition("求助了：")[2].split("、"))
    assert "http://127.0.0.1:8080/told/" in replies
    assert talk.templates(mei).count("buddy/question") == 1


def test_only_the_latest_three_are_named(talk: Talk, lin: int) -> None:
    for reason in (Reason.URGENT, Reason.MISSED, Reason.UNREACHED, Reason.NOT_ASKED):
        raised(talk, lin, reason)
    talk.until(talk.now + timedelta(hours=9))
    lines = [line for line in text_of(talk.says(lin, "/mydata")).splitlines() if "（你的辅导员）" in line]
    assert ["你求助了" in line for line in lines] == [False] * 3


def test_a_link_on_https_is_a_button(talk: Talk, lin: int) -> None:
    url = {"base_url": "https://yanxin.example.edu"}
    service = talk.services.settings.service.model_copy(update=url)
    object.__setattr__(talk.services, "settings", talk.services.settings.model_copy(update={"service": service}))
    (reply,) = talk.says(lin, "/mydata")
    assert (reply.buttons[0][0].url or "").startswith("https://yanxin.example.edu/told/")
    assert "/told/" not in reply.text


def test_staff_have_no_receipt(talk: Talk) -> None:
    assert "/told/" not in text_of(talk.says(talk.counsellor, "/mydata"))


@pytest.mark.parametrize("reason", [Reason.URGENT, Reason.MISSED, Reason.UNREACHED, Reason.NOT_ASKED, Reason.HARD])
def test_the_alarms_hold_what_the_receipt_says(talk: Talk, lin: int, reason: Reason) -> None:
    """Whoever adds a fact to an alarm must add it to the receipt."""
    raised(talk, lin, reason, ShareWith.COUNSELLOR if reason is Reason.HARD else None)
    talk.until(talk.now + timedelta(hours=12))
    (receipt,) = receipts(talk, lin)
    told = next(one for one in receipt.told if one.who == "C1")
    held = {"name": "林小雨", "number": "S1", "place": "波士顿", "phone": "+1 617 555 0100", "mail": "lin@example.edu"}
    assert set(told.facts) == {*held, "reason"}
    text = talk.messages(talk.counsellor, f"staff/case_{reason.value}")[0].text
    assert all(value in text for value in held.values())


def test_a_buddy_is_asked_one_question_and_sees_nothing_else(talk: Talk, lin: int, mei: int) -> None:
    raised(talk, lin, Reason.URGENT)
    talk.until(talk.now + timedelta(minutes=6))
    (question,) = talk.messages(mei, "buddy/question")
    assert "你能联系上林小雨吗" in question.text
    for fact in ("S1", "波士顿", "Boston", "555", "example.edu", "求助", "紧急", "http"):
        assert fact not in question.text
    told = next(one for one in receipts(talk, lin)[0].told if one.who == "梅一")
    assert (told.role, told.facts) == ("buddy", ("name",))
