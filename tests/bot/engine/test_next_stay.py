"""Where she said that she was holds for one stay, and not for the next one on another continent."""

from datetime import date
from typing import Any

from sqlalchemy import Connection

from bot.engine.facts import load_facts
from bot.engine.moving import move
from bot.trips.store import trips
from scheduler.plan_everyone import plan_everyone
from tests.support.school import School, utc


def test_the_next_stay_begins_by_its_own_clock(school: School) -> None:
    student = school.student("S1", zone="Europe/London", country="GB", returns="2026-09-30")
    school.do(lambda conn: move(conn, student, "Europe/Athens", school.now, school.programmes))

    def goes_again(conn: Connection) -> None:
        stay: dict[str, Any] = {"key": "T2", "host": "H", "city": "New York", "country": "US", "type": "exchange"}
        days = {"departs": date(2026, 11, 1), "returns": date(2027, 1, 31)}
        conn.execute(trips.insert().values(person_id=student, zone="America/New_York", **days, **stay))

    school.do(goes_again)
    for day in ("2026-09-15", "2026-10-05", "2026-11-02"):
        school.until(utc(f"{day} 03:00"))
        school.do(lambda conn: plan_everyone(conn, school.programmes, school.now))
        facts = school.db.read(lambda conn: load_facts(conn, [student]))[student]
        assert (facts.zone_now(school.now) == "Europe/Athens") == (day == "2026-09-15")
    assert school.scheduled(student).zone == "America/New_York"
