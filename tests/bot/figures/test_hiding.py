"""No figure of one to four people is shown, and none can be worked out from what is shown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.figures.hiding import SMALLEST, Sum, hidden
from bot.figures.model import By, Cell, Stay
from bot.figures.rules import count, sums

Name = tuple[str, ...]


def by_names(counts: Mapping[str, int], whole: str, parts: Sequence[str]) -> set[str]:
    cells: dict[Name, int] = {(name,): number for name, number in counts.items()}
    held: set[Name] = hidden(cells, [Sum((whole,), tuple((part,) for part in parts))])
    return {name for (name,) in held}


def test_a_small_figure_takes_the_smallest_beside_it_along() -> None:
    assert by_names({"all": 60, "a": 3, "b": 20, "c": 37}, "all", "abc") == {"a", "b"}


def test_nothing_and_five_are_shown() -> None:
    assert by_names({"all": 5, "a": 0, "b": 5}, "all", "ab") == set()


def test_two_small_ones_do_not_tell_their_sum() -> None:
    assert by_names({"all": 60, "a": 1, "b": 1, "c": 58}, "all", "abc") == {"a", "b", "c"}
    assert by_names({"all": 60, "a": 3, "b": 2, "c": 55}, "all", "abc") == {"a", "b"}


def test_a_whole_is_hidden_when_no_part_is_left_to_hide() -> None:
    assert by_names({"all": 6, "a": 4, "rest": 2}, "all", "a") == {"all", "a", "rest"}


units = st.sampled_from(["", "U", "U/A", "U/B", "U/A/x", "U/A/y"])
stays = st.builds(
    Stay,
    unit=units,
    level=st.sampled_from(["bachelor", "doctor"]),
    departs=st.just(date(2026, 1, 1)),
    days=st.sampled_from([10, 60, 100, 200]),
    type=st.sampled_from(["exchange", "joint_training"]),
    host=st.sampled_from(["H1", "H2", "H3"]),
    country=st.sampled_from(["DE", "JP"]),
    funding=st.sampled_from(["CSC", ""]),
    tag=st.sampled_from(["", "伙伴"]),
)
breakdowns = st.sampled_from(
    [(By.TOTAL,), (By.TOTAL, By.COUNTRY), (By.TOTAL, By.DURATION, By.LONG), (By.TOTAL, By.TYPE)]
)


def told(known: Sequence[Sum[Any]], held: set[Any]) -> set[Any]:
    """Solve what a reader could solve: which hidden figures follow from the sums and all that is shown."""
    cells = sorted(cell for cell in held)
    rows = np.zeros((len(known), len(cells)))
    place = {cell: index for index, cell in enumerate(cells)}
    for line, one in enumerate(known):
        for cell, sign in [(one.whole, -1.0), *((part, 1.0) for part in one.parts)]:
            if cell in place:
                rows[line, place[cell]] += sign
    _, values, basis = np.linalg.svd(rows)
    free = basis[int((values > 1e-9).sum()) :]
    return {cell for cell in cells if np.allclose(free[:, place[cell]], 0, atol=1e-9)}


@settings(max_examples=60)
@given(made=st.lists(stays, min_size=1, max_size=60), times=st.integers(1, 9), by=breakdowns)
def test_no_hidden_figure_follows_from_what_is_shown(made: list[Stay], times: int, by: tuple[By, ...]) -> None:
    counts = dict(count(made + made[: len(made) // 3] * times, by))
    known = sums(counts)
    held = hidden(counts, known)
    assert {cell for cell, number in counts.items() if 0 < number < SMALLEST} <= held
    assert not told(known, held)
    for one in known:
        parts = [part for part in one.parts if part in held]
        assert not parts or one.whole in held or sum(counts[part] for part in parts) >= SMALLEST


def test_what_is_the_same_under_two_names_is_shown_or_hidden_under_both() -> None:
    cells: dict[Name, int] = {("all",): 60, ("a",): 3, ("a/",): 3, ("b",): 57, ("b/",): 57, ("a/x",): 3}
    parts = {"all": "a b", "a": "a/", "a/": "a/x", "b": "b/"}
    known = [Sum[Name]((whole,), [(part,) for part in those.split()]) for whole, those in parts.items()]
    held: set[Name] = hidden(cells, known)
    assert held == set(cells) - {("all",)}


@given(made=st.lists(stays, max_size=40))
def test_every_sum_holds_and_every_count_is_in_one(made: list[Stay]) -> None:
    counts = count(made, [one for one in By if one is not By.BEEN])
    known = sums(counts)
    for one in known:
        assert counts[one.whole] == sum(counts[part] for part in one.parts)
    assert {part for one in known for part in one.parts} >= {
        cell for cell in counts if cell[:3] != ("", "all", "total")
    }


@given(made=st.lists(stays, max_size=40))
def test_a_student_counts_once_in_each_unit_above_her(made: list[Stay]) -> None:
    counts = count(made, (By.TOTAL,))
    for unit in ("U", "U/A", "U/A/x"):
        within = [stay for stay in made if stay.unit == unit or stay.unit.startswith(f"{unit}/")]
        assert counts[Cell(unit, "all", By.TOTAL)] == len(within)
    assert counts[Cell("", "all", By.TOTAL)] == len(made)
    assert isinstance(counts, Counter)
