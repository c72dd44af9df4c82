"""She sees where we write to her and says where first; what came back from an address is remembered."""

import pytest
from sqlalchemy import select

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.inbox.model import Incoming, Said
from bot.journal.store import journal
from tests.support.talk import Talk, labels, text_of


@pytest.fixture
def student(talk: Talk) -> int:
    person = talk.student("S1")
    for channel, state in (("wecom", AddressState.WORKING), ("mail", AddressState.GONE)):
        talk.do(
            lambda conn, channel=channel, state=state: addresses.put(conn, person, channel, "a", "x", state, talk.now)
        )
    return person


def order(talk: Talk, person: int) -> list[str]:
    found = talk.db.read(lambda conn: addresses.all_of(conn, [person]))
    return [one.channel for one in found[person]]


@pytest.mark.parametrize("words", ["/channels", "联系渠道"])
def test_her_channels_in_plain_words(talk: Talk, student: int, words: str) -> None:
    text = text_of(talk.says(student, words))
    assert "1. Telegram" in text
    assert "2. 企业微信" in text
    assert "3. 邮件：发不过去，可能是屏蔽了" in text
    assert "有两个收发都正常的更稳妥" in text


def test_one_press_puts_a_channel_first(talk: Talk, student: int) -> None:
    talk.says(student, "/channels")
    assert labels(talk.last) == ["先发企业微信", "先发邮件"]
    wecom = talk.db.read(lambda conn: addresses.all_of(conn, [student]))[student][1]
    said = talk.presses(student, f"channels:first:{wecom.id}")
    assert "1. 企业微信" in text_of(said)
    assert order(talk, student) == ["wecom", "telegram", "mail"]
    lines = talk.db.read(lambda conn: conn.execute(select(journal.c.action, journal.c.detail)).all())
    assert ("person.channels_ordered", None) in [tuple(line) for line in lines]


def test_mail_behind_all_chats_stays_behind_those_that_are_still_to_come(talk: Talk, student: int) -> None:
    wecom = talk.db.read(lambda conn: addresses.all_of(conn, [student]))[student][1]
    talk.presses(student, f"channels:first:{wecom.id}")
    talk.do(lambda conn: addresses.put(conn, student, "dingtalk", "a", "x", AddressState.WORKING, talk.now))
    assert order(talk, student) == ["wecom", "telegram", "dingtalk", "mail"]


@pytest.mark.parametrize("data", ["channels:first:999", "channels:first:", "channels:last:1", "channels:first:１"])
def test_a_button_that_names_no_channel_of_hers_changes_nothing(talk: Talk, student: int, data: str) -> None:
    before = order(talk, student)
    talk.presses(student, data)
    assert order(talk, student) == before


def test_what_she_says_proves_that_address_and_no_other(talk: Talk, student: int) -> None:
    talk.says(student, "/help")
    first, second, _ = talk.db.read(lambda conn: addresses.all_of(conn, [student]))[student]
    assert (first.heard_at, second.heard_at) == (talk.now, None)
    assert not first.is_proven
    talk.do(lambda conn: addresses.worked(conn, [first.id], talk.now))
    assert talk.address(student).is_proven


def test_an_address_that_changes_hands_has_proved_nothing_for_the_new_owner(talk: Talk, student: int) -> None:
    talk.says(student, "/help")
    mine, other = talk.address(student), talk.student("S2")

    def hand_over(conn: object) -> None:
        addresses.put(conn, other, mine.channel, mine.account, mine.external_id, AddressState.WORKING, talk.now)  # type: ignore[arg-type]

    talk.do(hand_over)
    found = talk.db.read(lambda conn: addresses.by_id(conn, mine.id))
    assert found is not None
    assert (found.person_id, found.heard_at, found.last_ok_at) == (other, None, None)


def test_that_she_blocked_us_proves_nothing(talk: Talk, student: int) -> None:
    talk.hears(talk.address(student).external_id, Incoming(Said.BLOCKED, ""))
    assert talk.address(student).heard_at is None
