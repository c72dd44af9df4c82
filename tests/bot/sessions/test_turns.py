"""Whose turn it is: two words, no points."""

from bot.sessions.turns import Turn, turns


def test_it_is_her_turn_when_others_have_had_a_night_more_than_she() -> None:
    assert turns({}) == {}
    assert turns({1: 0, 2: 2}) == {1: Turn.FAIR, 2: Turn.FAIR}
    assert turns({1: 0, 2: 3, 3: 1}) == {1: Turn.HERS, 2: Turn.FAIR, 3: Turn.FAIR}
