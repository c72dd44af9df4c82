"""In chat she looks for opportunities in her own words, follows with one tap and takes it back with another."""

from datetime import timedelta
from typing import Any

import pytest

from bot.opportunities.store import opportunities
from bot.views.opportunities import Wanted
from handlers.chat.searched import wanted_in
from tests.support.talk import Talk, labels, text_of


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", Wanted()),
        ("日本", Wanted(country="JP")),
        ("united kingdom", Wanted(country="GB")),
        ("交换", Wanted(type="exchange")),
        ("Japan joint-training", Wanted(country="JP", type="joint_training")),
        ("summer in Japan", Wanted(country="JP", words="summer")),
        ("US and it", Wanted(country="US", words="it")),
        ("DE 交换 战略伙伴", Wanted(country="DE", type="exchange", words="战略伙伴")),
    ],
)
def test_what_she_looks_for_is_understood(words: str, wanted: Wanted) -> None:
    assert wanted_in(words) == wanted


def offer(talk: Talk, key: str, **values: Any) -> None:
    row = dict.fromkeys(("title_en", "tag", "funding", "levels", "text", "text_en", "link"), "") | {"title": key}
    row |= {"country": "JP", "type": "exchange"}
    times = {"entered_at": talk.now, "due_at": talk.now + timedelta(days=60)}
    talk.do(lambda conn: conn.execute(opportunities.insert().values(key=key, **times, **row | values)))


def test_one_tap_follows_and_one_takes_it_back(talk: Talk) -> None:
    mei = talk.student("S1")
    offer(talk, "京都[交换]", host="Kyoto\n[University]")
    offer(talk, "Doctors", host="Bonn", country="DE", levels="doctor")
    shown = text_of(talk.says(mei, "项目"))
    assert "京都[交换]" in shown
    assert "Doctors" not in shown  # she may not apply for that
    assert "现在还没有「火星」的项目" in text_of(talk.says(mei, "/opportunities 火星"))
    talk.says(mei, "/opportunities 日本")
    assert labels(talk.last) == ["京都(交换)", "关注：日本", "我关注的"]
    assert "面向：各培养层次" in text_of(talk.press(mei, "京都(交换)"))
    assert "关注：Kyoto (University)" in labels(talk.last)
    assert "现在有 1 个你能申请的" in text_of(talk.press(mei, "关注：Kyoto"))
    assert "只有你自己看得到" in text_of(talk.press(mei, "我关注的"))
    assert "不再推送" in text_of(talk.press(mei, "不再关注"))
    talk.says(mei, "项目")
    talk.press(mei, "京都(交换)")
    assert "记下了 ✓" in text_of(talk.press(mei, "到时提醒我"))
    assert "不再提醒" in text_of(talk.press(mei, "不打算去"))
    assert "你还没有关注" in text_of(talk.presses(mei, "opp:mine"))
    assert labels(talk.last)[0] == "关注：日本"


@pytest.mark.parametrize("data", ["opp:", "opp:x", "opp:1:2:3", "opp:follow:host:Kyoto", "opp:follow:country:XX"])
def test_a_button_that_means_nothing_does_nothing(talk: Talk, data: str) -> None:
    mei = talk.student("S1")
    offer(talk, "A", host="Kyoto")
    assert text_of(talk.presses(mei, data))


def test_an_old_button_of_what_is_gone_says_so(talk: Talk) -> None:
    mei = talk.student("S1")
    offer(talk, "A", host="Kyoto", withdrawn_at=talk.now)
    for data in ("opp:1", "opp:1:remind", "opp:99:done"):
        assert "不再开放" in text_of(talk.presses(mei, data))
