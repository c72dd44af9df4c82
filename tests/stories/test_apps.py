"""One student, five channels: a month asked here and answered there, what begins in one app goes on in another."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.splitting import utf8
from bot.people.store import by_number
from bot.views.history import history
from tests.fakes.telegram_phone import Phone
from tests.stories.apps_ground import Apps, university
from tests.stories.world import instant

QUESTION = "这周还好吗？"
NUMBERS = ("回复数字：", "1 平安", "2 有点难", "3 紧急")


@pytest.fixture
def her(tmp_path: Path) -> Iterator[Apps]:
    with university(tmp_path, "2026-11-23 12:00") as apps:
        yield apps


@pytest.fixture
def teacher(her: Apps) -> Phone:
    phone = her.world.staff("C1", "counsellor")
    her.joins_all()
    her.world.fast_forward(hours=3)  # since then nothing has come from any of her apps
    return phone


def tuesday(her: Apps, day: str) -> None:
    """Let time pass to the hour at which she is asked, 18:30 in New York."""
    her.world.fast_forward(to=instant(f"{day} 23:30"))


def test_a_month_asked_here_and_answered_there(her: Apps, teacher: Phone) -> None:
    world = her.world
    tuesday(her, "2026-11-24")
    question = her.phone.hears(QUESTION)
    her.says("wecom", "1")
    her.wecom.hears("谢谢你告诉我们")
    assert question.buttons == ()  # the other app says that it is answered
    assert "已答复 ✓" in question.text

    her.prefers("企业微信")
    tuesday(her, "2026-12-01")
    her.wecom.hears(QUESTION, *NUMBERS)
    her.says("dingtalk", "平安")
    her.dingtalk.hears("谢谢你告诉我们")
    her.says("wecom", "1")  # its number is no dead end: it says what it changes
    her.wecom.hears("改好了，以这次的为准。")

    her.prefers("微信公众号")
    tuesday(her, "2026-12-08")  # WeChat's window of 48 hours is shut: the question goes on to her next app
    her.wecom.hears(QUESTION, *NUMBERS)
    assert her.journal("message.rerouted") == [{"channel": "wechat", "to": "wecom", "reason": "window_closed"}]
    her.says("wechat", "1")
    her.wechat.hears("谢谢你告诉我们")

    her.prefers("邮件")
    tuesday(her, "2026-12-15")
    assert "谢谢你告诉我们" in her.presses_mail("平安")

    rows = [(row["occasion"], row["answer"], row["channel"]) for row in world.responses("S1")]
    apps = ("wecom", "wecom", "wechat", "web")  # a mail is answered on its page
    days = ("2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15")
    assert rows == [(day, "fine", app) for day, app in zip(days, apps, strict=True)]
    world.fast_forward(days=7)
    assert ["1 abroad: 1 well" in text for text in world.reads_digests(teacher)] == [True] * 4  # four Fridays
    assert (her.arrived(), teacher.unheard, world.cases("S1")) == (set(), [], [])
    person = world.app.database.read(lambda conn: by_number(conn, "S1"))
    assert person is not None
    lines = world.app.database.read(lambda conn: history(conn, person.id))
    assert [one.action for one in lines].count("message.rerouted") == 1  # and her counsellor can read it
    assert [one.action for one in lines].count("person.channels_ordered") == 3


def test_a_number_in_an_app_answers_what_she_was_asked_last_wherever_that_was(her: Apps, teacher: Phone) -> None:
    her.prefers("企业微信")
    tuesday(her, "2026-11-24")
    her.wecom.hears(QUESTION)
    her.says("wecom", "1")
    her.wecom.hears()
    her.prefers("Telegram")
    tuesday(her, "2026-12-01")
    her.phone.hears(QUESTION)
    her.says("wecom", "1")  # the numbers there stand under the question of the week before
    assert "11月24日" not in her.wecom.hears("谢谢你告诉我们")
    assert [row["answer"] for row in her.world.responses("S1")] == ["fine", "fine"]
    her.says("telegram", "平安")
    her.phone.hears("改好了")
    assert (len(her.world.reads_digests(teacher)), teacher.unheard) == (1, [])


def test_a_hard_week_told_in_one_app_is_shared_in_another(her: Apps, teacher: Phone) -> None:
    tuesday(her, "2026-11-24")
    her.phone.hears(QUESTION)
    her.says("dingtalk", "2")
    her.dingtalk.hears("可以让谁知道？由你来选。", "A 我的辅导员")
    her.says("wecom", "想家，睡不好")
    her.wecom.hears("记下了", "只有你选的人能看到。", "可以让谁知道？由你来选：", "A 我的辅导员", "B 先不告诉任何人")
    assert teacher.unheard == []
    her.says("wecom", "A")
    her.wecom.hears("已经告诉你的辅导员")
    teacher.hears("Student S1 is having a hard time and has chosen you to know.")
    her.says("dingtalk", "A")  # the choice that still stands there says the same and tells nobody twice
    her.dingtalk.hears("已经告诉你的辅导员")
    assert teacher.unheard == []


def test_a_call_for_help_follows_her_from_app_to_app(her: Apps, teacher: Phone) -> None:
    world = her.world
    her.says("wecom", "SOS")
    first = her.wecom.hears("有危险先打 911", "告诉我们你在哪里", "A 误报")
    assert "按钮" not in first  # there is none in this app
    teacher.hears("Urgent: Student S1 has called for help")
    teacher.presses("I will take care of it")
    world.settle()
    teacher.hears("Thank you for taking this on.")
    her.wecom.hears("C1 of the staff已经看到了")  # where she waits, though Telegram is her first
    assert her.arrived() == set()

    her.says("dingtalk", "我在宿舍楼梯间" * 300)
    her.dingtalk.hears("已转给C1 of the staff")
    told = [message.text for message in teacher.unheard]
    assert sum(text.count("我在宿舍楼梯间") for text in told) >= 298
    assert max(len(text) for text in told) <= 4096
    while teacher.unheard:
        teacher.hears()

    teacher.presses("Write to Student S1" if any("Write to" in one for one in teacher.sent[-1].labels) else "Write in")
    world.settle()
    while teacher.unheard:
        teacher.hears()
    teacher.says("别怕，我马上到。" * 300)
    world.settle()
    parts = list(her.dingtalk.unheard)
    assert "".join(parts).count("别怕，我马上到。") >= 297
    assert len(parts) > 1
    assert max(utf8(part) for part in parts) <= world.app.settings.limits.dingtalk_text_bytes
    her.dingtalk.forgets()

    world.fast_forward(minutes=1)
    her.says("wechat", "误报")
    her.wechat.hears("已经告诉大家是误报了")
    teacher.presses("We have spoken")
    world.settle()
    her.wechat.hears("这件事告一段落了")
    assert her.arrived() == set()
    while teacher.unheard:
        teacher.hears()


def test_where_she_is_is_told_over_three_apps(her: Apps, teacher: Phone) -> None:
    her.says("wecom", "/zone")
    her.wecom.hears("你现在应该在纽约", "A 对")
    her.says("telegram", "大阪")
    her.phone.hears("大阪，那里现在是", "待到哪天")
    her.says("wechat", "12-15")
    her.wechat.hears("大阪")
    assert her.world.wall("S1") == "Tue 2026-11-24 00:00"
    assert (her.arrived(), teacher.unheard) == (set(), [])
