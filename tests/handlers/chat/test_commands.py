"""Commands in both languages, the dialogues behind them, and words, positions and files that are none."""

from datetime import date

import pytest
from sqlalchemy import select

from bot.inbox.model import Incoming, Said
from bot.inbox.store import inbox
from bot.journal.store import journal, line, write
from bot.moves.model import Place
from bot.prompts.model import State
from bot.prompts.store import notes
from tests.support.school import utc
from tests.support.talk import Talk, labels, text_of

ASKED = utc("2026-09-08 22:40")


@pytest.fixture
def student(talk: Talk) -> int:
    return talk.student("S1")


@pytest.mark.parametrize(
    ("chinese", "command"),
    [
        ("帮助", "/help"),
        ("暂停", "/pause"),
        ("我在哪", "/zone"),
        ("平安打卡", "/checkin"),
        ("停止", "/stop"),
        ("语言", "/language"),
        ("Where I am", "/zone"),
        ("Check in", "/checkin"),
        ("How to use", "/help"),
        ("Pause", "/pause"),
    ],
)
def test_words_and_labels_are_commands(talk: Talk, student: int, chinese: str, command: str) -> None:
    assert talk.says(student, chinese) == talk.says(student, command)


def test_help_is_the_manual_and_no_cry(talk: Talk, student: int) -> None:
    for text in ("/help", "/help@YanxinBot", "帮助"):
        assert "/checkin" in text_of(talk.says(student, text))
    talk.minutes_pass(5)
    assert talk.cases(student) == []


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("2026-09-20", date(2026, 9, 20)),
        ("9月12日", date(2026, 9, 12)),
        ("09-12", date(2026, 9, 12)),
        ("5 天", date(2026, 9, 6)),
        ("5 days", date(2026, 9, 6)),
    ],
)
def test_pause_until_a_date_in_words(talk: Talk, student: int, words: str, until: date) -> None:
    assert labels(talk.says(student, "/pause")) == ["3 天", "7 天", "14 天"]
    replies = talk.says(student, words)
    assert "都不打扰你" in text_of(replies)
    assert talk.someone(student).paused_until == until


@pytest.mark.parametrize("step", ["/pause", "/zone"])
@pytest.mark.parametrize("turn", ["volunteer:hard", "/help", "/checkin"])
def test_she_turns_to_something_else_and_is_not_held_to_what_was_asked_before(
    talk: Talk, student: int, step: str, turn: str
) -> None:
    talk.says(student, step)
    if turn.startswith("/"):
        talk.says(student, turn)
    else:
        talk.presses(student, turn)
    # Right after an answer her words go with it; otherwise nobody waits for them.
    expected = "没看懂这句" if turn.startswith("/") else "记下了"
    assert expected in text_of(talk.says(student, "我有点想家"))


def test_pause_by_button_and_back(talk: Talk, student: int) -> None:
    talk.says(student, "/pause")
    replies = talk.press(student, "14 天")
    assert "9月15日" in replies[0].text
    assert "9月22日 周二 18:30" in replies[0].text
    assert "恢复问候" in labels(talk.says(student, "/pause"))
    assert "照常问候你" in text_of(talk.says(student, "/pause off"))
    assert talk.someone(student).paused_until is None


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("2026-12-31", "最多安静 30 天"),
        ("2026-01-01", "没看懂"),
        ("31-31", "没看懂"),
        ("明年", "没看懂"),
        ("999天", "最多安静"),
    ],
)
def test_a_pause_is_kept_to_thirty_days(talk: Talk, student: int, words: str, reply: str) -> None:
    talk.says(student, "/pause")
    assert reply in text_of(talk.says(student, words))
    assert talk.someone(student).paused_until is None


@pytest.mark.parametrize("data", ["pause:31", "pause:0", "pause:-3", "pause:٣", "pause:x"])
def test_a_forged_pause_is_none(talk: Talk, student: int, data: str) -> None:
    talk.presses(student, data)
    assert talk.someone(student).paused_until is None


def test_zone_asks_when_there_are_several(talk: Talk, student: int) -> None:
    assert "按纽约的时间" in text_of(talk.says(student, "/zone"))
    replies = talk.says(student, "Cambridge")
    assert labels(replies) == ["剑桥 · 美国 20:00", "剑桥 · 英国 01:00"]
    assert "待到哪天" in text_of(talk.press(student, "英国"))
    assert "剑桥" in text_of(talk.press(student, "搬过去了"))
    assert talk.place(student) == Place("Cambridge", "GB", "Europe/London")
    assert talk.scheduled(student).zone == "Europe/London"


@pytest.mark.parametrize(("place", "zone"), [("日本", "Asia/Tokyo"), ("Asia/Kathmandu", "Asia/Kathmandu")])
def test_zone_takes_countries_and_keys(talk: Talk, student: int, place: str, zone: str) -> None:
    talk.says(student, f"/zone {place}")
    talk.press(student, "搬过去了")
    assert talk.place(student).zone == zone


def test_an_unknown_city_changes_nothing(talk: Talk, student: int) -> None:
    talk.says(student, "/zone")
    assert "没找到这个城市" in text_of(talk.says(student, "乌有之乡"))
    assert talk.presses(student, "zone:Nowhere/At_All")
    assert talk.facts(student).moves == ()
    assert "就这样" in text_of(talk.presses(student, "zone:ok"))


def test_urumqi_has_two_clocks_and_is_asked(talk: Talk, student: int) -> None:
    talk.says(student, "/zone")
    assert len(labels(talk.sends_position(student, 43.8, 87.6))) == 2
    assert "没找到" in text_of(talk.sends_position(student, 0.0, -30.0))
    assert talk.facts(student).moves == ()


def test_before_departure_the_clock_is_home(talk: Talk) -> None:
    student = talk.student("S2", departs="2026-10-01")
    talk.set(student, zone="Asia/Shanghai")
    reply = text_of(talk.says(student, "/zone"))
    assert "上海" in reply or "北京" in reply
    assert "10月1日" in reply
    assert "就这样" in text_of(talk.says(student, "New York"))
    assert talk.someone(student).zone == "Asia/Shanghai"


def test_language_by_button_and_by_word(talk: Talk, student: int) -> None:
    talk.says(student, "/language")
    assert "English from now on" in text_of(talk.press(student, "English"))
    assert "以后都用中文" in text_of(talk.says(student, "/language 中文"))
    assert talk.someone(student).language == "zh"


def test_mydata_counts(talk: Talk, student: int) -> None:
    talk.until(ASKED)
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:fine")
    reply = text_of(talk.says(student, "/mydata"))
    assert "答复 1 次" in reply
    assert "Telegram" in reply
    assert "导师只看得到你的交流总结" in reply
    assert "最近谁看过" not in reply


def test_mydata_names_who_looked(talk: Talk, student: int) -> None:
    actor = talk.someone(student).counsellor_id
    lines = [
        line(talk.now, action, person_id=student, actor_id=actor)
        for action in ("console.words_read", "console.exported")
    ]
    talk.do(lambda conn: write(conn, lines))
    reply = text_of(talk.says(student, "/mydata"))
    assert "看了你的留言" in reply
    assert "导出的名单里有你" in reply


def test_why_explains_the_last_message(talk: Talk, student: int) -> None:
    assert "最近我们没有主动" in text_of(talk.says(student, "/why"))
    talk.until(ASKED)
    talk.set_accepted()
    reply = text_of(talk.says(student, "为什么"))
    assert "9月8日 周二 18:30（北京时间 9月9日 周三 06:30）" in reply
    assert "每周周二 18:30" in reply
    assert "按纽约的时间" in reply
    assert "只有你选的人知道" in reply
    talk.until(utc("2026-11-03 23:40"))
    talk.set_accepted()
    assert "每两周的周二 18:30" in text_of(talk.says(student, "/why"))


def test_why_for_staff_names_no_student(talk: Talk, student: int) -> None:
    talk.says(student, "SOS")
    talk.set_accepted()
    reply = text_of(talk.says(talk.counsellor, "/why"))
    assert "你照看的学生需要有人管" in reply
    assert "S1" not in reply


def test_a_note_follows_an_answer(talk: Talk, student: int) -> None:
    talk.until(ASKED)
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:hard")
    talk.press(student, "写两句")
    assert "只有你选的人能看到" in text_of(talk.last)
    assert "记下了" in text_of(talk.says(student, "论文压力很大"))
    row = talk.db.read(lambda conn: conn.execute(select(notes)).one())
    assert (row.prompt_id, row.body) == (talk.prompt(student, "2026-09-08").id, {"text": "论文压力很大"})


def test_words_right_after_an_answer_go_with_it(talk: Talk, student: int) -> None:
    talk.until(ASKED)
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:fine")
    replies = talk.says(student, "今天吃得很好")
    assert "记下了" in text_of(replies)
    assert "辅导员能看到" in text_of(replies)
    row = talk.db.read(lambda conn: conn.execute(select(notes)).one())
    assert row.prompt_id == talk.prompt(student, "2026-09-08").id
    talk.minutes_pass(11)
    assert "没看懂" in text_of(talk.says(student, "晚安"))


def test_a_note_can_be_left(talk: Talk, student: int) -> None:
    talk.until(ASKED)
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:fine")
    talk.press(student, "写两句")
    talk.press(student, "不写了")
    talk.says(student, "后来的话")
    assert talk.db.read(lambda conn: conn.execute(select(notes)).all()) == []


def test_a_note_that_waited_too_long_takes_no_more_words(talk: Talk, student: int) -> None:
    talk.until(ASKED)
    talk.presses(student, f"answer:{talk.prompt(student, '2026-09-08').id}:fine")
    talk.press(student, "写两句")
    talk.minutes_pass(61)
    assert "没看懂" in text_of(talk.says(student, "晚了"))


def test_a_position_is_kept_sealed_and_journalled_without_it(talk: Talk, student: int) -> None:
    talk.presses(student, "position:0")
    assert talk.last[0].ask_position == "发送我的位置（仅一次）"
    assert "72 小时" in text_of(talk.sends_position(student, 40.7, -74.0))
    row = talk.db.read(lambda conn: conn.execute(select(notes)).one())
    assert (row.kind, row.body) == ("position", {"latitude": 40.7, "longitude": -74.0})
    came = talk.db.read(lambda conn: conn.execute(select(inbox.c.raw).order_by(inbox.c.id.desc())).scalars().first())
    assert came is not None
    assert "40.7" not in str(came)  # else it would stay for as long as what platforms send
    lines = talk.db.read(lambda conn: conn.execute(select(journal)).all())
    assert "40.7" not in str(lines)


def test_files_are_taken_kindly_and_captions_are_heard(talk: Talk, student: int) -> None:
    sender = talk.address(student).external_id
    assert "放对地方" in text_of(talk.hears(sender, Incoming(Said.FILE, "")))
    talk.hears(sender, Incoming(Said.FILE, "", text="救命"))
    assert talk.cases(student) == [("urgent", "open")]


@pytest.mark.parametrize("said", ["今天吃了火锅", "/nonsense", "", "answer"])
def test_what_is_not_understood_is_a_sign_of_life_with_choices(talk: Talk, student: int, said: str) -> None:
    talk.until(ASKED)
    replies = talk.says(student, said)
    assert "想找人聊聊" in text_of(replies)
    assert labels(replies) == ["平安", "有点难", "紧急", "我能做什么"]
    assert talk.prompt(student, "2026-09-08").state is State.ALIVE
    talk.press(student, "平安")
    assert talk.prompt(student, "2026-09-08").state is State.ANSWERED


@pytest.mark.parametrize(
    "data",
    [
        *("", ":", "answer:1", "answer:x:fine", "answer:1:great", f"answer:{2**70}:fine", "share:1:everyone"),
        *("undo:1:2", "note:x", "case:1:close", "sos:maybe", "enrol:yes:1", "lang:fr", "stop:perhaps"),
        *("back:yes", "what:ever", f"pause:{'9' * 5000}", f"undo:{'9' * 5000}"),
    ],
)
def test_data_that_means_nothing_changes_nothing(talk: Talk, student: int, data: str) -> None:
    talk.presses(student, data)
    assert talk.cases(student) == []
    assert talk.someone(student).left_at is None
    assert talk.someone(student).language == "zh"


def test_staff_get_their_own_manual(talk: Talk) -> None:
    assert "/console/" in text_of(talk.says(talk.counsellor, "你好"))
    assert "问候是发给在外同学的" in text_of(talk.says(talk.counsellor, "/pause"))
    assert "学生的求助也收不到" in text_of(talk.says(talk.counsellor, "/stop"))
