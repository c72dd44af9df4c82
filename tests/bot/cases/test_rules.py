"""What "in an hour" and "tomorrow morning" mean to somebody in a zone."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases.rules import put_off_until

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (NOON, "UTC", datetime(2026, 11, 19, 9, 0, tzinfo=UTC)),
        (NOON, "Asia/Shanghai", datetime(2026, 11, 19, 1, 0, tzinfo=UTC)),
        (NOON.replace(hour=17), "Asia/Shanghai", datetime(2026, 11, 19, 1, 0, tzinfo=UTC)),  # 01:00, still night there
        (NOON.replace(hour=22), "Asia/Shanghai", datetime(2026, 11, 20, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 20, 0, tzinfo=UTC), "Europe/Berlin", datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),
    ],
)
def test_tomorrow_morning_is_nine_on_her_wall(now: datetime, zone: str, expected: datetime) -> None:
    assert put_off_until("morning", now, zone) == expected


def test_hours_are_hours_and_other_words_are_none() -> None:
    assert put_off_until("1h", NOON, "UTC") == NOON + timedelta(hours=1)
    assert put_off_until("3h", NOON, "UTC") == NOON + timedelta(hours=3)
    assert put_off_until("", NOON, "UTC") is None
    assert put_off_until("9h", NOON, "UTC") is None
