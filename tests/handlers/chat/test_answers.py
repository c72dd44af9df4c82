"""What happens to an answer: thanked, undone, changed, shared, late; pressed, typed or volunteered."""

import pytest

from bot.prompts.model import Choice, ShareWith, State
from tests.support.school import utc
from tests.support.talk import Talk, labels, text_of

ASKED = utc("2026-09-08 22:40")  # Tuesday 18:40 in New York


@pytest.fixture
def asked(talk: Talk) -> tuple[Talk, int]:
    student = talk.student("S1")
    talk.until(ASKED)
    return talk, student


def test_fine_is_thanked_with_the_next_date_in_her_time(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    replies = talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:fine")
    assert len(replies) == 1
    assert "谢谢你告诉我们" in replies[0].text
    assert "9月15日 周二 18:30" in replies[0].text
    assert labels(replies) == ["写两句", "撤销"]
    prompt = talk.prompt(student, "2026-09-08")
    assert (prompt.state, prompt.choice, prompt.answer_channel) == (State.ANSWERED, Choice.FINE, "telegram")
    assert "edit/answered" in talk.templates(student)


@pytest.mark.parametrize("choice", ["fine", "hard"])
def test_an_answer_to_one_question_ends_the_waiting_for_another(talk: Talk, choice: str) -> None:
    student = talk.student("S1", departs="2026-09-08")
    talk.until(utc("2026-09-09 15:00"))  # asked on Tuesday evening, and in the morning whether she is there
    (landing,) = talk.prompts(student, "landing")
    talk.presses(student, f"answer:{landing.id}:{choice}")
    assert talk.prompt(student, "2026-09-08").state is State.ALIVE
    talk.until(utc("2026-09-12 12:00"))
    assert "checkin/reminder" not in talk.templates(student)
    assert talk.cases(student) == []


def test_an_urgent_answer_leaves_other_questions_as_they_are(talk: Talk) -> None:
    student = talk.student("S1", departs="2026-09-08")
    talk.until(utc("2026-09-09 15:00"))
    (landing,) = talk.prompts(student, "landing")
    talk.presses(student, f"answer:{landing.id}:urgent")
    assert talk.prompt(student, "2026-09-08").state is State.OPEN


def test_undo_within_two_minutes_asks_again(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:fine")
    replies = talk.press(student, "撤销")
    assert "撤销了" in replies[0].text
    assert labels(replies[1:]) == ["平安", "有点难", "紧急"]
    assert talk.prompt(student, "2026-09-08").state is State.OPEN


def test_undo_after_two_minutes_says_that_the_latest_counts(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:fine")
    undo = next(button.data for row in talk.last[0].buttons for button in row if button.label == "撤销")
    talk.minutes_pass(3)
    assert undo is not None
    assert "两分钟" in text_of(talk.presses(student, undo))
    assert talk.prompt(student, "2026-09-08").choice is Choice.FINE


def test_undoing_a_change_gives_back_the_answer_before(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    prompt_id = talk.prompt(student, "2026-09-08").id
    talk.presses(student, f"answer:{prompt_id}:fine")
    talk.minutes_pass(1)
    talk.presses(student, f"answer:{prompt_id}:hard")
    assert text_of(talk.press(student, "撤销")) == "撤销了，以之前那次为准。"
    assert talk.prompt(student, "2026-09-08").choice is Choice.FINE


def test_digits_answer_also_inside_a_dialogue_that_has_none(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    talk.says(student, "/zone")
    talk.says(student, "2")
    assert talk.prompt(student, "2026-09-08").choice is Choice.HARD


def test_an_urgent_call_cannot_be_undone(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    prompt_id = talk.prompt(student, "2026-09-08").id
    talk.presses(student, f"answer:{prompt_id}:urgent")
    assert "不能在这里撤销" in text_of(talk.presses(student, f"undo:{prompt_id}"))
    assert talk.cases(student) == [("urgent", "open")]


def test_hard_offers_only_whom_there_is_and_says_who_sees_what(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    replies = talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:hard")
    assert "其他人只看到“已答复”" in replies[0].text
    assert "400-000-1111" in replies[0].text
    assert labels(replies) == ["我的辅导员", "专项办公室", "先不告诉任何人", "别找辅导员", "写两句", "撤销"]
    assert talk.cases(student) == []


def test_a_hard_week_is_told_to_whom_she_chose_and_to_nobody_else(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:hard")
    replies = talk.press(student, "我的辅导员")
    assert "已经告诉你的辅导员" in replies[0].text
    talk.minutes_pass(60 * 12)  # the counsellor's night is not disturbed
    assert "staff/case_hard" in talk.templates(talk.counsellor)
    assert "staff/case_hard" not in talk.templates(talk.office)
    (alarm,) = talk.messages(talk.counsellor, "staff/case_hard")
    assert "有点难" in alarm.text
    assert "不是急事" in alarm.text


def test_nobody_really_means_nobody(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:hard")
    assert "谁都不会知道" in text_of(talk.press(student, "先不告诉任何人"))
    assert talk.cases(student) == []
    assert talk.prompt(student, "2026-09-08").share_with is ShareWith.NOBODY


def test_a_second_answer_changes_the_first(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    prompt_id = talk.prompt(student, "2026-09-08").id
    talk.presses(student, f"answer:{prompt_id}:hard")
    assert "以这次的为准" in text_of(talk.presses(student, f"answer:{prompt_id}:fine"))
    assert talk.prompt(student, "2026-09-08").choice is Choice.FINE
    assert "没有要告诉别人的" in text_of(talk.presses(student, f"share:{prompt_id}:counsellor"))


def test_an_old_button_acts_on_its_own_occasion_and_offers_the_current_one(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    old = talk.prompt(student, "2026-09-08").id
    talk.until(utc("2026-09-15 22:40"))
    replies = talk.presses(student, f"answer:{old}:fine")
    assert "补答9月8日 周二的问候" in replies[0].text
    assert labels(replies[1:]) == ["平安", "有点难", "紧急"]
    assert f"answer:{talk.prompt(student, '2026-09-15').id}:fine" == replies[1].buttons[0][0].data
    assert talk.prompt(student, "2026-09-15").state is State.OPEN


def test_a_late_second_answer_is_kept_and_the_earlier_one_counts(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    old = talk.prompt(student, "2026-09-08").id
    talk.presses(student, f"answer:{old}:fine")
    talk.until(utc("2026-09-15 22:40"))
    replies = talk.presses(student, f"answer:{old}:hard")
    assert "已经结束，也有了答复" in replies[0].text
    assert talk.prompt(student, "2026-09-08").choice is Choice.FINE


def test_somebody_elses_button_is_refused(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    other = talk.student("S2")
    prompt_id = talk.prompt(student, "2026-09-08").id
    for data in (f"answer:{prompt_id}:fine", f"undo:{prompt_id}", f"share:{prompt_id}:office", f"note:{prompt_id}"):
        talk.presses(other, data)
    assert talk.prompt(student, "2026-09-08").state is State.OPEN


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("平安", Choice.FINE),
        ("没事。", Choice.FINE),
        ("OK!", Choice.FINE),
        ("fine", Choice.FINE),
        ("1", Choice.FINE),
        ("２", Choice.HARD),
        ("有点难", Choice.HARD),
        ("Hard", Choice.HARD),
        ("3", Choice.URGENT),
    ],
)
def test_plain_words_answer(asked: tuple[Talk, int], text: str, choice: Choice) -> None:
    talk, student = asked
    talk.says(student, text)
    assert talk.prompt(student, "2026-09-08").choice is choice


def test_digits_and_ok_mean_nothing_when_no_question_waits(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    talk.says(student, "有点难")
    talk.says(student, "ok")
    talk.says(student, "1")
    assert talk.prompt(student, "2026-09-08").choice is Choice.HARD


def test_how_she_is_can_be_said_without_a_question(talk: Talk) -> None:
    student = talk.student("S1")
    assert labels(talk.says(student, "/checkin")) == ["平安", "有点难", "紧急"]
    assert "谢谢你" in text_of(talk.press(student, "平安"))
    (own,) = [prompt for prompt in talk.prompts(student) if prompt.occasion.startswith("self:")]
    assert own.choice is Choice.FINE


def test_checkin_says_the_open_question_again(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    replies = talk.says(student, "平安打卡")
    assert "这周还好吗" in replies[0].text
    assert replies[0].buttons[0][0].data == f"answer:{talk.prompt(student, '2026-09-08').id}:fine"


def test_a_called_off_question_says_so(asked: tuple[Talk, int]) -> None:
    talk, student = asked
    prompt_id = talk.prompt(student, "2026-09-08").id
    talk.change_trip(student, cancelled_at=talk.now)
    assert "取消" in text_of(talk.presses(student, f"answer:{prompt_id}:fine"))


def test_staff_are_not_asked_anything(talk: Talk) -> None:
    assert "学生" in text_of(talk.says(talk.counsellor, "/checkin"))
    talk.presses(talk.counsellor, "volunteer:fine")
    assert talk.prompts(talk.counsellor) == []
