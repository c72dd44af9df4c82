"""Which of the things that she said of her place holds when."""

from datetime import date, datetime

from bot.moves.model import Move
from bot.moves.rules import ends_at, move_after, move_at
from tests.support.school import utc

TRIP, ROSTER = 7, "America/New_York"


def said(number: int, zone: str, at: str, until: str | None = None, trip: int | None = TRIP) -> Move:
    day = date.fromisoformat(until) if until else None
    return Move(number, 1, trip, "", "", zone, ROSTER, utc(at), day, ends_at(day, zone) if day else None)


def holds(moves: list[Move], at: datetime, roster: str = ROSTER, trip: int | None = TRIP) -> int | None:
    found = move_at(moves, trip, roster, at)
    return None if found is None else found.id


BERLIN = said(1, "Europe/Berlin", "2026-09-01 10:00")
OSAKA = said(2, "Asia/Tokyo", "2026-09-10 10:00", until="2026-09-20")


def test_until_a_day_goes_before_for_good_and_ends_with_that_day_there() -> None:
    both = [OSAKA, BERLIN]
    assert OSAKA.ends_at == utc("2026-09-20 15:00")
    assert holds(both, utc("2026-09-01 09:59")) is None
    assert holds(both, utc("2026-09-10 09:59")) == 1
    assert holds(both, utc("2026-09-10 10:00")) == 2
    assert holds(both, utc("2026-09-20 14:59")) == 2
    assert holds(both, utc("2026-09-20 15:00")) == 1


def test_what_comes_after_is_what_she_said_before_it_or_the_roster() -> None:
    assert move_after([OSAKA, BERLIN], OSAKA, ROSTER) == BERLIN
    assert move_after([OSAKA], OSAKA, ROSTER) is None
    assert move_after([OSAKA, BERLIN], BERLIN, ROSTER) is None


def test_a_roster_that_names_another_zone_later_is_newer() -> None:
    now = utc("2026-09-12 00:00")
    assert holds([OSAKA], now, roster="America/Chicago") is None
    assert holds([OSAKA], now) == 2


def test_it_holds_for_one_stay_only() -> None:
    now = utc("2026-09-12 00:00")
    at_home = said(3, "Asia/Urumqi", "2026-09-01 00:00", trip=None)
    assert holds([OSAKA, at_home], now, trip=8) is None
    assert holds([OSAKA, at_home], now, trip=None) == 3
