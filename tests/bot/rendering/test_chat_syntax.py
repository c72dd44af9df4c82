import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outbox.model import Button
from bot.rendering.chat_syntax import Controls, parse_controls, split_source


def test_lines_of_buttons_are_rows() -> None:
    controls = parse_controls("[Fine](answer:1:fine) [Hard](answer:1:hard)\n\n[More](https://example.org/a)\n")
    assert controls.buttons == (
        (Button("Fine", "answer:1:fine"), Button("Hard", "answer:1:hard")),
        (Button("More", url="https://example.org/a"),),
    )


def test_keyboard_and_position_have_lines_of_their_own() -> None:
    assert parse_controls("keyboard\nposition: Here I am\n") == Controls((), keyboard=True, ask_position="Here I am")


@pytest.mark.parametrize("line", ["Fine(answer)", "[Fine](answer:1) or", "[](x)", "keyboard!"])
def test_a_line_that_is_no_button_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no button"):
        parse_controls(line)


def test_data_over_64_bytes_is_refused() -> None:
    parse_controls(f"[a]({'x' * 64})")
    with pytest.raises(ValueError, match="64 bytes"):
        parse_controls(f"[a]({'x' * 62}雁)")


def test_only_the_first_mark_cuts() -> None:
    assert split_source("Hello\n---\n[a](b)\n") == ("Hello\n", "[a](b)\n")
    assert split_source("Hello --- you\n") == ("Hello --- you\n", "")


@given(st.text())
def test_anything_else_is_refused_or_understood(text: str) -> None:
    try:
        parse_controls(text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either is right, nothing else is
