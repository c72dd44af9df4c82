"""Messages for channels without buttons: numbers for answers, letters for the rest, links as they are, cut to size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.plain import as_text, pieces, signs
from bot.channels.splitting import Measure, split, utf8, utf16
from bot.outbox.model import Button, Rendered

QUESTION = Rendered(
    "这周还好吗？",
    (
        (Button("平安", "answer:1:fine"), Button("有点难", "answer:1:hard"), Button("紧急", "answer:1:urgent")),
        (Button("说几句", "note:1"), Button("打开", url="https://example.edu/chat")),
    ),
)


def test_answers_have_numbers_and_everything_else_letters() -> None:
    found = {sign: button.data for sign, button in signs(QUESTION).items()}
    assert found == {"1": "answer:1:fine", "2": "answer:1:hard", "3": "answer:1:urgent", "A": "note:1"}


def test_the_text_says_what_to_reply_in_its_language() -> None:
    assert as_text(QUESTION) == (
        "这周还好吗？\n\n回复数字：\n1 平安\n2 有点难\n3 紧急\n\n回复字母：\nA 说几句\n\n打开\nhttps://example.edu/chat"
    )
    english = Rendered("Well?", ((Button("Fine", "answer:1:fine"),),), language="en")
    assert as_text(english) == "Well?\n\nReply with a number:\n1 Fine"
    assert as_text(Rendered("Hello.")) == "Hello."


def test_the_language_survives_the_sealed_bytes() -> None:
    english = Rendered("Well?", language="en")
    assert Rendered.from_json(english.to_json()) == english
    assert Rendered.from_json({"text": "old", "buttons": []}).language == "zh"


@pytest.mark.parametrize("measure", [len, utf8, utf16])
@given(text=st.text(alphabet="ab 好的\n😀", max_size=200), limit=st.integers(4, 60))
def test_no_part_is_too_long_and_no_word_is_lost(measure: Measure, text: str, limit: int) -> None:
    parts = split(text, limit, measure)
    assert all(measure(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_long_text_is_cut_at_line_ends() -> None:
    assert split("first line\nsecond line\nthird", 22) == ["first line\nsecond line", "third"]


def test_a_line_without_an_end_is_cut_at_a_blank_else_anywhere() -> None:
    assert split("one two three", 8) == ["one two", "three"]
    assert split("abcdefgh", 5) == ["abcde", "fgh"]


def test_a_character_beyond_the_first_plane_counts_twice_for_telegram() -> None:
    assert split("🕊🕊🕊", 4, utf16) == ["🕊🕊", "🕊"]


def test_an_empty_text_stays_one_part() -> None:
    assert split("", 10) == [""]


def test_a_long_text_is_cut_at_line_ends_by_bytes() -> None:
    long = Rendered("\n".join(["一二三四五六七八九十"] * 100))
    parts = pieces(long, 2048, utf8)
    assert len(parts) == 2
    assert all(part.endswith("十") for part in parts)
