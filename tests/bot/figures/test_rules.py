"""How stays are counted: bands, three months, what the state pays for, and whose intake counts."""

from datetime import date

import pytest

from bot.figures.model import EVERY, By, Stay
from bot.figures.rules import band, is_national, of_unit, year_of_stays


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (1, "up_to_1"),
        (30, "up_to_1"),
        (31, "up_to_3"),
        (89, "up_to_3"),
        (90, "up_to_6"),
        (180, "up_to_6"),
        (181, "over_6"),
    ],
)
def test_three_months_are_ninety_days(days: int, name: str) -> None:
    assert band(days) == name


@pytest.mark.parametrize(
    "funding", ["国家公派", "CSC", "国家留学基金委", "China Scholarship Council", "国家公派（联培）"]
)
def test_joint_training_that_the_state_pays_for_is_national(funding: str) -> None:
    assert is_national("joint_training", funding)
    assert not is_national("exchange", funding)


@pytest.mark.parametrize("funding", ["", "导师经费", "校际交流", "self"])
def test_other_joint_training_is_not(funding: str) -> None:
    assert not is_national("joint_training", funding)


def test_a_unit_without_a_figure_of_its_own_has_that_of_the_nearest_below() -> None:
    rows = {"U/A": 10, "U/A/x": 4, "U/B/y": 7, "V": 1}
    assert of_unit(rows, "U/A") == 10
    assert of_unit(rows, "U") == 17
    assert of_unit(rows, "") == 18
    assert of_unit(rows, "U/A/z") is None


def test_what_is_kept_of_a_year_shares_the_names_of_what_is_counted() -> None:
    countries, levels = [f"C{n}" for n in range(40)], ("bachelor", "master", "doctor")
    stays = tuple(
        Stay(f"U/{n % 7}", levels[n % 3], date(2026, 1, 1), 100, "exchange", f"H{n % 60}", countries[n % 40], "", "")
        for n in range(2000)
    )
    counts = year_of_stays(stays)
    kinds = [kind for those in counts.values() for kind in those]
    assert len(kinds) > 10 * len(set(kinds))
    assert len({id(kind) for kind in kinds}) == len(set(kinds))  # else the collector of garbage looks through each
    assert counts[("", EVERY)][(By.TOTAL, "")] == len(stays)
