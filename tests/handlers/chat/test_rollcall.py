"""A roll-call in chat: buttons, numbers and words, in both languages, and a student who reports an incident."""

import pytest

from bot.engine.asked import asked
from bot.prompts.model import State
from bot.rollcalls.model import Area, Rollcall
from tests.support.rollcalls import close, counts, member, question, start
from tests.support.talk import Talk, labels, text_of

JAPAN = Area(countries=("JP",))


def in_japan(talk: Talk, number: str, language: str = "zh") -> int:
    found = talk.student(number, zone="Asia/Tokyo", city="Tokyo", country="JP")
    talk.set(found, language=language)
    return found


@pytest.fixture
def mei(talk: Talk) -> int:
    return in_japan(talk, "S1")


def state(talk: Talk, rollcall: Rollcall, person_id: int) -> str:
    found: str = member(talk, rollcall, person_id).state
    return found


def test_the_question_says_what_happened_and_offers_three_answers(talk: Talk, mei: int) -> None:
    start(talk, JAPAN)
    (asked,) = talk.messages(mei, "rollcall/question")
    assert asked.text == "东京发生 7 级地震\n\n你安全吗？回一声就好。"
    assert labels([asked]) == ["1 我安全", "2 我需要帮助", "3 我不在当地"]


def test_every_message_of_a_drill_says_that_it_is_one(talk: Talk) -> None:
    for number, language, mark in (("S1", "zh", "【演练】"), ("S2", "en", "[DRILL]")):
        person = in_japan(talk, number, language)
        rollcall = start(talk, Area(numbers=(number,)), drill=True)
        prompt = question(talk, rollcall, person)
        talk.minutes_pass(31)
        for message in (
            *talk.messages(person, "rollcall/question"),
            *talk.messages(person, "rollcall/reminder"),
            *talk.presses(person, f"roll:{prompt.id}:safe"),
            *talk.presses(person, f"roll:{prompt.id}:urgent"),
        ):
            assert message.text.startswith(mark), message.text
        talk.press(person, "演练" if language == "zh" else "drill")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("1", "safe"),
        ("平安", "safe"),
        ("安全", "safe"),
        ("I am safe", "safe"),
        ("没事", "safe"),
        ("OK", "safe"),
        ("3", "elsewhere"),
        ("不在当地。", "elsewhere"),
        ("not there", "elsewhere"),
    ],
)
def test_numbers_and_words_answer_it(talk: Talk, mei: int, said: str, word: str) -> None:
    rollcall = start(talk, JAPAN)
    replies = talk.says(mei, said)
    assert state(talk, rollcall, mei) == word
    assert "谢谢" in text_of(replies)
    assert question(talk, rollcall, mei).state is State.ANSWERED


@pytest.mark.parametrize("said", ["2", "需要帮助", "I need help"])
def test_need_help_is_an_sos_at_once(talk: Talk, mei: int, said: str) -> None:
    rollcall = start(talk, JAPAN)
    replies = talk.says(mei, said)
    assert talk.cases(mei) == [("urgent", "open")]
    assert state(talk, rollcall, mei) == "help"
    assert "正在联系值班老师" in text_of(replies)


def test_in_a_drill_need_help_is_asked_first(talk: Talk, mei: int) -> None:
    rollcall = start(talk, JAPAN, drill=True)
    prompt = question(talk, rollcall, mei)
    replies = talk.presses(mei, f"roll:{prompt.id}:urgent")
    assert "真的需要帮助吗" in text_of(replies)
    assert talk.cases(mei) == []
    talk.press(mei, "不是，只是演练")
    talk.minutes_pass(5)
    assert talk.cases(mei) == []
    assert state(talk, rollcall, mei) == "help"
    talk.presses(mei, f"roll:{prompt.id}:urgent")
    talk.press(mei, "紧急求助")
    assert talk.cases(mei) == [("urgent", "open")]


def test_in_a_drill_three_minutes_without_a_reply_are_an_sos(talk: Talk, mei: int) -> None:
    rollcall = start(talk, JAPAN, drill=True)
    talk.presses(mei, f"roll:{question(talk, rollcall, mei).id}:urgent")
    talk.minutes_pass(3)
    assert talk.cases(mei) == [("urgent", "open")]


def test_anything_else_that_she_writes_is_a_sign_of_life(talk: Talk, mei: int) -> None:
    rollcall = start(talk, JAPAN)
    replies = talk.says(mei, "今天天气不错")
    assert state(talk, rollcall, mei) == "wrote"
    assert labels(replies)[0] == "1 我安全", "she is asked once more, in place of what we do not understand"
    talk.minutes_pass(200)
    assert talk.cases(mei) == []
    assert talk.templates(mei).count("rollcall/reminder") == 0
    talk.press(mei, "我安全")
    assert counts(talk, rollcall) == {"safe": 1}


def test_an_answer_to_another_question_is_a_sign_of_life_too(talk: Talk, mei: int) -> None:
    rollcall = start(talk, JAPAN)
    talk.presses(mei, "volunteer:fine")
    assert state(talk, rollcall, mei) == "wrote"


def test_the_week_s_question_and_a_roll_call_are_not_mixed_up(talk: Talk, mei: int) -> None:
    rollcall = start(talk, JAPAN)
    talk.says(mei, "有点难")
    assert state(talk, rollcall, mei) == "wrote"
    assert question(talk, rollcall, mei).choice is None
    assert talk.cases(mei) == []


def test_buttons_change_the_answer_until_it_is_closed(talk: Talk, mei: int) -> None:
    rollcall = start(talk, JAPAN)
    prompt = question(talk, rollcall, mei)
    talk.presses(mei, f"roll:{prompt.id}:elsewhere")
    assert "以这次的为准" in text_of(talk.press(mei, "我安全"))
    close(talk, rollcall)
    replies = talk.presses(mei, f"roll:{prompt.id}:elsewhere")
    assert "已经结束" in text_of(replies)
    assert labels(replies) == []
    assert counts(talk, rollcall) == {"safe": 1}
    talk.presses(mei, f"roll:{prompt.id}:urgent")
    assert talk.cases(mei) == [("urgent", "open")], "a call for help counts whenever it comes"


def test_buttons_of_others_and_of_nothing_do_nothing(talk: Talk, mei: int) -> None:
    other = in_japan(talk, "S2")
    rollcall = start(talk, JAPAN)
    talk.presses(other, f"roll:{question(talk, rollcall, mei).id}:safe")
    for data in ("roll:", "roll:x:safe", "roll:99999:safe", f"roll:{question(talk, rollcall, mei).id}:fine"):
        talk.presses(other, data)
    assert state(talk, rollcall, mei) == "asked"


def test_why_says_why(talk: Talk, mei: int) -> None:
    start(talk, JAPAN)
    talk.set_accepted()
    assert "是否安全" in text_of(talk.says(mei, "/why"))


def test_she_reports_an_incident_and_nothing_starts(talk: Talk, mei: int) -> None:
    assert "发生了什么" in text_of(talk.says(mei, "报告突发事件"))
    assert labels(talk.says(mei, "地铁停运，校园封闭"))[0] == "就在我这里：东京"
    assert "收到" in text_of(talk.press(mei, "就在我这里"))
    (told,) = talk.messages(talk.office, "rollcall/reported")
    assert "地铁停运，校园封闭" in told.text
    assert "东京" in told.text
    assert "/console/rollcalls/new?report=1" in told.text or "report=1" in str(told.buttons)
    assert talk.templates(mei).count("rollcall/question") == 0


def test_she_names_another_place_or_lets_it_be(talk: Talk, mei: int) -> None:
    talk.says(mei, "/report")
    talk.says(mei, "有人在市中心开枪的传言")
    talk.says(mei, "大阪")
    (told,) = talk.messages(talk.office, "rollcall/reported")
    assert "大阪" in told.text
    talk.says(mei, "/report")
    assert "没有上报" in text_of(talk.press(mei, "算了"))
    assert len(talk.messages(talk.office, "rollcall/reported")) == 1


def test_urgent_words_in_a_report_are_still_a_cry(talk: Talk, mei: int) -> None:
    talk.says(mei, "/report")
    replies = talk.says(mei, "东京地震了")
    assert any(button == "是，紧急求助" for button in labels(replies)), labels(replies)
    replies = talk.says(mei, "不用")
    assert "在哪里" in text_of(replies), "what she has said is kept"
    talk.press(mei, "就在我这里")
    (told,) = talk.messages(talk.office, "rollcall/reported")
    assert "东京地震了" in told.text
    talk.says(mei, "/report")
    talk.says(mei, "救命")
    assert talk.cases(mei) == [("urgent", "open")]


def test_a_question_that_an_outage_holds_back_does_not_come_beside_its_reminder(talk: Talk, mei: int) -> None:
    """Her page has shown it to her; the app where it waits takes nothing yet."""
    works, talk.works = talk.works, set()
    rollcall = start(talk, JAPAN)
    prompt = question(talk, rollcall, mei)
    talk.do(lambda conn: asked(conn, [prompt.id], talk.now, talk.programmes))
    talk.minutes_pass(31)
    talk.works = works
    talk.work_off()
    assert [name for name in talk.templates(mei) if name.startswith("rollcall/")] == ["rollcall/reminder"]
