"""Who answers and when follows from seed, student and occasion alone."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.simulation.answers import LATEST, SOONEST, answers_after

texts = st.text(max_size=12)


def test_the_share_is_what_was_asked_for() -> None:
    found = [answers_after(7, f"S{number}", "checkin", "2026-11-24", 0.8) for number in range(4000)]
    waits = [after for after in found if after is not None]
    assert 0.78 < len(waits) / len(found) < 0.82
    early = sum(after < timedelta(hours=4) for after in waits)
    assert 0.47 < early / len(waits) < 0.56
    reminded = sum(after > timedelta(hours=18) for after in waits)
    assert 0.12 < reminded / len(waits) < 0.20


@given(st.integers(), texts, texts, st.floats(0, 1), st.floats(0, 1))
def test_whoever_answers_at_a_low_rate_answers_at_the_same_hour_at_a_high_one(
    seed: int, number: str, occasion: str, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    rarely = answers_after(seed, number, "checkin", occasion, low)
    often = answers_after(seed, number, "checkin", occasion, high)
    assert rarely is None or rarely == often
    assert often is None or SOONEST <= often <= LATEST


def test_nobody_and_everybody() -> None:
    numbers = [f"S{number}" for number in range(500)]
    assert not any(answers_after(1, number, "checkin", "x", 0.0) for number in numbers)
    assert all(answers_after(1, number, "checkin", "x", 1.0) for number in numbers)


def test_seed_and_occasion_make_a_difference() -> None:
    found = {
        answers_after(seed, number, item, day, 1.0)
        for seed in (1, 2)
        for number in ("A", "B")
        for item in ("checkin", "landing")
        for day in ("2026-11-24", "2026-12-01")
    }
    assert len(found) == 16
