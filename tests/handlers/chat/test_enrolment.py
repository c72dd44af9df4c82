"""An invitation: whose it is, what is asked, consent, language, clock; once, in time, and for one account."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.addresses import store as addresses_store
from bot.addresses.model import AddressState
from bot.dialogues import store as dialogues_store
from bot.inbox.model import Incoming, Said
from bot.links.store import links
from bot.moves.model import Place
from bot.people.model import RoleKind
from tests.support.talk import Talk, labels, text_of


def _new_student(talk: Talk, **values: str) -> int:
    student = talk.student("S1", channels=[])
    talk.set(student, name="张小雁", **values)
    return student


def test_the_whole_way_by_pressing_only_first_buttons(talk: Talk) -> None:
    student = _new_student(talk)
    (consent,) = talk.follows("phone-1", talk.invite(student))
    assert "张**" in consent.text
    assert "小雁" not in consent.text
    assert "/stop" in consent.text
    assert talk.states(student) == [AddressState.PENDING]
    assert labels(talk.press(student, "可以")) == ["中文", "English"]
    replies = talk.press(student, "中文")
    assert "以后都用中文" in replies[0].text
    assert "你现在应该在City，按纽约的时间，那里是 20:00" in replies[1].text
    replies = talk.press(student, "对")
    assert "都好了，张小雁" in replies[-1].text
    assert "9月8日 周二 18:30" in replies[-1].text
    assert replies[-1].keyboard == (("平安打卡", "紧急求助"), ("我在哪", "暂停", "帮助"))
    assert talk.states(student) == [AddressState.WORKING]
    assert talk.someone(student).consent_at == talk.now


def test_in_english_with_a_city_in_words(talk: Talk) -> None:
    student = _new_student(talk, language="en")
    talk.follows("phone-1", talk.invite(student))
    assert labels(talk.press(student, "Yes")) == ["English", "中文"]
    talk.says(student, "English")
    replies = talk.says(student, "São Paulo")
    assert "Noted: we go by the clock in São Paulo" in replies[0].text
    assert "All set" in replies[1].text
    assert talk.place(student) == Place("São Paulo", "BR", "America/Sao_Paulo")


def test_in_words_alone(talk: Talk) -> None:
    student = _new_student(talk)
    talk.follows("phone-1", talk.invite(student))
    talk.says(student, "我同意")
    talk.says(student, "中文")
    assert "都好了" in text_of(talk.says(student, "对"))
    assert talk.facts(student).moves == ()


def test_the_clock_by_position_is_not_kept_as_a_position(talk: Talk) -> None:
    student = _new_student(talk)
    talk.follows("phone-1", talk.invite(student))
    talk.press(student, "可以")
    talk.press(student, "中文")
    replies = talk.sends_position(student, 27.7, 85.3)
    assert "加德满都" in replies[0].text
    assert "都好了" in replies[1].text
    assert "位置 0 个" in text_of(talk.says(student, "/mydata"))


def test_staff_are_asked_less(talk: Talk) -> None:
    staff = talk.person("C2", talk.someone(talk.counsellor).roles[0].kind, name="王老师")
    (consent,) = talk.follows("phone-2", talk.invite(staff))
    assert "学生需要人的时候" in consent.text
    assert "问一声" not in consent.text
    talk.press(staff, "可以")
    replies = talk.press(staff, "中文")
    assert "都好了，王老师" in replies[-1].text
    assert replies[-1].keyboard is None


@pytest.mark.parametrize("role", [RoleKind.SECRETARY, RoleKind.SUPERVISOR])
def test_who_does_not_look_after_students_is_promised_nothing_of_them(talk: Talk, role: RoleKind) -> None:
    staff = talk.person("B1", role)
    (consent,) = talk.follows("phone-2", talk.invite(staff))
    heard = [consent, *talk.press(staff, "可以"), *talk.press(staff, "中文")]
    for words in ("/help", "/digest"):
        heard += talk.says(staff, words)
    heard += talk.press(staff, "不要了")
    texts = "\n".join(one.text for one in heard)
    assert "跟你有关的事" in consent.text
    for untrue in ("学生需要", "马上告诉", "其他老师", "支部"):
        assert untrue not in texts, texts


def test_nothing_begins_without_consent(talk: Talk) -> None:
    student = _new_student(talk)
    talk.follows("phone-1", talk.invite(student))
    assert "可以开始吗" in text_of(talk.says(student, "你好"))
    assert "可以开始吗" in text_of(talk.presses(student, "volunteer:fine"))
    assert "什么都还没开始" in text_of(talk.press(student, "先不了"))
    assert talk.states(student) == [AddressState.PENDING]
    assert talk.someone(student).consent_at is None


def test_a_link_works_once(talk: Talk) -> None:
    student = _new_student(talk)
    token = talk.invite(student)
    talk.follows("phone-1", token)
    talk.press(student, "可以")
    talk.follows("phone-2", token)
    assert "已经有人用过了" in talk.strangers[-1].rendered.text
    assert "enrol/second_claim" in talk.templates(student)
    assert "staff/second_claim" in talk.templates(talk.office)
    (told,) = talk.messages(talk.office, "staff/second_claim")
    assert "张小雁（S1）" in told.text
    assert talk.states(student) == [AddressState.WORKING]


def test_of_two_who_follow_one_link_the_last_follower_may_consent(talk: Talk) -> None:
    student = _new_student(talk)
    token = talk.invite(student)
    talk.follows("phone-1", token)
    talk.follows("phone-2", token)
    assert "用过了" in text_of(talk.hears("phone-1", Incoming(Said.PRESS, "", data="enrol:yes:1")))
    talk.hears("phone-2", Incoming(Said.PRESS, "", data="enrol:yes:1"))
    assert talk.states(student) == [AddressState.PENDING, AddressState.WORKING]


def test_a_forged_consent_links_nobody(talk: Talk) -> None:
    student, other = _new_student(talk), talk.student("S2", channels=[])
    talk.follows("phone-1", talk.invite(student))
    talk.do(lambda conn: conn.execute(links.update().values(expires_at=talk.now)))
    talk.invite(other)
    for link in (0, 1, 2):
        talk.hears("phone-1", Incoming(Said.PRESS, "", data=f"enrol:yes:{link}"))
    assert talk.states(student) == [AddressState.PENDING]
    assert talk.states(other) == []


@pytest.mark.parametrize("days", [15, 400])
def test_an_expired_link_says_how_to_get_a_new_one(talk: Talk, days: int) -> None:
    student = _new_student(talk)
    token = talk.invite(student)
    talk.stop_until(talk.now + timedelta(days=days))
    talk.follows("phone-1", token)
    talk.follows("phone-2", "no-such-token")
    assert [("新的" in reply.rendered.text) for reply in talk.strangers] == [True, True]
    assert "张" not in talk.strangers[0].rendered.text
    assert talk.states(student) == []


def test_a_second_account_is_told_to_the_office_and_to_the_older_one(talk: Talk) -> None:
    student = talk.student("S1")
    talk.follows("phone-2", talk.invite(student))
    assert "enrol/second_claim" not in talk.templates(student)
    talk.hears("phone-2", Incoming(Said.PRESS, "", data="enrol:yes:1"))
    told = [row for row in talk.sent(student) if row[0] == "enrol/second_claim"]
    assert len(told) == 1
    assert "staff/second_claim" in talk.templates(talk.office)


def _enrolled(talk: Talk, **values: str) -> int:
    student = _new_student(talk, **values)
    talk.follows("phone-1", talk.invite(student))
    for label in ("可以", "中文", "对") if values.get("language") != "en" else ("Yes", "English", "Right"):
        talk.press(student, label)
    return student


def _follows_in_wechat(talk: Talk, student: int, *, agrees: str) -> str:
    follow = Incoming(Said.START, "", data=talk.invite(student, channel="wechat"))
    talk.hears("her-wechat", follow, channel="wechat")
    (button,) = (one for row in talk.last[-1].buttons for one in row if agrees in one.label)
    return text_of(talk.hears("her-wechat", Incoming(Said.PRESS, "", data=button.data or ""), channel="wechat"))


@pytest.mark.parametrize(
    ("language", "agrees", "set_", "next_"),
    [
        ("zh", "可以", "都好了，张小雁，在这里也能找到我", "下一次问候在"),
        ("en", "Yes", "write to me here too", "The next question"),
    ],
)
def test_in_one_more_app_she_is_not_asked_again_for_language_and_clock(
    talk: Talk, language: str, agrees: str, set_: str, next_: str
) -> None:
    student = _enrolled(talk, language=language)
    words = _follows_in_wechat(talk, student, agrees=agrees)
    assert set_ in words
    assert next_ in words
    assert talk.states(student) == [AddressState.WORKING, AddressState.WORKING]


def test_one_more_app_leaves_alone_what_she_is_in_the_middle_of(talk: Talk) -> None:
    student = _enrolled(talk)
    talk.says(student, "/report")
    before = talk.db.read(lambda conn: dialogues_store.get(conn, student))
    assert before is not None
    _follows_in_wechat(talk, student, agrees="可以")
    assert talk.db.read(lambda conn: dialogues_store.get(conn, student)) == before


def test_who_had_not_told_all_of_it_is_asked_on_in_the_other_app(talk: Talk) -> None:
    student = _new_student(talk)
    talk.follows("phone-1", talk.invite(student))
    talk.press(student, "可以")
    assert "语言" in _follows_in_wechat(talk, student, agrees="可以")


def test_an_account_of_somebody_else_is_not_taken_over(talk: Talk) -> None:
    student, other = talk.student("S1"), talk.student("S2", channels=[])
    sender = talk.address(student).external_id
    assert "另一个人" in text_of(talk.follows(sender, talk.invite(other)))
    assert talk.address(student).person_id == student


def test_an_account_whose_holder_left_is_free(talk: Talk) -> None:
    student, other = talk.student("S1"), talk.student("S2", channels=[])
    sender = talk.address(student).external_id
    talk.says(student, "/stop")
    talk.press(student, "是，退出")
    assert "可以开始吗" in text_of(talk.follows(sender, talk.invite(other)))
    talk.press(other, "可以")
    assert talk.states(other) == [AddressState.WORKING]
    assert talk.states(student) == []


def test_following_again_changes_nothing(talk: Talk) -> None:
    student = talk.student("S1")
    token = talk.invite(student)
    assert "已经连上了" in text_of(talk.follows(talk.address(student).external_id, token))
    used = talk.db.read(lambda conn: conn.execute(select(links.c.used_at)).scalar())
    assert used is None


def test_a_question_that_waits_is_asked_once_she_is_linked(talk: Talk) -> None:
    student = _new_student(talk)
    token = talk.invite(student)
    talk.minutes_pass(60 * 24 * 6 + 23 * 60)
    talk.follows("phone-1", token)
    talk.press(student, "可以")
    assert "checkin/question" in talk.templates(student)


def test_strangers_are_told_nothing_and_not_more_than_needed(talk: Talk) -> None:
    talk.student("S1")
    for _ in range(3):
        talk.hears("stranger", Incoming(Said.TEXT, "", text="S1 在吗"))
    (reply,) = talk.strangers
    assert "邀请链接" in reply.rendered.text
    assert "S1" not in reply.rendered.text
    talk.minutes_pass(11)
    talk.hears("stranger", Incoming(Said.PRESS, "", data="answer:1:fine"))
    assert len(talk.strangers) == 2


def test_who_leaves_can_come_back(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "停止")
    talk.press(student, "是，退出")
    assert talk.someone(student).left_at is not None
    assert "staff/left" in talk.templates(talk.counsellor)
    assert "退出了" in text_of(talk.says(student, "我还想问问"))
    assert "都好了" in text_of(talk.press(student, "是，回来"))
    assert talk.someone(student).left_at is None
    assert talk.scheduled(student).opens_at > talk.now


def test_who_left_can_come_back_with_an_invitation(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "/stop")
    talk.press(student, "是，退出")
    assert "可以开始吗" in text_of(talk.follows(talk.address(student).external_id, talk.invite(student)))
    talk.press(student, "可以")
    assert talk.someone(student).left_at is None


def test_blocking_and_coming_back(talk: Talk) -> None:
    student = talk.student("S1")
    talk.do(lambda conn: addresses_store.set_state(conn, talk.address(student).id, AddressState.WORKING))
    talk.do(lambda conn: conn.execute(addresses_store.addresses.update().values(linked_at=talk.now)))
    sender = talk.address(student).external_id
    assert talk.hears(sender, Incoming(Said.BLOCKED, "")) == []
    assert talk.states(student) == [AddressState.GONE]
    assert "你回来啦" in text_of(talk.hears(sender, Incoming(Said.UNBLOCKED, "")))
    assert talk.states(student) == [AddressState.WORKING]


def test_blocking_is_no_way_around_the_consent(talk: Talk) -> None:
    student = _new_student(talk)
    talk.follows("phone-1", talk.invite(student))
    talk.hears("phone-1", Incoming(Said.BLOCKED, ""))
    talk.hears("phone-1", Incoming(Said.UNBLOCKED, ""))
    talk.hears("phone-1", Incoming(Said.TEXT, "", text="hi"))
    assert talk.states(student) == [AddressState.PENDING]


def test_a_chat_with_a_new_id_keeps_its_person(talk: Talk) -> None:
    student = talk.student("S1")
    talk.hears(talk.address(student).external_id, Incoming(Said.MIGRATED, "", data="new-id"))
    assert talk.address(student).external_id == "new-id"
    other = talk.student("S2")
    talk.hears("new-id", Incoming(Said.MIGRATED, "", data=talk.address(other).external_id))
    assert talk.address(student).external_id == "new-id"
