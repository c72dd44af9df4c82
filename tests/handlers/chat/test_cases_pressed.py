"""Staff press buttons about a case: the first takes it, only who may look after her may, each deed has its words."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.cases import events
from bot.cases.store import by_id
from bot.journal.store import journal
from bot.people.model import RoleKind
from tests.support.talk import Talk, labels, text_of


def _sos(talk: Talk) -> int:
    student = talk.student("S1")
    talk.set(student, name="李雁", phone="+1 212 555 0100")
    talk.says(student, "SOS")
    return student


def test_the_alarm_says_what_a_helper_needs(talk: Talk) -> None:
    _sos(talk)
    (alarm,) = talk.messages(talk.counsellor, "staff/case_urgent")
    assert "紧急：李雁 求助（9月2日 周三 08:00）" in alarm.text
    assert "所在地：City，美国；当地时间 9月1日 周二 20:00" in alarm.text
    assert "+1 212 555 0100" in alarm.text
    assert "没有电话" not in alarm.text
    assert "/console/people/S1" in alarm.text
    assert labels([alarm]) == ["我来处理"]


@pytest.mark.parametrize(("departs", "returns"), [("2026-10-01", "2027-01-31"), ("2026-03-01", "2026-08-01")])
def test_who_is_at_home_before_or_after_a_stay_is_not_said_to_be_there(talk: Talk, departs: str, returns: str) -> None:
    talk.presses(talk.student("S1", departs=departs, returns=returns), "volunteer:urgent")
    (alarm,) = talk.messages(talk.counsellor, "staff/case_urgent")
    assert "所在地" not in alarm.text
    assert "当地时间" in alarm.text


def test_the_alarm_says_when_there_is_no_number_to_call(talk: Talk) -> None:
    student = _sos(talk)
    talk.set(student, phone=None, email=None)
    (alarm,) = talk.messages(talk.counsellor, "staff/case_urgent")
    assert "没有电话和邮箱，可以通过机器人写消息。" in alarm.text


def test_the_first_to_press_takes_it_and_everybody_hears(talk: Talk) -> None:
    student = _sos(talk)
    replies = talk.presses(talk.counsellor, "case:1:ack")
    assert "谢谢你接手" in replies[0].text
    assert "+1 212 555 0100" in replies[0].text
    assert "C1已经接手" in text_of(talk.messages(talk.office, "staff/case_taken"))
    assert "C1已经看到了" in text_of(talk.messages(student, "student/case_taken"))
    assert "C1已经接手了" in text_of(talk.presses(talk.office, "case:1:ack"))
    assert labels(talk.last) == ["转由我来", "写备注"]
    talk.minutes_pass(10)
    assert talk.templates(talk.office).count("staff/case_urgent") == 1


def test_once_they_have_spoken_it_is_over(talk: Talk) -> None:
    student = _sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    assert "谢谢你照看李雁" in text_of(talk.press(talk.counsellor, "已经说上话了"))
    assert talk.cases(student) == [("urgent", "resolved")]
    assert "李雁的事已经有人处理好了" in text_of(talk.messages(talk.office, "staff/all_clear"))
    assert labels(talk.last) == ["重新打开"], "a slip of the thumb at night must not be the end of it"
    assert "已经结束" in text_of(talk.presses(talk.office, "case:1:ack"))


def test_who_was_not_told_is_refused_and_journalled(talk: Talk) -> None:
    student = _sos(talk)
    outsider = talk.person("C9", RoleKind.COUNSELLOR)
    talk.link(outsider)
    for person in (outsider, student):
        assert "不归你" in text_of(talk.presses(person, "case:1:ack"))
        talk.presses(person, "case:1:spoken")
    assert "不归你" in text_of(talk.presses(outsider, "case:77:ack"))
    assert talk.cases(student) == [("urgent", "open")]
    query = select(journal.c.actor_id).where(journal.c.action == "case.refused")
    actors = talk.db.read(lambda conn: list(conn.execute(query).scalars()))
    assert actors == [outsider, outsider, student, student, outsider]


HOLDING = {"已经说上话了", "打过电话", "没人接", "写备注", "转给别人", "一小时后提醒我"}


def _story(talk: Talk) -> list[tuple[str, str | None, str | None]]:
    found = talk.db.read(lambda conn: events.of_case(conn, 1))
    return [(event.deed, event.word, event.note) for event in found]


def _missed(talk: Talk) -> int:
    student = talk.student("S1")
    talk.set(student, name="李雁")
    talk.until(talk.now + timedelta(days=10, hours=12))
    assert talk.cases(student)[0][0] == "missed"
    return student


def test_whoever_took_it_is_offered_what_can_be_done(talk: Talk) -> None:
    _sos(talk)
    assert set(labels(talk.presses(talk.counsellor, "case:1:ack"))) >= HOLDING
    assert "记下了：你给李雁打过电话" in text_of(talk.press(talk.counsellor, "打过电话"))
    assert set(labels(talk.last)) >= HOLDING
    assert "没人接" in text_of(talk.press(talk.counsellor, "没人接"))
    assert [deed[:2] for deed in _story(talk)[-2:]] == [("contacted", "called"), ("contacted", "no_answer")]


def test_calling_her_takes_the_case(talk: Talk) -> None:
    student = _sos(talk)
    talk.presses(talk.counsellor, "case:1:no_answer")
    assert talk.cases(student) == [("urgent", "acknowledged")]
    assert set(labels(talk.last)) >= HOLDING


def test_a_note_is_the_next_message(talk: Talk) -> None:
    student = _sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    assert "写在下一条消息里" in text_of(talk.press(talk.counsellor, "写备注"))
    assert "备注已保存" in text_of(talk.says(talk.counsellor, "室友说她在图书馆"))
    assert _story(talk)[-1] == ("note", None, "室友说她在图书馆")
    talk.says(talk.counsellor, "这句不是备注")
    assert _story(talk)[-1] == ("note", None, "室友说她在图书馆")
    assert talk.cases(student) == [("urgent", "acknowledged")]


@pytest.mark.parametrize("word", ["取消", "cancel"])
def test_a_note_can_be_left(talk: Talk, word: str) -> None:
    _sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    talk.press(talk.counsellor, "写备注")
    assert "由你跟进" in text_of(talk.says(talk.counsellor, word))
    talk.presses(talk.counsellor, "case:1:note")
    assert "由你跟进" in text_of(talk.press(talk.counsellor, "取消"))
    talk.says(talk.counsellor, "随便说说")
    assert "note" not in [deed for deed, _, _ in _story(talk)]


def test_a_note_outlasts_other_words_of_the_service_but_not_a_command(talk: Talk) -> None:
    _sos(talk)
    talk.presses(talk.counsellor, "case:1:note")
    talk.minutes_pass(20)
    assert "备注已保存" in text_of(talk.says(talk.counsellor, "打到前台了"))
    talk.presses(talk.counsellor, "case:1:note")
    talk.says(talk.counsellor, "/help")
    talk.says(talk.counsellor, "不是备注")
    assert [note for deed, _, note in _story(talk) if deed == "note"] == ["打到前台了"]


def test_a_case_is_put_off_until_the_morning_of_whoever_has_it(talk: Talk) -> None:
    student = _missed(talk)
    talk.set(talk.counsellor, zone="Europe/Berlin")
    talk.presses(talk.counsellor, "case:1:ack")
    assert "一小时后再看" in labels(talk.last)
    reply = text_of(talk.press(talk.counsellor, "明早再看"))
    case = talk.db.read(lambda conn: by_id(conn, 1))
    assert case is not None
    assert case.next_at is not None
    assert (case.next_at.hour, case.next_at.date()) == (7, talk.now.date() + timedelta(days=1))  # 09:00 in Berlin
    assert "09:00提醒你" in reply
    assert talk.cases(student)[0] == ("missed", "snoozed")
    assert "会再看" in text_of(talk.presses(talk.office, "case:1:show"))
    talk.until(case.next_at)
    assert "staff/case_wakes" in talk.templates(talk.counsellor)


def test_a_call_for_help_is_not_put_off_for_a_night(talk: Talk) -> None:
    student = _sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    assert "隔得太久了" in text_of(talk.presses(talk.counsellor, "case:1:snooze:morning"))
    assert talk.cases(student) == [("urgent", "acknowledged")]
    assert "提醒你" in text_of(talk.presses(talk.counsellor, "case:1:snooze:1h"))


def test_it_is_passed_on_by_name_to_those_who_may(talk: Talk) -> None:
    student = _sos(talk)
    talk.person("C9", RoleKind.COUNSELLOR)
    talk.presses(talk.counsellor, "case:1:ack")
    talk.press(talk.counsellor, "转给别人")
    assert labels(talk.last) == ["O1", "返回"]
    assert "现在由O1跟进" in text_of(talk.press(talk.counsellor, "O1"))
    assert "C1把李雁的事转给你了" in text_of(talk.messages(talk.office, "staff/case_handed"))
    assert set(labels(talk.messages(talk.office, "staff/case_handed"))) >= HOLDING
    told = talk.messages(student, "student/case_taken")[-1].text
    assert "接下来由O1来帮你，已经发消息过去了" in told
    assert "看到了" not in told, "nobody knows that yet"
    assert "已经接手了" in text_of(talk.presses(talk.counsellor, f"case:1:give:{talk.counsellor}"))


def test_it_is_not_passed_on_to_anybody_else(talk: Talk) -> None:
    student = _sos(talk)
    outsider = talk.person("C9", RoleKind.COUNSELLOR)
    talk.presses(talk.counsellor, "case:1:ack")
    for to in (outsider, student, 4242, talk.counsellor):
        assert "不能转给对方" in text_of(talk.presses(talk.counsellor, f"case:1:give:{to}"))
    case = talk.db.read(lambda conn: by_id(conn, 1))
    assert case is not None
    assert case.acknowledged_by == talk.counsellor


def test_a_name_with_brackets_stays_a_label(talk: Talk) -> None:
    _sos(talk)
    talk.set(talk.office, name="韩](case:1:spoken) [主任\n")
    talk.presses(talk.counsellor, "case:1:ack")
    talk.presses(talk.counsellor, "case:1:pass")
    buttons = [button for message in talk.last for row in message.buttons for button in row]
    assert [button.data for button in buttons] == [f"case:1:give:{talk.office}", "case:1:show"]


def test_it_is_taken_over_and_whoever_had_it_hears(talk: Talk) -> None:
    _sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    talk.presses(talk.office, "case:1:ack")
    assert "谢谢你接手" in text_of(talk.press(talk.office, "转由我来"))
    assert "O1已经接手" in text_of(talk.messages(talk.counsellor, "staff/case_taken"))
    assert "O1已经接手了" in text_of(talk.presses(talk.counsellor, "case:1:pass"))
    assert "O1已经接手了" in text_of(talk.presses(talk.counsellor, "case:1:snooze:1h"))


def test_what_is_over_can_be_opened_again_by_those_who_may(talk: Talk) -> None:
    student = _sos(talk)
    talk.presses(talk.counsellor, "case:1:spoken")
    talk.presses(talk.office, "case:1:called")
    assert labels(talk.last) == ["重新打开"]
    assert "还没有人跟进" in text_of(talk.press(talk.office, "重新打开"))
    assert talk.cases(student) == [("urgent", "open")]
    assert "本来就在跟进" in text_of(talk.presses(talk.office, "case:1:reopen"))


def test_what_she_ended_herself_stays_over(talk: Talk) -> None:
    student = _missed(talk)
    talk.says(student, "平安")
    assert talk.cases(student)[0] == ("missed", "resolved")
    for word in ("ack", "reopen", "show", "pass", "note", "over"):
        replies = talk.presses(talk.counsellor, f"case:1:{word}")
        assert "已经结束" in text_of(replies)
        assert labels(replies) == []
    assert talk.cases(student)[0] == ("missed", "resolved")


@pytest.mark.parametrize(
    "data",
    ["case:1", "case:1:", "case:1:x", "case:x:ack", "case:1:ack:1", "case:1:snooze:9h", "case:1:give:x", "case::"],
)
def test_forged_buttons_do_nothing(talk: Talk, data: str) -> None:
    student = _sos(talk)
    talk.presses(talk.counsellor, data)
    assert talk.cases(student) == [("urgent", "open")]
    assert [deed for deed, _, _ in _story(talk)] == ["opened"]


def test_a_note_of_somebody_who_may_no_longer_is_refused(talk: Talk) -> None:
    _sos(talk)
    talk.presses(talk.counsellor, "case:1:note")
    talk.set(talk.counsellor, absent_at=talk.now)
    assert "不归你" in text_of(talk.says(talk.counsellor, "还想写一句"))
    assert "note" not in [deed for deed, _, _ in _story(talk)]
