"""What is worked off at once grows while it is quick, and shrinks as soon as it takes long."""

from scheduler.portion import FIRST, Portion


def test_it_begins_small_and_grows_to_the_most_while_it_is_quick() -> None:
    portion, sizes = Portion(200), []
    for _ in range(5):
        sizes.append(portion.size)
        portion.took(portion.size, 0.02)
    assert sizes == [FIRST, 50, 100, 200, 200]


def test_a_portion_that_takes_long_is_halved_down_to_one() -> None:
    portion, sizes = Portion(200), []
    for _ in range(6):
        portion.took(portion.size, 2.0)
        sizes.append(portion.size)
    assert sizes == [12, 6, 3, 1, 1, 1]


def test_a_quick_portion_that_was_not_full_says_nothing_of_a_full_one() -> None:
    portion = Portion(200)
    portion.took(3, 0.01)
    assert portion.size == FIRST


def test_what_takes_neither_long_nor_no_time_stays_as_it_is() -> None:
    portion = Portion(200)
    portion.took(FIRST, 0.1)
    assert portion.size == FIRST


def test_there_is_never_more_than_the_most() -> None:
    assert Portion(10).size == 10
