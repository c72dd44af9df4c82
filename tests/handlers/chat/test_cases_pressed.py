"""Staff press a button below an alarm: the first one takes the case, only who was told may, and words end it."""

from sqlalchemy import select

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
    assert "/console/people/S1" in alarm.text
    assert labels([alarm]) == ["我来处理"]


def test_the_first_to_press_takes_it_and_everybody_hears(talk: Talk) -> None:
    student = _sos(talk)
    replies = talk.presses(talk.counsellor, "case:1:ack")
    assert "谢谢你接手" in replies[0].text
    assert "+1 212 555 0100" in replies[0].text
    assert "C1已经接手" in text_of(talk.messages(talk.office, "staff/case_taken"))
    assert "C1已经看到了" in text_of(talk.messages(student, "student/case_taken"))
    assert "C1已经接手了" in text_of(talk.presses(talk.office, "case:1:ack"))
    talk.minutes_pass(30)
    assert talk.templates(talk.office).count("staff/case_urgent") == 1


def test_once_they_have_spoken_it_is_over(talk: Talk) -> None:
    student = _sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    assert "谢谢你照看李雁" in text_of(talk.press(talk.counsellor, "已经说上话了"))
    assert talk.cases(student) == [("urgent", "resolved")]
    assert "李雁的事已经有人处理好了" in text_of(talk.messages(talk.office, "staff/all_clear"))
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
