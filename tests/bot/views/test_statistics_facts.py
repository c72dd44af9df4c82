"""Figures beside stays: what may be shown of them is shown."""

from bot.figures.model import EVERY, By, Cell
from bot.figures.rules import NO, YES
from bot.figures.tables import HIDDEN
from bot.views.statistics_facts import counted_doctors


def test_a_few_doctors_in_one_unit_do_not_hide_those_of_the_university() -> None:
    been = {"U/A": (40, 3), "U/B": (50, 30), "U/C": (60, 45)}
    doctors = [
        (unit, is_been) for unit, both in been.items() for is_been in (True, False) for _ in range(both[not is_been])
    ]
    counted = counted_doctors(doctors)
    assert counted[Cell("U/A", EVERY, By.BEEN, NO)] == HIDDEN
    assert counted[Cell("", EVERY, By.BEEN, NO)] == 78
    assert counted[Cell("", EVERY, By.BEEN, YES)] == 150
    assert counted[Cell("U/C", EVERY, By.BEEN, NO)] == 45
    assert counted[Cell("U/C", EVERY, By.TOTAL)] == 105
