"""Cries for help: at once, in any state; asked when unsure; never left unanswered."""

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.addresses.model import AddressState
from bot.addresses.store import all_of, set_state
from bot.cases.model import Reason
from bot.engine.casework import open_case
from bot.inbox.model import Incoming, Said
from bot.outbox.model import Priority
from bot.outbox.store import outbox
from bot.prompts.model import ShareWith
from bot.prompts.store import notes
from tests.support.school import utc
from tests.support.talk import Talk, labels, text_of


def _words(talk: Talk) -> list[tuple[int | None, dict[str, str]]]:
    query = select(notes.c.case_id, notes.c.body).where(notes.c.kind == "note")
    return talk.db.read(lambda conn: [(row.case_id, row.body) for row in conn.execute(query)])


@pytest.mark.parametrize("text", ["SOS", "sos!", "救命", "/sos", "紧急求助", "救命！"])
def test_an_sos_is_one_at_once(talk: Talk, text: str) -> None:
    student = talk.student("S1")
    (reply,) = talk.says(student, text)
    assert reply.text.startswith("正在联系值班老师。有危险先打 911。")
    assert "+86-10-12308" in reply.text
    assert "010-5555-0000" in reply.text
    assert reply.ask_position == "发送我的位置（仅一次）"
    assert talk.cases(student) == [("urgent", "open")]
    assert "staff/case_urgent" in talk.templates(talk.counsellor)
    assert "staff/case_urgent" in talk.templates(talk.office)


def test_numbers_to_dial_overtake_every_other_message(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "sos")
    query = select(outbox.c.priority).where(outbox.c.template == "sos/raised")
    assert talk.db.read(lambda conn: conn.execute(query).scalars().all()) == [Priority.ALARM]


@pytest.mark.parametrize("step", ["/zone", "/pause", "/stop", "/language"])
def test_a_cry_wins_over_any_dialogue(talk: Talk, step: str) -> None:
    student = talk.student("S1")
    talk.says(student, step)
    talk.says(student, "救命")
    assert talk.cases(student) == [("urgent", "open")]


@pytest.mark.parametrize("text", ["help", "求助", "救命啊有人跟踪我", "I was robbed", "不想活了"])
def test_unsure_words_get_the_numbers_and_the_question_at_once(talk: Talk, text: str) -> None:
    student = talk.student("S1")
    (reply,) = talk.says(student, text)
    assert "911" in reply.text
    assert "要紧急求助吗？" in reply.text
    assert labels([reply]) == ["是，紧急求助", "不是"]
    assert talk.cases(student) == []


@pytest.mark.parametrize("yes", ["press", "是", "yes", "救命啊有人跟踪我", "SOS"])
def test_a_yes_raises_the_sos_with_her_words(talk: Talk, yes: str) -> None:
    student = talk.student("S1")
    talk.says(student, "有人跟踪我")
    if yes == "press":
        talk.press(student, "是")
    else:
        talk.says(student, yes)
    assert talk.cases(student) == [("urgent", "open")]
    ((case_id, body),) = _words(talk)
    assert case_id is not None
    assert body["text"].startswith("有人跟踪我")


@pytest.mark.parametrize("no", ["press", "不是", "no", "没事"])
def test_a_no_alarms_nobody_and_keeps_nothing(talk: Talk, no: str) -> None:
    student = talk.student("S1")
    talk.says(student, "我被抢了一次票，哈哈，不算被抢劫")
    reply = talk.press(student, "不是") if no == "press" else talk.says(student, no)
    assert "没有惊动任何人" in text_of(reply)
    talk.minutes_pass(10)
    assert talk.cases(student) == []
    assert _words(talk) == []


def test_no_reply_in_three_minutes_is_an_sos(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "/zone")
    talk.says(student, "有人跟踪我")
    talk.minutes_pass(2)
    assert talk.cases(student) == []
    talk.minutes_pass(1)
    assert talk.cases(student) == [("urgent", "open")]
    (said,) = talk.messages(student, "sos/raised")
    assert said.text.startswith("三分钟没等到你的答复")
    assert _words(talk)[0][1]["text"] == "有人跟踪我"
    talk.minutes_pass(5)
    assert len(talk.messages(student, "sos/raised")) == 1
    assert "帮你的老师看得到" in text_of(talk.says(student, "巴黎"))  # her words are for her helpers now


def test_other_words_do_not_settle_the_question(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "有人跟踪我")
    talk.says(student, "/zone")
    talk.says(student, "巴黎")
    talk.says(student, "嗯嗯")
    talk.minutes_pass(3)
    assert talk.cases(student) == [("urgent", "open")]


def test_a_denied_cry_gives_back_what_she_was_doing(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "/zone")
    talk.says(student, "求助")
    talk.press(student, "不是")
    assert "巴黎" in text_of(talk.says(student, "巴黎"))


def test_sending_a_position_to_the_question_is_a_yes(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "有人跟踪我")
    replies = talk.sends_position(student, 40.7, -74.0)
    assert "正在联系值班老师" in replies[0].text
    assert "正在帮你的人" in replies[1].text
    assert talk.cases(student) == [("urgent", "open")]


def test_a_cry_is_no_sign_of_life(talk: Talk) -> None:
    student = talk.student("S1")
    talk.until(utc("2026-09-08 22:40"))
    talk.says(student, "有人跟踪我")
    assert talk.prompt(student, "2026-09-08").state == "open"


def test_what_she_writes_while_she_is_helped_goes_to_her_helpers(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "SOS")
    assert "帮你的老师看得到" in text_of(talk.says(student, "我在图书馆三楼"))
    assert [body["text"] for _, body in _words(talk)] == ["SOS", "我在图书馆三楼"]


@pytest.mark.parametrize("step", ["/zone", "/pause"])
@pytest.mark.parametrize("cry", ["SOS", "volunteer:urgent", "求助"])
def test_nothing_that_waited_before_a_cry_takes_what_is_meant_for_her_helpers(talk: Talk, step: str, cry: str) -> None:
    student = talk.student("S1")
    talk.says(student, step)
    if cry.startswith("volunteer"):
        talk.presses(student, cry)
    else:
        talk.says(student, cry)
    talk.minutes_pass(4)
    assert talk.cases(student) == [("urgent", "open")]
    assert "帮你的老师看得到" in text_of(talk.says(student, "我在图书馆三楼"))
    assert _words(talk)[-1][1]["text"] == "我在图书馆三楼"
    assert "正在帮你的人" in text_of(talk.sends_position(student, 40.7, -74.0))
    kept = select(notes.c.case_id).where(notes.c.kind == "position")
    assert None not in talk.db.read(lambda conn: conn.execute(kept).scalars().all())


def test_a_position_goes_to_her_helpers_even_when_she_was_asked_where_she_is(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "SOS")
    talk.says(student, "/zone")
    assert "正在帮你的人" in text_of(talk.sends_position(student, 40.7, -74.0))


def test_fine_does_not_end_an_sos(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "SOS")
    assert "老师还是会和你通个话" in text_of(talk.says(student, "平安"))
    assert talk.cases(student) == [("urgent", "open")]


def test_no_does_not_end_an_sos_either(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "SOS")
    assert "不能在这里撤销" in text_of(talk.presses(student, "sos:no"))
    assert talk.cases(student) == [("urgent", "open")]


def test_numbers_follow_where_she_is(talk: Talk) -> None:
    student = talk.student("S1", zone="Europe/Paris", country="FR")
    assert "法国" in text_of(talk.says(student, "help"))
    talk.press(student, "不是")
    talk.says(student, "/zone Asia/Seoul")
    talk.press(student, "一周")
    assert "112" in text_of(talk.says(student, "help"))  # in a country that we do not know
    talk.press(student, "不是")
    talk.says(student, "/zone 大阪 9-20")
    assert "日本" in text_of(talk.says(student, "help"))


def test_staff_who_write_help_are_answered_and_not_alarmed_about(talk: Talk) -> None:
    assert "要紧急求助吗" in text_of(talk.says(talk.counsellor, "help"))
    assert "三分钟" not in text_of(talk.last)
    talk.minutes_pass(5)
    assert talk.cases(talk.counsellor) == []


def test_whoever_left_can_still_cry(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "/stop")
    talk.press(student, "是，退出")
    talk.presses(student, "answer:999:urgent")
    assert talk.cases(student) == [("urgent", "open")]


def test_a_strangers_cry_gets_numbers_and_alarms_the_office(talk: Talk) -> None:
    with capture_logs() as logs:
        talk.hears("stranger", Incoming(Said.TEXT, "", text="救命", language="zh-hans", name="Lin"))
        talk.hears("other", Incoming(Said.TEXT, "", text="help me please", language="en"))
    assert [line["log_level"] for line in logs] == ["warning", "warning"]
    assert "救命" not in str(logs)
    chinese, english = talk.strangers
    assert "112" in chinese.rendered.text
    assert "+86-10-12308" in chinese.rendered.text
    assert labels([chinese.rendered]) == []
    assert "please dial right now" in english.rendered.text
    assert labels([english.rendered]) == ["Yes, urgent help"]
    first, second = talk.messages(talk.office, "staff/stranger_cried")
    assert first.text.startswith("紧急：有一个我们不认识的人在这里求助（9月2日 周三 08:00）。")
    assert "Telegram 上的名字：Lin" in first.text
    assert "对方写道：救命" in first.text
    assert "没有名字" in second.text
    assert talk.messages(talk.counsellor, "staff/stranger_cried") == []


def _strangers_cry(talk: Talk, text: str = "SOS", sender: str = "stranger") -> None:
    talk.hears(sender, Incoming(Said.TEXT, "", text=text, language="en", name="Lin"))


def test_the_office_is_alarmed_once_in_ten_minutes_about_one_stranger(talk: Talk) -> None:
    for _ in range(3):
        _strangers_cry(talk)
    _strangers_cry(talk, sender="other")
    assert len(talk.strangers) == 4
    assert len(talk.messages(talk.office, "staff/stranger_cried")) == 2
    talk.minutes_pass(9)
    _strangers_cry(talk)
    assert len(talk.messages(talk.office, "staff/stranger_cried")) == 2
    talk.minutes_pass(2)
    _strangers_cry(talk)
    assert len(talk.messages(talk.office, "staff/stranger_cried")) == 3


def test_urgent_words_first_and_an_sos_then_alarm_twice(talk: Talk) -> None:
    _strangers_cry(talk, "somebody is following me")
    talk.hears("stranger", Incoming(Said.PRESS, "", data="sos:yes", language="en"))
    assert len(talk.messages(talk.office, "staff/stranger_cried")) == 2


def test_an_sos_of_a_stranger_wakes_and_urgent_words_do_not(talk: Talk) -> None:
    talk.link(talk.office, "apprise")
    _strangers_cry(talk, "somebody is following me")
    assert talk.messages(talk.office, "staff/stranger_wake") == []
    _strangers_cry(talk)
    (woken,) = talk.messages(talk.office, "staff/stranger_wake")
    assert "Lin" not in woken.text


def test_what_a_stranger_writes_after_a_cry_reaches_the_office(talk: Talk) -> None:
    _strangers_cry(talk, "hello")
    assert talk.messages(talk.office, "staff/stranger_wrote") == []
    _strangers_cry(talk)
    _strangers_cry(talk, "Lin Mei, 2023001, Paris")
    (words,) = talk.messages(talk.office, "staff/stranger_wrote")
    assert words.text.endswith("Lin Mei, 2023001, Paris")
    assert "Passed on to the programme office" in talk.strangers[-1].rendered.text
    for number in range(30):
        _strangers_cry(talk, f"again {number}")
    assert len(talk.messages(talk.office, "staff/stranger_wrote")) == 20
    talk.minutes_pass(61)
    _strangers_cry(talk, "are you there?")
    assert "open the invitation link" in talk.strangers[-1].rendered.text


def test_a_strangers_cry_that_no_office_hears_is_an_error(talk: Talk) -> None:
    for address in talk.db.read(lambda conn: all_of(conn, [talk.office])).get(talk.office, []):
        talk.do(lambda conn, one=address: set_state(conn, one.id, AddressState.GONE))
    with capture_logs() as logs:
        _strangers_cry(talk)
    assert [line["log_level"] for line in logs] == ["error"]
    assert "112" in talk.strangers[0].rendered.text


def test_what_she_writes_while_she_is_asked_is_for_her_helpers_too(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "有人跟踪我")
    assert "要紧急求助吗？" in text_of(talk.says(student, "我在火车站北口，他穿黑衣服"))
    talk.minutes_pass(3)
    ((case_id, body),) = _words(talk)
    assert case_id is not None
    assert body["text"] == "有人跟踪我\n我在火车站北口，他穿黑衣服"


@pytest.mark.parametrize("step", ["/zone", "/pause", "/buddy"])
def test_what_she_was_doing_before_does_not_take_words_that_belong_to_her_cry(talk: Talk, step: str) -> None:
    student = talk.student("S1")
    talk.says(student, step)
    talk.says(student, "有人跟踪我")
    assert "要紧急求助吗？" in text_of(talk.says(student, "巴黎北站"))
    talk.press(student, "是，紧急求助")
    assert _words(talk)[0][1]["text"] == "有人跟踪我\n巴黎北站"


def test_words_for_somebody_in_a_hard_week_reach_that_person_though_they_are_asked_about(talk: Talk) -> None:
    student = talk.student("S1")
    talk.do(lambda conn: open_case(conn, student, Reason.HARD, None, talk.now, ShareWith.COUNSELLOR))
    talk.presses(talk.counsellor, "case:1:ack")
    talk.presses(student, "relay:1:write")
    assert "要紧急求助吗？" in text_of(talk.says(student, "我有时候不想活了"))
    (passed,) = talk.messages(talk.counsellor, "staff/relayed")
    assert "我有时候不想活了" in passed.text
    assert "要紧急求助吗？" in text_of(talk.says(student, "只是说说，想找你聊聊"))
    assert len(talk.messages(talk.counsellor, "staff/relayed")) == 2
    talk.says(student, "不是")
    assert talk.messages(talk.office, "staff/relayed") == []


@pytest.mark.parametrize("text", ["平安", "我很好", "没事了", "I'm safe", "fine", "点错了"])
def test_that_she_is_well_is_a_no(talk: Talk, text: str) -> None:
    student = talk.student("S1")
    talk.says(student, "求助")
    assert "没有惊动任何人" in text_of(talk.says(student, text))
    talk.minutes_pass(5)
    assert talk.cases(student) == []


def test_a_file_sent_to_the_question_brings_it_again(talk: Talk) -> None:
    student = talk.student("S1")
    talk.says(student, "有人跟踪我")
    replies = talk.hears(talk.address(student).external_id, Incoming(Said.FILE, "", text="就是这个人"))
    assert "要紧急求助吗？" in text_of(replies)
    talk.minutes_pass(3)
    assert _words(talk)[0][1]["text"] == "有人跟踪我\n就是这个人"


@pytest.mark.parametrize("data", ["answer:999:urgent", "roll:999:urgent", "volunteer:urgent", "sos:yes"])
def test_a_cry_counts_whatever_its_button_stands_on(talk: Talk, data: str) -> None:
    student = talk.student("S1")
    assert "正在联系值班老师" in text_of(talk.presses(student, data))
    assert talk.cases(student) == [("urgent", "open")]


@pytest.mark.parametrize("how", ["是", "yes", "press"])
@pytest.mark.parametrize("state", ["pending", "left"])
def test_a_yes_is_a_yes_before_she_has_agreed_and_after_she_has_left(talk: Talk, state: str, how: str) -> None:
    student = talk.student("S1")
    _make(talk, student, state)
    assert "要紧急求助吗？" in text_of(talk.says(student, "求助"))
    if how == "press":
        talk.presses(student, "sos:yes")
    else:
        talk.says(student, how)
    assert talk.cases(student) == [("urgent", "open")]


@pytest.mark.parametrize("how", ["不是", "press"])
@pytest.mark.parametrize("state", ["pending", "left"])
def test_a_no_is_a_no_there_too(talk: Talk, state: str, how: str) -> None:
    student = talk.student("S1")
    _make(talk, student, state)
    talk.says(student, "求助")
    reply = talk.presses(student, "sos:no") if how == "press" else talk.says(student, how)
    assert "没有惊动任何人" in text_of(reply)
    talk.minutes_pass(5)
    assert talk.cases(student) == []


def _make(talk: Talk, student: int, state: str) -> None:
    if state == "pending":
        talk.do(lambda conn: set_state(conn, talk.address(student).id, AddressState.PENDING))
    else:
        talk.says(student, "/stop")
        talk.press(student, "是，退出")
