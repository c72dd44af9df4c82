"""She says where she is: everything follows, she is asked once per local date, and she is back by herself."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.engine.moving import ask_if_moved, back, move
from bot.journal.store import journal
from bot.moves.model import Place
from bot.moves.store import moves, place_asks
from bot.people.store import people
from bot.trips.store import trips
from scheduler.plan_everyone import plan_everyone
from tests.support.school import School, utc

OSAKA = Place("Osaka", "JP", "Asia/Tokyo")
NEW_YORK = Place("City", "US", "America/New_York")


def goes(school: School, student: int, place: Place = OSAKA, until: str | None = None) -> None:
    day = date.fromisoformat(until) if until else None
    where: dict[str, Any] = {"city": place.city, "country": place.country, "until": day}
    school.do(lambda conn: move(conn, student, place.zone, school.now, school.programmes, **where))


def questions(school: School, student: int) -> list[str]:
    return [f"{at:%m-%d %H:%M}" for what, at, _ in school.sent(student) if what == "checkin/question"]


def stored(school: School) -> int:
    return int(school.db.read(lambda conn: conn.execute(select(func.count()).select_from(moves)).scalar_one()))


def test_three_weeks_elsewhere_and_back_by_itself(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-09-10 12:00"))
    goes(school, student, until="2026-09-30")
    assert school.place(student) == OSAKA
    school.until(utc("2026-09-30 14:59"))
    assert school.place(student) == OSAKA
    school.until(utc("2026-10-20 23:59"))
    assert school.place(student) == NEW_YORK
    # Tuesdays at 18:30: in New York, three times in Osaka, in New York again; after the fourth week every other week.
    assert questions(school, student) == [
        "09-08 22:30",
        "09-15 09:30",
        "09-22 09:30",
        "10-06 22:30",
        "10-20 22:30",
    ]


def test_the_question_after_her_last_day_is_planned_at_home_at_once(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-10 12:00"))
    goes(school, student, until="2026-09-14")
    coming = school.scheduled(student)
    assert (coming.occasion, coming.zone, coming.opens_at) == (
        "2026-09-15",
        "America/New_York",
        utc("2026-09-15 22:30"),
    )
    goes(school, student, until="2026-09-15")
    assert school.scheduled(student).zone == "Asia/Tokyo"


def test_her_last_evening_there_is_not_the_next_day_here(school: School) -> None:
    student = school.student("S1", zone="Asia/Tokyo", country="JP")
    school.until(utc("2026-09-10 12:00"))
    goes(school, student, Place("Honolulu", "US", "Pacific/Honolulu"), until="2026-09-14")
    # 18:30 on Tuesday in Tokyo is half past eleven on Monday night in Honolulu, where she still is.
    assert school.scheduled(student).opens_at == utc("2026-09-15 10:00")
    school.until(utc("2026-09-16 00:00"))
    assert questions(school, student)[-1] == "09-15 10:00"


def test_a_new_place_replaces_what_it_overlaps(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-10 12:00"))
    goes(school, student, Place("Boston", "US", "America/New_York"))
    goes(school, student, until="2026-09-30")
    goes(school, student, Place("Seoul", "KR", "Asia/Seoul"), until="2026-09-20")
    assert stored(school) == 2
    assert school.place(student).city == "Seoul"
    school.until(utc("2026-09-21 00:00"))
    assert school.place(student).city == "Boston", "she had moved there for good"
    goes(school, student, OSAKA)
    assert school.place(student) == OSAKA
    goes(school, student, Place("", "", "America/New_York"))
    assert school.place(student) == NEW_YORK


def test_she_is_back_before_the_day(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-10 12:00"))
    goes(school, student, until="2026-09-30")
    school.do(lambda conn: back(conn, student, school.now, school.programmes))
    assert school.place(student) == NEW_YORK
    assert school.scheduled(student).zone == "America/New_York"
    assert stored(school) == 0


@pytest.mark.parametrize("until", ["2026-09-09", "2028-01-01"])
def test_a_day_that_is_over_or_years_ahead_is_refused(school: School, until: str) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-10 12:00"))
    with pytest.raises(ValueError, match="a last day lies between today"):
        goes(school, student, until=until)
    with pytest.raises(ValueError, match="unknown time zone"):
        goes(school, student, Place("", "", "Mars/Olympus"))
    assert stored(school) == 0


def test_a_roster_that_moves_her_stay_later_is_the_newer_word(school: School) -> None:
    student = school.student("S1")
    school.until(utc("2026-09-10 12:00"))
    goes(school, student)
    school.change_trip(student, host="Another host")
    assert school.place(student) == OSAKA, "what else is corrected says nothing of where she is"
    school.change_trip(student, city="Chicago", zone="America/Chicago")
    assert school.place(student) == Place("Chicago", "US", "America/Chicago")
    assert school.scheduled(student).zone == "America/Chicago"
    goes(school, student, until="2026-09-30")
    assert school.place(student) == OSAKA, "and then she spoke last again"


def test_her_neighbours_of_the_same_hour_stay_on_their_clock(any_school: School) -> None:
    school = any_school
    student, *others = [school.student(f"S{number}", zone="Asia/Tokyo", country="JP") for number in range(3)]
    school.until(utc("2026-09-10 12:00"))
    goes(school, student, Place("Seoul", "KR", "Asia/Seoul"))  # the same hour, so all are opened together
    school.until(utc("2026-09-15 09:40"))
    assert school.scheduled(student).zone == "Asia/Seoul"
    assert {school.scheduled(other).zone for other in others} == {"Asia/Tokyo"}


def test_at_home_it_is_the_home_zone_and_only_the_country_is_known_without_it(school: School) -> None:
    student = school.student("S1", departs="2026-11-01")
    assert school.place(student) == Place("", "CN", "Asia/Shanghai")
    goes(school, student, Place("Tokyo", "JP", "Asia/Tokyo"), until="2026-09-20")
    assert school.place(student) == Place("Tokyo", "JP", "Asia/Tokyo"), "at home it is always for good"
    school.until(utc("2026-10-10 00:00"))
    assert school.place(student).city == "Tokyo"
    school.do(lambda conn: conn.execute(people.update().values(zone="Europe/Berlin")))  # a roster that names another
    assert school.place(student) == Place("", "", "Europe/Berlin")


def test_where_staff_are_is_nobodys_business(school: School) -> None:
    goes(school, school.counsellor, Place("Berlin", "DE", "Europe/Berlin"))
    assert school.facts(school.counsellor).home_zone == "Europe/Berlin"
    assert stored(school) == 0


def test_the_zone_of_the_first_version_becomes_a_move(school: School) -> None:
    student, ahead = school.student("S1"), school.student("S2", departs="2026-11-01")
    school.do(lambda conn: conn.execute(people.update().values(here_zone="Europe/Athens")))
    school.do(lambda conn: plan_everyone(conn, school.programmes, school.now))
    assert school.place(student).zone == "Europe/Athens"
    assert school.scheduled(student).zone == "Europe/Athens"
    assert school.place(ahead).zone == "Asia/Shanghai"
    left = select(func.count()).where(people.c.here_zone.is_not(None), people.c.id.in_([student, ahead]))
    assert school.db.read(lambda conn: conn.execute(left).scalar()) == 0


def test_the_journal_says_that_she_moved_and_not_where(school: School) -> None:
    student = school.student("S1")
    goes(school, student, until="2026-09-05")
    school.until(utc("2026-09-06 00:00"))
    query = select(journal.c.action, journal.c.detail).where(journal.c.action.like("person.move%"))
    found = school.db.read(lambda conn: [tuple(row) for row in conn.execute(query)])
    assert found == [("person.moved", None), ("person.move_over", None)]


def test_she_is_asked_once_in_a_fortnight_whether_she_has_moved(school: School) -> None:
    student, at_home = school.student("S1"), school.student("S2", departs="2026-11-01")

    def asks(zone: str, day: str, who: int = student) -> bool:
        return bool(school.do(partial(_asks, who, zone, day)))

    assert not asks("America/New_York", "2026-09-02")
    assert not asks("America/Toronto", "2026-09-02"), "the clock is the same"
    assert not asks("Asia/Tokyo", "2026-09-02", at_home)
    assert asks("Asia/Tokyo", "2026-09-02")
    assert not asks("Asia/Tokyo", "2026-09-15")
    assert not asks("Europe/Paris", "2026-09-15")
    assert asks("Europe/Paris", "2026-09-16")
    kept = school.db.read(lambda conn: [tuple(row)[1:] for row in conn.execute(select(place_asks))])
    assert kept == [(student, utc("2026-09-16 12:00"))], "when, and not where"
    assert stored(school) == 0


def _asks(who: int, zone: str, day: str, conn: Connection) -> bool:
    return ask_if_moved(conn, who, zone, utc(f"{day} 12:00"))


def test_a_stay_that_is_called_off_takes_her_word_along(school: School) -> None:
    student = school.student("S1")
    goes(school, student)
    query = trips.update().where(trips.c.person_id == student).values(cancelled_at=school.now)
    school.do(lambda conn: conn.execute(query))
    assert school.place(student).zone == "Asia/Shanghai"
