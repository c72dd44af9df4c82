"""Replies to an invitation: buttons, numbers and words, in both languages; why; and what it is about."""

import pytest
from sqlalchemy import select

from bot.outbox.store import outbox
from bot.prompts.model import State
from bot.prompts.store import notes
from bot.sessions.store import reasons_of, session_invitations
from tests.support.school import utc
from tests.support.sessions import LINK, branch, cancel, create, invitation, leave, move, row_of
from tests.support.talk import Talk, labels
from tests.support.wecom_talk import WeComTalk

SUNDAY = utc("2026-10-25 12:00")
"""13:00 in Berlin, on the day on which its clocks have changed; 20:00 in Beijing."""


@pytest.fixture
def talk(talk_on_wecom: WeComTalk) -> Talk:
    return talk_on_wecom


@pytest.fixture
def mei(talk: Talk) -> int:
    talk.until(utc("2026-10-20 12:00"))
    person = talk.student("S1", zone="Europe/Berlin", city="Berlin", country="DE", channels=("wecom",))
    branch(talk, [person])
    return person


def replied(talk: Talk, person_id: int) -> str | None:
    found: str | None = row_of(talk, session_invitations, person_id=person_id).reply
    return found


def test_the_invitation_shows_her_hour_and_beijings_and_no_title(talk: Talk, mei: int) -> None:
    create(talk, starts_at=SUNDAY)
    (asked,) = talk.messages(mei, "session/question")
    assert "10月25日 周日 13:00（北京时间 10月25日 周日 20:00）" in asked.text
    assert "二十大" not in asked.text
    assert LINK not in asked.text
    assert labels([asked]) == ["1 我参加", "2 来不了", "3 还不确定", "4 是什么活动？"]


def test_english_reads_as_well(talk: Talk, mei: int) -> None:
    talk.set(mei, language="en")
    create(talk, starts_at=SUNDAY)
    (asked,) = talk.messages(mei, "session/question")
    assert "Sun 25 Oct, 13:00 (Sun 25 Oct, 20:00 in Beijing)" in asked.text
    assert labels([asked]) == ["1 I will come", "2 I cannot come", "3 Not sure yet", "4 What is it about?"]


def test_what_is_open_has_its_title(talk: Talk, mei: int) -> None:
    create(talk, is_discreet=False)
    (asked,) = talk.messages(mei, "session/question")
    assert "二十大精神学习" in asked.text


def test_what_it_is_about_is_said_when_she_asks(talk: Talk, mei: int) -> None:
    made = create(talk, material="报告第一章")
    (about,) = talk.presses(mei, f"meet:{invitation(talk, made, mei).id}:about")
    assert about.text.startswith("二十大精神学习")
    assert "报告第一章" in about.text
    assert LINK in about.text


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("1", "yes"),
        ("2", "no"),
        ("3", "maybe"),
        ("参加", "yes"),
        ("来不了", "no"),
        ("不确定", "maybe"),
        ("I will come", "yes"),
        ("No", "no"),
        ("not sure", "maybe"),
    ],
)
def test_numbers_and_words_reply(talk: Talk, mei: int, said: str, word: str) -> None:
    made = create(talk)
    talk.says(mei, said)
    assert replied(talk, mei) == word
    assert invitation(talk, made, mei).state is State.ANSWERED


def test_on_a_channel_without_buttons_a_number_is_enough_also_later(talk: Talk, mei: int) -> None:
    talk.link(mei, "telegram")
    create(talk)
    assert [channel for template, _, channel in talk.sent(mei) if template == "session/question"] == ["wecom"]
    for sign, word in (("2", "no"), ("１", "yes"), ("3", "maybe")):
        talk.says(mei, sign)
        assert replied(talk, mei) == word


def test_a_number_belongs_to_the_younger_question(talk: Talk, mei: int) -> None:
    create(talk)
    talk.until(utc("2026-10-20 17:00"))  # Tuesday 18:30 in Berlin has gone by: how was your week?
    assert [one for one in talk.templates(mei) if one == "checkin/question"]
    talk.says(mei, "1")
    assert replied(talk, mei) is None
    talk.says(mei, "参加")
    assert replied(talk, mei) == "yes"


def test_no_and_then_yes_and_why_is_only_for_who_arranges_it(talk: Talk, mei: int) -> None:
    made = create(talk)
    talk.says(mei, "2")
    assert "不会再问你" in talk.last[0].text
    talk.press(mei, "说说原因")
    talk.says(mei, "那天有考试")
    assert talk.last[0].text == "谢谢，组织者会看到。"
    assert talk.db.read(lambda conn: reasons_of(conn, made.id)) == {mei: "那天有考试"}
    assert talk.db.read(lambda conn: conn.execute(select(notes)).all()) == []
    talk.says(mei, "参加")  # no invitation waits any more: a word alone does not change what she said
    assert replied(talk, mei) == "no"
    talk.presses(mei, f"meet:{invitation(talk, made, mei).id}:yes")
    assert replied(talk, mei) == "yes"
    assert "以这次为准" in talk.last[0].text


def test_words_after_a_no_are_no_reason_unless_she_asks_to_say_why(talk: Talk, mei: int) -> None:
    made = create(talk)
    talk.says(mei, "2")
    talk.says(mei, "今天心情不好")
    assert talk.db.read(lambda conn: reasons_of(conn, made.id)) == {}
    assert talk.last[0].text == "这是来不了的原因吗？要的话我转给组织的人，别人看不到。"
    talk.press(mei, "不是，是别的事")
    assert "没看懂" in talk.last[0].text
    assert talk.db.read(lambda conn: reasons_of(conn, made.id)) == {}
    talk.presses(mei, f"meet:{invitation(talk, made, mei).id}:keep")  # an old button: she is asked for the words again
    assert "几个字就够" in talk.last[0].text


def test_words_after_a_no_are_kept_as_its_reason_when_she_says_so(talk: Talk, mei: int) -> None:
    made = create(talk)
    talk.says(mei, "2")
    talk.says(mei, "那天有考试")
    talk.says(mei, "下午三点才结束")
    talk.press(mei, "是，转给 TA")
    assert talk.last[0].text == "谢谢，组织者会看到。"
    assert talk.db.read(lambda conn: reasons_of(conn, made.id)) == {mei: "那天有考试 下午三点才结束"}
    talk.says(mei, "嗯")
    assert "没看懂" in talk.last[0].text


def test_a_reason_that_is_too_long_says_where_it_ends_before_it_is_kept(talk: Talk, mei: int) -> None:
    create(talk)
    talk.says(mei, "2")
    talk.says(mei, "那天有考试。" * 50)
    assert len(talk.last) == 1
    talk.says(mei, "下午三点才结束。" * 40)
    assert "199" in talk.last[1].text  # what of these words finds room beside the first


def test_a_reason_for_which_no_room_is_left_is_no_mail_that_was_too_large(talk: Talk, mei: int) -> None:
    create(talk)
    talk.says(mei, "2")
    talk.says(mei, "那天有考试。" * 100)
    talk.says(mei, "下午三点才结束。")
    assert "写满了" in talk.last[1].text
    assert "邮件" not in talk.last[1].text


def test_words_long_after_a_no_or_after_a_yes_are_asked_about_by_nobody(talk: Talk, mei: int) -> None:
    made = create(talk)
    talk.says(mei, "2")
    talk.until(utc("2026-10-20 12:30"))
    talk.says(mei, "图书馆人好多")
    assert "没看懂" in talk.last[0].text
    talk.presses(mei, f"meet:{invitation(talk, made, mei).id}:yes")
    talk.says(mei, "图书馆人好多")
    assert "没看懂" in talk.last[0].text


def test_a_cry_for_help_is_one_also_where_we_wait_for_a_reason(talk: Talk, mei: int) -> None:
    made = create(talk)
    talk.says(mei, "2")
    talk.press(mei, "说说原因")
    talk.says(mei, "救命")
    assert talk.cases(mei) == [("urgent", "open")]
    assert talk.db.read(lambda conn: reasons_of(conn, made.id)) == {}


def test_a_move_shows_old_and_new_hour_in_her_zone(talk: Talk, mei: int) -> None:
    made = create(talk)  # Saturday noon in Berlin
    talk.says(mei, "1")
    move(talk, made, days=1)  # Sunday 10:00 UTC: eleven in Berlin, whose clocks have changed
    (moved,) = talk.messages(mei, "session/moved")
    assert "原来：10月24日 周六 12:00（北京时间 10月24日 周六 18:00）" in moved.text
    assert "10月25日 周日 11:00（北京时间 10月25日 周日 18:00）" in moved.text
    assert "你说过会参加。" in moved.text


def test_old_buttons_explain_themselves(talk: Talk, mei: int) -> None:
    made = create(talk)
    prompt = invitation(talk, made, mei)
    cancel(talk, made)
    talk.presses(mei, f"meet:{prompt.id}:yes")
    assert "取消了" in talk.last[0].text
    leave(talk, mei)
    talk.work_off()
    for choice in ("yes", "about", "why"):
        talk.presses(mei, f"meet:{prompt.id}:{choice}")
        assert replied(talk, mei) is None


def test_nobody_replies_for_somebody_else(talk: Talk, mei: int) -> None:
    made = create(talk)
    other = talk.student("S2", channels=("wecom",))
    for choice in ("yes", "about", "why"):
        talk.presses(other, f"meet:{invitation(talk, made, mei).id}:{choice}")
        assert talk.last[0].text == "你已经不在这次活动的名单上了，所以什么也没有记。"
    assert replied(talk, mei) is None


def test_why_the_last_message_came(talk: Talk, mei: int) -> None:
    create(talk)
    talk.do(lambda conn: conn.execute(outbox.update().values(accepted_at=talk.now)))
    (why,) = talk.says(mei, "/why")
    assert "线上活动" in why.text
    assert "支部" not in why.text
