"""「我在」: by button, number or word, with a code and without; what follows from the end; and making it up."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.engine.session_attendance import enter, set_code
from bot.people.store import people
from bot.sessions import marks
from bot.sessions.marks import session_marks
from bot.sessions.model import Mark, Rsvp, Session
from bot.sessions.store import session_invitations, sessions
from tests.support.school import utc
from tests.support.sessions import branch, create, invitation, reply, row_of, told
from tests.support.talk import Talk, labels
from tests.support.wecom_talk import WeComTalk

SUNDAY = utc("2026-10-25 12:00")
"""13:00 in Berlin; 20:00 in Beijing."""
END = SUNDAY + timedelta(hours=1)


@pytest.fixture
def talk(talk_on_wecom: WeComTalk) -> Talk:
    return talk_on_wecom


@pytest.fixture
def members(talk: Talk) -> list[int]:
    talk.until(utc("2026-10-24 08:00"))
    found = [talk.student(f"S{n}", zone="Europe/Berlin", country="DE", channels=("wecom",)) for n in range(1, 4)]
    branch(talk, found)
    return found


def marks_of(talk: Talk, session: Session) -> dict[int, str | None]:
    table = session_invitations
    query = select(table.c.person_id, table.c.mark).where(table.c.session_id == session.id)
    return {row.person_id: row.mark for row in talk.db.read(lambda conn: conn.execute(query).all())}


@pytest.mark.parametrize("words", ["1", "我在", "Here", "I'm here"])
def test_she_says_so_and_is_there(talk: Talk, members: list[int], words: str) -> None:
    made = create(talk, starts_at=SUNDAY)
    reply(talk, made, members[0], Rsvp.YES)
    talk.until(SUNDAY + timedelta(minutes=3))
    (asked,) = talk.messages(members[0], "session/here")
    assert labels([asked]) == ["1 我在"]
    talk.says(members[0], words)
    assert talk.last[0].text == "记下了，欢迎你来。"
    assert marks_of(talk, made)[members[0]] == "present"
    talk.says(members[0], "我在")
    assert talk.last[0].text == "已经记过你了。"


def test_who_said_no_and_comes_is_there_and_her_reply_stays_what_it_was(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY)
    reply(talk, made, members[0], Rsvp.NO)
    talk.until(SUNDAY + timedelta(minutes=20))
    assert "here" not in [name for name, _ in told(talk, members[0])]
    talk.says(members[0], "我在")
    assert talk.last[0].text == "记下了，赶上就好。"
    row = row_of(talk, session_invitations, person_id=members[0])
    assert (row.reply, row.mark) == ("no", "late")


def test_too_early_and_too_late_are_said_and_nothing_is_noted(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY)
    number = invitation(talk, made, members[0]).id
    talk.presses(members[0], f"rsvp:{number}:here")
    assert "还没开始" in talk.last[0].text
    talk.until(END)
    talk.presses(members[0], f"rsvp:{number}:here")
    assert "已经结束" in talk.last[0].text
    assert marks_of(talk, made)[members[0]] is None


def test_what_follows_from_the_end_and_a_correction_with_its_author(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY)
    here, away, silent = members
    reply(talk, made, here, Rsvp.YES)
    reply(talk, made, away, Rsvp.NO)
    talk.until(SUNDAY + timedelta(minutes=1))
    talk.says(here, "我在")
    talk.until(END)
    assert marks_of(talk, made) == {here: "present", away: "excused", silent: "absent"}
    secretary = talk.counsellor
    assert talk.do(lambda conn: enter(conn, made.id, silent, Mark.PRESENT, secretary, talk.now))
    kept = talk.db.read(lambda conn: conn.execute(select(session_marks).order_by(session_marks.c.id)).all())
    assert [(one.person_id, one.mark, one.how, one.author_id) for one in kept] == [
        (here, "present", "said", None),
        (away, "excused", "rule", None),
        (silent, "absent", "rule", None),
        (silent, "present", "staff", secretary),
    ]
    assert not talk.do(lambda conn: enter(conn, made.id, secretary, Mark.PRESENT, secretary, talk.now))


def test_where_no_list_was_kept_nobody_is_absent(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY)
    talk.until(END + timedelta(hours=20))
    assert set(marks_of(talk, made).values()) == {None}
    assert [name for name, _ in told(talk, members[0]) if name == "makeup"] == []


def test_whom_we_never_asked_is_not_absent(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY)
    talk.until(SUNDAY - timedelta(minutes=5))
    talk.says(members[0], "我在")
    talk.stop_until(END)  # down until it is over
    talk.until(END + timedelta(hours=2))
    assert marks_of(talk, made) == {members[0]: "present", members[1]: None, members[2]: None}
    assert [name for name, _ in told(talk, members[0]) if name == "makeup"] == []
    assert [name for name, _ in told(talk, members[1]) if name == "makeup"] == ["makeup"]  # she missed it all the same
    talk.presses(members[1], f"meet:{invitation(talk, made, members[1]).id}:makeup")
    for words in ("讲了发展", "很好", "没有了"):
        talk.says(members[1], words)
    assert marks_of(talk, made)[members[1]] == "made_up"


def coded(talk: Talk, made: Session) -> str:
    talk.do(lambda conn: set_code(conn, made.id, None, talk.now, on=True))
    code: str = row_of(talk, sessions, id=made.id).code
    return code


def test_with_a_code_she_needs_the_four_digits_and_guessing_is_slow(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY)
    talk.until(SUNDAY + timedelta(minutes=1))
    code = coded(talk, made)
    wrong = [f"{(int(code) + n) % 10_000:04}" for n in range(1, 7)]
    talk.says(members[0], "我在")
    assert "四位数字" in talk.last[0].text
    for one in wrong[:5]:
        talk.says(members[0], one)
        assert "数字不对" in talk.last[0].text
    talk.says(members[0], code)  # right, but too soon: nobody learns which of many it was
    assert "等一分钟" in talk.last[0].text
    assert marks_of(talk, made)[members[0]] is None
    talk.says(members[1], code)  # another's tries are her own
    assert "欢迎你来" in talk.last[0].text
    talk.until(talk.now + timedelta(minutes=1))
    talk.says(members[0], " ".join(code))
    assert "欢迎你来" in talk.last[0].text
    kept = talk.db.read(lambda conn: conn.execute(select(session_marks.c.how)).scalars().all())
    assert kept == ["code", "code"]


def test_where_a_code_is_wanted_the_question_asks_for_it_at_once(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY)
    reply(talk, made, members[0], Rsvp.YES)
    talk.until(SUNDAY - timedelta(minutes=5))
    code = coded(talk, made)
    talk.until(SUNDAY + timedelta(minutes=3))
    (asked,) = talk.messages(members[0], "session/here")
    assert ("把主持人念的四位数字发过来" in asked.text, labels([asked])) == (True, [])
    talk.says(members[0], code)
    assert "欢迎你来" in talk.last[0].text


def test_she_makes_it_up_in_three_answers_within_a_week(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY, material="报告第一章")
    talk.until(SUNDAY + timedelta(minutes=1))
    talk.says(members[0], "我在")
    talk.until(END + timedelta(hours=1))
    (offer,) = talk.messages(members[1], "session/makeup")
    assert "11月1日 周日 14:00" in offer.text
    assert "二十大" not in offer.text
    talk.last = [offer]
    talk.press(members[1], "现在补学")
    assert "报告第一章" in talk.last[0].text
    assert "第 1 题" in talk.last[0].text
    for words, then in (("讲了发展", "第 2 题"), ("很好", "第 3 题"), ("没有了", "算你补学")):
        talk.says(members[1], words)
        assert then in talk.last[0].text
    assert marks_of(talk, made)[members[1]] == "made_up"
    answers = talk.db.read(lambda conn: marks.answers_of(conn, made.id))
    assert answers == {members[1]: {1: "讲了发展", 2: "很好", 3: "没有了"}}
    talk.until(END + timedelta(days=7))
    talk.presses(members[2], f"meet:{invitation(talk, made, members[2]).id}:makeup")
    assert "没有要补的" in talk.last[0].text
    assert [name for name, _ in told(talk, members[2]) if name == "makeup"] == ["makeup"]  # once, and never chased


def test_her_secretary_asks_questions_of_her_own(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY, questions=("", "哪一段最难？", ""))
    talk.until(SUNDAY + timedelta(minutes=1))
    talk.says(members[0], "我在")
    talk.until(END + timedelta(hours=1))
    talk.presses(members[1], f"meet:{invitation(talk, made, members[1]).id}:makeup")
    assert "这次讲了什么" in talk.last[0].text
    talk.says(members[1], "讲了发展")
    assert ("第 2 题" in talk.last[0].text, "哪一段最难？" in talk.last[0].text) == (True, True)


def test_it_is_not_offered_at_night_and_english_reads_as_well(talk: Talk, members: list[int]) -> None:
    talk.do(lambda conn: conn.execute(update(people).where(people.c.id.in_(members)).values(language="en")))
    late = utc("2026-10-25 20:30")  # 21:30 in Berlin
    create(talk, starts_at=late)
    talk.until(late + timedelta(minutes=1))
    talk.says(members[0], "here")
    assert talk.last[0].text == "Noted, good to have you here."
    talk.until(late + timedelta(hours=11))
    offered = [at for name, at in told(talk, members[1]) if name == "makeup"]
    assert offered == ["10-26 06:00"]
    (offer,) = talk.messages(members[1], "session/makeup")
    assert labels([offer]) == ["Catch up now"]


def test_nobody_says_it_for_somebody_else(talk: Talk, members: list[int]) -> None:
    made = create(talk, starts_at=SUNDAY)
    stranger = talk.student("S9", zone="Europe/Berlin", channels=("wecom",))
    talk.until(SUNDAY)
    talk.presses(stranger, f"rsvp:{invitation(talk, made, members[0]).id}:here")
    assert "不在这次活动的名单上" in talk.last[0].text
    talk.says(stranger, "我在")
    assert set(marks_of(talk, made).values()) == {None}


def test_what_is_held_of_it_is_said_when_she_asks(talk: Talk, members: list[int]) -> None:
    talk.says(members[1], "/mydata")
    assert "线上活动" not in talk.last[0].text
    create(talk, starts_at=SUNDAY)
    talk.until(SUNDAY + timedelta(minutes=1))
    talk.says(members[1], "我在")
    talk.says(members[1], "/calendar")
    talk.says(members[1], "/mydata")
    assert "线上活动：邀请 1 次，到没到的记录 1 条，补学写的 0 条（1095 天后删除）" in talk.last[0].text
    assert "还能用的日历链接：1 个" in talk.last[0].text
