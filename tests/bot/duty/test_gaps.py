"""Gaps ahead: nobody on duty, told by the local time of the students who are there."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.duty import store as duty_store
from bot.duty.model import Override
from bot.duty.parse import wall_in
from bot.engine.duty_gaps import Gap, gaps_ahead
from bot.engine.duty_shown import duty_shown
from bot.people import store as people_store
from bot.people.model import RoleKind
from bot.rendering.renderer import Renderer
from bot.storage.database import Database
from tests.support.rotas import EUROPE, EVERYBODY, LOADED, load_rotas, rotas, staff, student, utc

FRIDAY = utc("2026-11-20 11:00")
SATURDAY = utc("2026-11-21 11:00")


def school(conn: Connection, text: str = EUROPE + EVERYBODY, berliners: int = 14) -> None:
    load_rotas(conn, text)
    for number in ("D1", "D2"):
        staff(conn, number)
    staff(conn, "O1", RoleKind.OFFICE)
    for one in range(berliners):
        student(conn, f"B{one}", "Berlin", "DE", "Europe/Berlin")
    student(conn, "N1", "Boston", "US", "America/New_York")


def found(database: Database, start: datetime = FRIDAY, end: datetime = SATURDAY, **how: Any) -> list[Gap]:
    gaps: list[Gap] = database.read(lambda conn: gaps_ahead(conn, start, end, **how))
    return gaps


def test_each_place_has_its_own_hours_and_counts_its_students(database: Database) -> None:
    database.write(school)
    assert found(database) == [
        Gap(FRIDAY, SATURDAY, "Boston", "US", "America/New_York", 1),
        Gap(utc("2026-11-20 19:00"), utc("2026-11-21 07:00"), "Berlin", "DE", "Europe/Berlin", 14),
    ]


def test_it_reads_as_people_say_it(database: Database) -> None:
    text = EUROPE.replace("daily 08:00-20:00", "daily 06:00-02:00")
    database.write(lambda conn: school(conn, text))
    for language, line in {
        "en": "Sat 21 Nov, 02:00–06:00 Berlin: nobody, 14 students",
        "zh": "11月21日 周六 02:00–06:00 柏林：无人值班，14 名学生",
    }.items():
        shown = database.read(lambda conn: duty_shown(conn, FRIDAY, 1))
        assert line in Renderer().chat("duty/shown", language, shown).text.splitlines()


def test_a_stand_in_closes_a_gap(database: Database) -> None:
    database.write(lambda conn: school(conn, EUROPE))
    start, end = wall_in("2026-11-20 20:00"), wall_in("2026-11-21 04:00")
    assert start is not None
    assert end is not None
    stand_in = Override(start, end, "D2")
    database.write(lambda conn: duty_store.add_override(conn, "Europe", stand_in, None, LOADED))
    berlin = [gap for gap in found(database) if gap.city == "Berlin"]
    assert [(gap.start, gap.end) for gap in berlin] == [(utc("2026-11-21 03:00"), utc("2026-11-21 07:00"))]


def test_somebody_who_has_left_makes_a_gap_of_every_turn(database: Database) -> None:
    database.write(lambda conn: school(conn, EUROPE))

    def leave(conn: Connection) -> None:
        gone = people_store.by_number(conn, "D1")
        assert gone is not None
        people_store.update_person(conn, gone.id, absent_at=LOADED)

    database.write(leave)
    berlin = [gap for gap in found(database) if gap.city == "Berlin"]
    assert [(gap.start, gap.end) for gap in berlin] == [(FRIDAY, SATURDAY)]
    shown = database.read(lambda conn: duty_shown(conn, FRIDAY, 1))
    assert shown["rotas"][0]["on"] == {"number": "D1", "name": "", "present": False}
    assert "D1 is not on the roster" in Renderer().chat("duty/shown", "en", shown).text


def test_only_who_is_abroad_then_and_in_sight_is_counted(database: Database) -> None:
    def work(conn: Connection) -> list[int]:
        school(conn, EUROPE, berliners=3)
        ids = [person.id for number in ("B0", "B1") if (person := people_store.by_number(conn, number))]
        people_store.update_person(conn, ids[1], left_at=LOADED)
        return ids

    ids = database.write(work)
    assert [gap.students for gap in found(database) if gap.city == "Berlin"] == [2]
    assert [gap.students for gap in found(database, only=ids)] == [1]
    assert found(database, utc("2027-02-03 00:00"), utc("2027-02-05 00:00")) == []


def test_a_school_without_rotas_has_no_gaps_and_is_told_so(database: Database) -> None:
    database.write(lambda conn: school(conn, ""))
    assert rotas("").rotas == ()
    assert found(database) == []
    text = Renderer().chat("duty/shown", "en", database.read(lambda conn: duty_shown(conn, FRIDAY, 1))).text
    assert text == "There is no rota. Write one under [duty] in the settings."
