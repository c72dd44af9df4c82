"""A landing as people write it, near the day of departure; anything else is none."""

from datetime import date, datetime

import pytest

from bot.trips.landing import landing_in

DEPARTS = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2027-01-01 14:30", "2027-01-01 14:30"),
        ("1-1 14:30", "2027-01-01 14:30"),
        ("12/31 23:05", "2026-12-31 23:05"),
        ("1月1日14:30", "2027-01-01 14:30"),
        ("１２月３１日 ９：０５", "2026-12-31 09:05"),
        ("2027年1月1日 6点40分", "2027-01-01 06:40"),
        ("14:30", "2026-12-31 14:30"),
        ("12-30 20:00", "2026-12-30 20:00"),  # across the date line
    ],
)
def test_it_is_read_as_people_write_it(text: str, wall: str) -> None:
    assert landing_in(text, DEPARTS) == datetime.fromisoformat(wall)


@pytest.mark.parametrize(
    "text", ["", "soon", "1-1", "2-1 14:30", "12-31 25:00", "2026-02-30 10:00", "2", "12-31-14:30"]
)
def test_what_is_none_or_days_away_is_none(text: str) -> None:
    assert landing_in(text, DEPARTS) is None
