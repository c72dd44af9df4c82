"""Which texts are a cry for help at once, which are asked about, and which are neither."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inbox.rules import Cry, cry_in


@pytest.mark.parametrize(
    "text",
    [
        "SOS", "sos", " Sos! ", "/sos", "/SOS", "救命", "救命！！！", "救命。。。", "ＳＯＳ", "S.O.S.",
        "s o s", "（救命）", "“SOS”",
        "SOS SOS SOS", "救命救命", "sos 救命", "救命🙏", "🆘", "🆘🆘", "sos\u200b", "\n救命\n", "救命~~", "SOS‼️",
    ],
)  # fmt: skip
def test_sos_as_a_whole_message_however_it_is_typed(text: str) -> None:
    assert cry_in(text) is Cry.SOS


@pytest.mark.parametrize(
    "text",
    [
        "help", "Help!", "HELP", "ｈｅｌｐ", "求助", "求助！", "紧急", "救命啊有人跟踪我",
        "我在地铁站，救救我", "有人要杀我", "我需要帮助", "他拿着刀，持刀在门外",
        "我被跟踪了", "我想割腕", "舍友晕倒了", "I need help", "please send help", "someone is following me",
        "he has a gun", "I was attacked", "I am in danger", "he threatened me", "I want to end my life", "報警",
        "/help 救命啊有人跟踪我", "/help me", "i'm trapped", "快help me!", "有人following me啊",
        "he is going to kill me", "🆘 come quickly", "这不是求助演练", "求助演练救命", "sos, no rehearsal",
    ],
)  # fmt: skip
def test_urgent_words_are_asked_about(text: str) -> None:
    assert cry_in(text) is Cry.ASK


@pytest.mark.parametrize(
    "text",
    [
        "", "/help", "/help@yanxin_bot", "/HELP", "平安", "帮助", "Thanks, that was helpful",
        "the sosiego café", "今天去了图书馆",
        "求助演练", "求助（只是演练）", "SOS 演练", "SOS rehearsal", "SOS, only a rehearsal",
        "I am fine", "cosos", "see the gunnery museum", "assorted", "！！！", "🙏",
    ],
)  # fmt: skip
def test_what_is_no_cry(text: str) -> None:
    assert cry_in(text) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_words_are_found_whatever_stands_around_them(before: str, after: str) -> None:
    assert cry_in(f"{before} 救命 {after}") is not None


@pytest.mark.parametrize("text", ["sos " * 1000 + "x", "s" * 4000, "救命" * 2000 + "x", " " * 4000 + "x", "?" * 4000])
def test_the_longest_message_takes_no_time(text: str) -> None:
    begun = process_time()
    cry_in(text)
    assert process_time() - begun < 0.5
