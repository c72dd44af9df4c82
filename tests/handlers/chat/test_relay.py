"""From a call for help on, what she writes goes to whoever looks after her, and back, and nobody's account is shown."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.cases.events import case_events
from bot.cases.model import Reason
from bot.cases.store import cases
from bot.engine.casework import open_case
from bot.engine.relaying import say_to_student
from bot.inbox.model import Incoming, Said
from bot.journal.store import journal
from bot.outbox.store import attempts, outbox
from bot.people.model import RoleKind
from bot.prompts.model import ShareWith
from tests.support.talk import Talk, labels, text_of


def sos(talk: Talk, words: str = "SOS", language: str = "zh") -> int:
    student = talk.student("S1")
    talk.set(student, name="李雁", language=language)
    talk.set(talk.counsellor, name="王老师")
    talk.set(talk.office, name="韩主任")
    talk.says(student, words)
    return student


def test_before_anybody_has_her_words_wait_and_whoever_takes_it_reads_them(talk: Talk) -> None:
    student = sos(talk)
    assert "帮你的老师看得到" in text_of(talk.says(student, "我在图书馆三楼"))
    talk.sends_position(student, 40.7, -74.0)
    talk.hears(talk.address(student).external_id, Incoming(Said.FILE, "", text="这是门口"))
    assert talk.messages(talk.counsellor, "staff/relayed") == []
    talk.presses(talk.counsellor, "case:1:ack")
    (kept,) = talk.messages(talk.counsellor, "staff/relay_kept")
    assert kept.text.splitlines()[0] == "与李雁此前的对话："
    said = [line.partition(" ")[2] for line in kept.text.splitlines()[1:]]
    assert said == [
        "李雁: 我在图书馆三楼",
        "李雁: 发来了位置（在管理台看）",
        "李雁: 这是门口",
        "李雁: 发来了文件（转不过来）",
    ]
    assert "40.7" not in kept.text
    assert talk.messages(talk.office, "staff/relay_kept") == []


def test_nothing_to_read_is_not_sent(talk: Talk) -> None:
    sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    assert talk.messages(talk.counsellor, "staff/relay_kept") == []


@pytest.mark.parametrize(
    ("language", "hers", "theirs"),
    [("zh", "已转给王老师", "王老师写给你："), ("en", "Passed on to 王老师", "王老师 writes")],
)
def test_both_ways(talk: Talk, language: str, hers: str, theirs: str) -> None:
    student = sos(talk, language=language)
    talk.presses(talk.counsellor, "case:1:ack")
    assert hers in text_of(talk.says(student, "I am in the library"))
    (first,) = talk.messages(talk.counsellor, "staff/relayed")
    assert first.text == "李雁写道：\nI am in the library"
    assert "现在起，你在这里写的都会转给李雁" in text_of(talk.presses(talk.counsellor, "relay:1:write"))
    assert "已转给李雁" in text_of(talk.says(talk.counsellor, "别怕，我在"))
    assert labels(talk.last) == ["结束对话"]
    (answer,) = talk.messages(student, "student/relayed")
    assert theirs in answer.text
    assert answer.text.endswith("别怕，我在")
    assert labels([answer]) == []
    assert "已结束" in text_of(talk.press(talk.counsellor, "结束对话"))
    assert "没有发给任何人" in text_of(talk.says(talk.counsellor, "嗯嗯"))
    assert len(talk.messages(student, "student/relayed")) == 1
    assert labels(talk.last) == ["写给李雁"]
    talk.press(talk.counsellor, "写给李雁")
    talk.says(talk.counsellor, "还在吗")
    assert len(talk.messages(student, "student/relayed")) == 2


def test_the_longest_message_that_an_app_lets_one_write_arrives_whole_both_ways(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    longest = "我" * 4095 + "完"  # Telegram's 4,096
    talk.says(student, longest)
    (hers,) = talk.messages(talk.counsellor, "staff/relayed")
    assert hers.text.endswith(longest)
    talk.presses(talk.counsellor, "relay:1:write")
    talk.says(talk.counsellor, longest)
    (theirs,) = talk.messages(student, "student/relayed")
    assert theirs.text.endswith(longest)


def test_words_that_look_like_an_answer_or_a_cry_go_to_the_owner_too(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    told = len(talk.templates(talk.office))
    talk.says(student, "平安")
    talk.says(student, "我已经报警了")
    relayed = talk.messages(talk.counsellor, "staff/relayed")
    assert [message.text.splitlines()[-1] for message in relayed] == ["平安", "我已经报警了"]
    assert talk.cases(student) == [("urgent", "acknowledged")]
    assert len(talk.templates(talk.office)) == told
    talk.minutes_pass(1)
    talk.says(student, "救命")  # this rings everybody again, and is nobody's
    assert talk.cases(student) == [("urgent", "open")]
    assert talk.templates(talk.office)[-1] == "staff/case_urgent"


def test_urgent_words_of_staff_are_for_her_and_no_cry_of_theirs(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    talk.presses(talk.counsellor, "relay:1:write")
    assert "已转给李雁" in text_of(talk.says(talk.counsellor, "你报警了吗？有人跟踪你吗？"))
    assert talk.messages(student, "student/relayed")[-1].text.endswith("有人跟踪你吗？")


def test_a_file_and_a_position_are_named_and_nothing_more(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    said = talk.hears(talk.address(student).external_id, Incoming(Said.FILE, "", text="门口的照片"))
    assert "转不过去" in text_of(said)
    talk.sends_position(student, 40.71, -74.02)
    texts = [message.text for message in talk.messages(talk.counsellor, "staff/relayed")]
    assert texts[0].startswith("李雁发来了文件")
    assert texts[1] == "李雁写道：\n门口的照片"
    assert texts[2].startswith("李雁发来了位置，只能在管理台查看。")
    assert "40.71" not in "".join(texts)
    assert "/console/cases/1" in texts[2]


def test_after_taking_over_it_goes_to_the_new_owner(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    talk.says(student, "我在图书馆")
    talk.presses(talk.counsellor, "relay:1:write")
    talk.says(talk.counsellor, "马上来")
    talk.presses(talk.office, "case:1:over")
    (kept,) = talk.messages(talk.office, "staff/relay_kept")
    assert "李雁: 我在图书馆" in kept.text
    assert "王老师: 马上来" in kept.text
    talk.says(student, "好的")
    assert [one.text.splitlines()[-1] for one in talk.messages(talk.office, "staff/relayed")] == ["好的"]
    assert len(talk.messages(talk.counsellor, "staff/relayed")) == 1
    lost = talk.says(talk.counsellor, "我到楼下了")  # still in a conversation, as it seems there
    assert "这句没有转给李雁" in text_of(lost)
    assert "韩主任" in text_of(lost)
    assert "没有发给任何人" not in text_of(talk.says(talk.counsellor, "喂"))


def test_after_handing_over_likewise(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    talk.says(student, "我在图书馆")
    talk.presses(talk.counsellor, f"case:1:give:{talk.office}")
    assert "我在图书馆" in text_of(talk.messages(talk.office, "staff/relay_kept"))
    talk.says(student, "好的")
    assert len(talk.messages(talk.office, "staff/relayed")) == 1


def test_when_it_is_over_both_hear_that_the_line_is_closed(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    talk.presses(talk.counsellor, "relay:1:write")
    talk.says(talk.counsellor, "我来了")
    talk.presses(talk.counsellor, "case:1:spoken")
    assert "不再转给老师" in text_of(talk.messages(student, "student/line_closed"))
    assert "对话已关闭" in text_of(talk.messages(talk.counsellor, "staff/line_closed"))
    talk.says(talk.counsellor, "喂")
    assert len(talk.messages(student, "student/relayed")) == 1
    talk.says(student, "谢谢老师")
    assert talk.messages(talk.counsellor, "staff/relayed") == []


def test_writing_to_her_counts_as_a_deed_and_takes_what_nobody_has(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "relay:1:write")
    assert talk.cases(student) == [("urgent", "acknowledged")]
    talk.says(talk.counsellor, "我来了")
    talk.minutes_pass(60)  # fifteen minutes without a deed would have opened it again
    assert talk.cases(student) == [("urgent", "acknowledged")]
    query = select(case_events.c.deed, case_events.c.note).where(case_events.c.deed == "wrote_to_her")
    assert talk.db.read(lambda conn: [tuple(row) for row in conn.execute(query)]) == [("wrote_to_her", "我来了")]


def test_what_is_said_is_sealed_everywhere(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "relay:1:write")
    talk.says(student, "我在图书馆")
    talk.says(talk.counsellor, "马上到楼下")

    def raw(conn: Any) -> str:
        tables = ("outbox", "case_events", "notes", "inbox", "dialogues", "journal")
        return "".join(str(conn.execute(text(f"SELECT * FROM {name}")).all()) for name in tables)  # noqa: S608

    found = talk.db.read(raw)
    assert "图书馆" not in found
    assert "楼下" not in found


def test_staff_who_may_not_are_refused_and_journalled(talk: Talk) -> None:
    student = sos(talk)
    outsider = talk.person("C9", RoleKind.COUNSELLOR)
    talk.link(outsider)
    assert "不归你" in text_of(talk.presses(outsider, "relay:1:write"))
    done = talk.do(lambda conn: say_to_student(conn, 1, outsider, "你好", talk.now))
    assert (done.done, done.why) == (False, "not_yours")
    query = select(journal.c.actor_id).where(journal.c.action == "case.refused")
    assert talk.db.read(lambda conn: list(conn.execute(query).scalars())) == [outsider, outsider]
    assert talk.messages(student, "student/relayed") == []


def test_nothing_is_not_passed_on(talk: Talk) -> None:
    sos(talk)
    done = talk.do(lambda conn: say_to_student(conn, 1, talk.counsellor, "  \n ", talk.now))
    assert (done.done, done.why) == (False, "empty")


def test_a_reply_to_an_alarm_goes_to_her(talk: Talk) -> None:
    student = sos(talk)

    def refer(conn: Any) -> None:
        mine = select(outbox.c.id).where(outbox.c.person_id == talk.counsellor)
        conn.execute(attempts.update().where(attempts.c.outbox_id.in_(mine)).values(external_id="77"))

    talk.do(refer)
    sender = talk.address(talk.counsellor).external_id
    talk.hears(sender, Incoming(Said.TEXT, "", text="你在哪？报警了吗？", reply_ref="77"))
    assert talk.cases(student) == [("urgent", "acknowledged")]
    assert talk.messages(student, "student/relayed")[0].text.endswith("你在哪？报警了吗？")
    assert labels(talk.last) == ["接着写"]  # one reply is no conversation yet
    talk.hears(sender, Incoming(Said.TEXT, "", text="别的", reply_ref="78"))
    assert len(talk.messages(student, "student/relayed")) == 1


def test_in_a_hard_week_she_answers_only_when_she_wants_to(talk: Talk) -> None:
    student = talk.student("S1")
    case = talk.do(lambda conn: open_case(conn, student, Reason.HARD, None, talk.now, ShareWith.COUNSELLOR))
    talk.minutes_pass(60)
    talk.presses(talk.counsellor, f"relay:{case.id}:write")
    talk.says(talk.counsellor, "想聊聊吗？")
    talk.until(talk.now + timedelta(hours=14))  # it was night where she is
    (said,) = talk.messages(student, "student/relayed")
    assert labels([said]) == ["回话"]
    talk.says(student, "今天下雨")
    assert talk.messages(talk.counsellor, "staff/relayed") == []
    assert "C1看得到" in text_of(talk.presses(student, f"relay:{case.id}:write"))
    assert "已转给C1" in text_of(talk.says(student, "有点想家"))
    talk.until(talk.now + timedelta(hours=14))
    assert talk.messages(talk.counsellor, "staff/relayed")[0].text.endswith("有点想家")


def test_after_silence_she_can_write_back_though_her_word_has_ended_the_case(talk: Talk) -> None:
    student = talk.student("S1")
    case = talk.do(lambda conn: open_case(conn, student, Reason.MISSED, None, talk.now))
    talk.presses(talk.counsellor, f"relay:{case.id}:write")
    talk.says(talk.counsellor, "还好吗？")
    talk.presses(student, f"relay:{case.id}:write")
    assert talk.cases(student) == [("missed", "resolved")]
    assert "已转给C1" in text_of(talk.says(student, "手机丢了，刚买新的"))
    assert talk.messages(talk.counsellor, "staff/relayed")[0].text.endswith("手机丢了，刚买新的")


def test_whoever_has_left_and_is_still_being_helped_can_write(talk: Talk) -> None:
    student = sos(talk)
    talk.presses(talk.counsellor, "case:1:ack")
    talk.says(student, "/stop")
    talk.press(student, "是，退出")
    assert "已转给王老师" in text_of(talk.says(student, "我在图书馆"))


# ---------------------------------------------------------------------------------------------- false alarm


@pytest.mark.parametrize("how", ["误报", "点错了", "False alarm", "press"])
def test_a_false_alarm_tells_everybody_and_ends_nothing(talk: Talk, how: str) -> None:
    student = sos(talk)
    said = talk.press(student, "误报") if how == "press" else talk.says(student, how)
    assert "已经告诉大家是误报了" in text_of(said)
    assert "911" in text_of(said)
    for helper in (talk.counsellor, talk.office):
        (told,) = talk.messages(helper, "staff/false_alarm")
        assert "李雁说是误报" in told.text
        assert labels([told]) == ["我来处理"]
    assert talk.cases(student) == [("urgent", "open")]
    talk.minutes_pass(25)
    assert talk.templates(talk.office).count("staff/case_urgent") == 1  # slowed: six times as long
    talk.minutes_pass(10)
    assert talk.templates(talk.office).count("staff/case_urgent") == 2
    assert "后来（9月2日 周三 08:00）说是误报" in talk.messages(talk.office, "staff/case_urgent")[-1].text
    assert "student/case_went_on" not in talk.templates(student)


def test_after_a_false_alarm_a_new_cry_rings_as_the_first(talk: Talk) -> None:
    student = sos(talk)
    talk.says(student, "误报")
    talk.minutes_pass(2)
    talk.says(student, "救命")
    assert talk.templates(talk.counsellor).count("staff/case_urgent") == 2
    slowed = talk.db.read(lambda conn: conn.execute(select(cases.c.slowed_at)).scalar())
    assert slowed is None
    talk.minutes_pass(5)
    assert "student/case_went_on" in talk.templates(student)


def test_the_words_mean_nothing_while_no_call_is_open(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "误报")
    assert "sos/false_alarm" not in talk.templates(student)
    assert "已经结束了" in text_of(talk.presses(student, "sos:false"))


def test_a_false_alarm_is_no_sign_of_life(talk: Talk) -> None:
    student = sos(talk)
    talk.do(lambda conn: open_case(conn, student, Reason.MISSED, None, talk.now))
    talk.presses(student, "sos:false")
    assert ("missed", "open") in talk.cases(student)


# ------------------------------------------------------------------------------------------------ cried again


def test_many_urgent_words_do_not_hold_the_steps_up(talk: Talk) -> None:
    student = sos(talk)
    coordinator = talk.person("K1", RoleKind.COORDINATOR)
    talk.link(coordinator)
    for _ in range(3):
        talk.says(student, "救命啊有人跟踪我")  # within the minute nobody is rung twice
    assert talk.templates(talk.counsellor).count("staff/case_urgent") == 1
    talk.minutes_pass(2)
    talk.says(student, "救命啊")
    assert talk.templates(talk.counsellor).count("staff/case_urgent") == 2
    step = talk.db.read(lambda conn: conn.execute(select(cases.c.step)).scalar())
    assert step == 2
