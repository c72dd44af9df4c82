"""Which branches are proposed: of one kind and region, near in their clocks, away together, and not too small."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.branches.rules import FAR, LEAST, MOST, Leaver, fits, propose

DEPARTS, RETURNS = date(2027, 1, 10), date(2027, 6, 30)


def leaver(
    number: int, offset: int = 60, region: str = "EU", kind: str = "party", departs: date = DEPARTS, days: int = 171
) -> Leaver:
    return Leaver(number, kind, region, offset, departs, departs + timedelta(days=days))


def test_near_ones_meet_and_far_ones_do_not() -> None:
    found = propose(
        [*(leaver(n) for n in range(4)), *(leaver(n, -300, "NA") for n in range(4, 8)), leaver(8, kind="league")]
    )
    assert [(one.kind, one.region, len(one.members)) for one in found] == [
        ("league", "EU", 1),
        ("party", "EU", 4),
        ("party", "NA", 4),
    ]
    assert found[0].is_small


def test_coasts_join_only_where_one_would_be_too_small() -> None:
    west, east = [leaver(n, -480, "NA") for n in (1, 2)], [leaver(n, -300, "NA") for n in (3, 4, 5)]
    (one,) = propose([*west, *east])
    assert len(one.members) == 5
    far = [leaver(n, -600, "NA") for n in (6, 7)]  # Honolulu
    assert sorted(len(one.members) for one in propose([*far, *east])) == [5]
    assert sorted(len(one.members) for one in propose([*(leaver(n, -720, "NA") for n in (8, 9)), *east])) == [2, 3]


def test_who_is_not_away_together_is_no_branch() -> None:
    spring = [leaver(n, days=60) for n in range(3)]
    autumn = [leaver(n, departs=date(2027, 9, 1)) for n in range(3, 6)]
    assert sorted(len(one.members) for one in propose([*spring, *autumn])) == [3, 3]


@given(
    st.lists(
        st.builds(
            leaver,
            number=st.integers(1, 10_000),
            offset=st.sampled_from([-480, -300, 0, 60, 180, 480, 600]),
            region=st.sampled_from(["EU", "NA", "AS"]),
            kind=st.sampled_from(["party", "league"]),
            departs=st.dates(date(2027, 1, 1), date(2027, 3, 1)),
            days=st.integers(10, 400),
        ),
        max_size=60,
        unique_by=lambda one: one.person_id,
    )
)
def test_everybody_is_in_exactly_one_that_fits(people: list[Leaver]) -> None:
    found = propose(people)
    assert sorted(one.person_id for group in found for one in group.members) == sorted(one.person_id for one in people)
    for group in found:
        assert 1 <= len(group.members) <= MOST
        assert fits(group.members, FAR)
        assert group.is_small == (len(group.members) < LEAST)
