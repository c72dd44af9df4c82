"""How a rendered message becomes calls of sendMessage."""

import pytest
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove

from bot.channels.telegram.markup import edited, pieces
from bot.outbox.model import Button, Rendered

FINE = ((Button("平安 Fine", data="answer:1:fine"),),)


def test_buttons_stand_under_the_last_part() -> None:
    first, last = pieces(Rendered("one two\nthree", FINE), 8)
    assert first.markup is None
    assert isinstance(last.markup, InlineKeyboardMarkup)
    assert last.markup.inline_keyboard[0][0].callback_data == "answer:1:fine"


def test_the_standing_keyboard_and_the_position_button() -> None:
    (piece,) = pieces(Rendered("Hello", keyboard=(("平安打卡", "SOS"),), ask_position="Share where I am"), 100)
    assert isinstance(piece.markup, ReplyKeyboardMarkup)
    assert [[button.text for button in row] for row in piece.markup.keyboard] == [
        ["Share where I am"],
        ["平安打卡", "SOS"],
    ]
    assert piece.markup.keyboard[0][0].request_location
    assert piece.markup.is_persistent


def test_a_position_button_alone_goes_away_after_one_use() -> None:
    (piece,) = pieces(Rendered("Where are you?", ask_position="Here"), 100)
    assert isinstance(piece.markup, ReplyKeyboardMarkup)
    assert piece.markup.one_time_keyboard


def test_an_empty_keyboard_takes_the_old_one_away() -> None:
    (piece,) = pieces(Rendered("Bye", keyboard=()), 100)
    assert isinstance(piece.markup, ReplyKeyboardRemove)


def test_keyboard_and_buttons_together_take_two_messages() -> None:
    first, last = pieces(Rendered("Welcome.\n\nHow are you?", FINE, keyboard=(("SOS",),)), 100)
    assert (first.text, last.text) == ("Welcome.", "How are you?")
    assert isinstance(first.markup, ReplyKeyboardMarkup)
    assert isinstance(last.markup, InlineKeyboardMarkup)


def test_on_a_single_line_the_buttons_win() -> None:
    (piece,) = pieces(Rendered("How are you?", FINE, keyboard=(("SOS",),)), 100)
    assert isinstance(piece.markup, InlineKeyboardMarkup)


def test_a_link_that_telegram_refuses_stands_in_the_text() -> None:
    rendered = Rendered("Silent since Tuesday.", ((Button("Open", url="http://localhost:8080/console/"),),))
    (piece,) = pieces(rendered, 100)
    assert piece.text == "Silent since Tuesday.\nOpen: http://localhost:8080/console/"
    assert piece.markup is None


def test_a_link_to_a_public_name_is_a_button() -> None:
    (piece,) = pieces(Rendered("Silent.", ((Button("Open", url="https://yanxin.example.edu/console/"),),)), 100)
    assert isinstance(piece.markup, InlineKeyboardMarkup)
    assert piece.text == "Silent."


@pytest.mark.parametrize("data", ["", "x" * 65, "雁" * 22])
def test_data_that_a_button_cannot_carry_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        pieces(Rendered("?", ((Button("no", data=data),),)), 100)


def test_an_edit_changes_the_last_part_and_may_take_the_buttons_away() -> None:
    piece = edited(Rendered("one two\nthree"), 8)
    assert (piece.text, piece.markup) == ("three", None)
