"""Whose turn it is: importance first, but nobody is out of patience for ever."""

from dataclasses import dataclass

import pytest

from bot.storage.turns import Turns

HELP, ANSWER, BULK = 0, 1, 2


@dataclass
class Clock:
    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class Work:
    urgency: int
    name: str = ""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr("bot.storage.turns.monotonic", found.monotonic)
    return found


def crowded(*urgencies: int) -> Turns[Work]:
    turns: Turns[Work] = Turns({BULK: 1.0}, waits=ANSWER)
    for urgency in urgencies:
        turns.put(Work(urgency))
    return turns


def taken(turns: Turns[Work], many: int) -> list[int]:
    return [turns.take().urgency for _ in range(many)]


def test_bulk_has_one_turn_when_it_has_waited_long_and_then_waits_again(clock: Clock) -> None:
    turns = crowded(BULK, BULK, ANSWER, ANSWER, ANSWER)
    assert taken(turns, 1) == [ANSWER]
    clock.seconds = 1.5
    assert taken(turns, 2) == [BULK, ANSWER]
    clock.seconds = 3.0
    assert taken(turns, 2) == [BULK, ANSWER]


def test_work_that_has_just_come_has_not_waited_since_the_last_turn_of_its_kind(clock: Clock) -> None:
    turns = crowded(BULK)
    assert taken(turns, 1) == [BULK]
    clock.seconds = 9.0
    for urgency in (BULK, ANSWER):
        turns.put(Work(urgency))
    assert taken(turns, 2) == [ANSWER, BULK]


def test_a_cry_waits_for_nobody_however_long_others_have_waited(clock: Clock) -> None:
    turns = crowded(BULK, HELP, ANSWER)
    clock.seconds = 9.0
    assert taken(turns, 3) == [HELP, BULK, ANSWER]


def test_what_shares_a_transaction_is_never_less_urgent_than_asked_for(clock: Clock) -> None:
    turns = crowded(BULK, ANSWER)
    clock.seconds = 9.0
    assert turns.take_more(ANSWER) is None, "bulk is next, and shares with nobody"
    assert taken(turns, 2) == [BULK, ANSWER]


def test_the_next_step_is_waited_for_and_others_are_left_alone(clock: Clock) -> None:  # noqa: ARG001 - no time goes by
    turns = crowded(ANSWER)
    assert turns.take_soon(HELP, 0.0) is None
    turns.put(Work(HELP, "next"))
    assert turns.take_soon(HELP, 0.0) == Work(HELP, "next")
    assert taken(turns, 1) == [ANSWER]
