"""What a few words mean: pure look-ups and dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompts.model import Choice
from handlers.chat.words import answer_in, command_in, day_in, is_consent, is_off, is_right, yes_or_no

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("2026/12/1", date(2026, 12, 1)),
        ("2026年12月1日", date(2026, 12, 1)),
        ("12月1日", date(2026, 12, 1)),
        ("１２月１号", date(2026, 12, 1)),
        ("1-5", date(2027, 1, 5)),
        ("11-20", TODAY),
        ("10天", date(2026, 11, 30)),
        ("1 day", date(2026, 11, 21)),
        ("2-30", None),
        ("13-01", None),
        ("0天", TODAY),
        ("soon", None),
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert day_in(text, TODAY) == day


@given(st.text(max_size=30))
def test_any_text_is_some_day_or_none(text: str) -> None:
    assert day_in(text, TODAY) is None or isinstance(day_in(text, TODAY), date)


def test_a_29th_of_february_that_does_not_come_is_no_day() -> None:
    assert day_in("2-29", TODAY) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/pause 3 days", ("/pause", "3 days")),
        ("/Help@YanxinBot", ("/help", "")),
        ("恢复", ("/pause", "off")),
        (" 帮助 ", ("/help", "")),
        ("Guide", ("/help", "")),
        ("请帮助", None),
        ("", None),
    ],
)
def test_commands(text: str, command: tuple[str, str] | None) -> None:
    assert command_in(text, {"Guide": "/help"}) == command


def test_weak_answers_need_a_question() -> None:
    assert answer_in("ok", asked=True) is Choice.FINE
    assert answer_in("ok", asked=False) is None
    assert answer_in("平安！", asked=False) is Choice.FINE
    assert answer_in("３", asked=True) is Choice.URGENT
    assert answer_in("13", asked=True) is None


def test_yes_no_off_and_consent() -> None:
    assert (yes_or_no("是的。"), yes_or_no("No!"), yes_or_no("也许")) == (True, False, None)
    assert (is_off("算了"), is_off("没事")) == (True, False)
    assert (is_consent("我同意"), is_consent("不同意")) == (True, False)
    assert (is_right("对"), is_right("不对")) == (True, False)
