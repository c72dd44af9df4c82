"""Nobody on duty, the wider rota, somebody who has left: who is on for a student now."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Connection

from bot.duty import store as duty_store
from bot.duty.model import Override
from bot.duty.parse import wall_in
from bot.engine.on_duty import on_duty, who_next
from bot.people import store as people_store
from bot.people.model import RoleKind
from bot.storage.database import Database
from tests.support.rotas import EUROPE, EVERYBODY, LOADED, load_rotas, staff, student, unit, utc

NOON = utc("2026-11-20 11:00")  # a Friday: 12:00 in Berlin, 19:00 in Beijing
MORNING = utc("2026-11-20 03:00")  # 04:00 in Berlin, 11:00 in Beijing
NIGHT = utc("2026-11-20 23:00")


@pytest.fixture
def ids(database: Database) -> dict[str, int]:
    def work(conn: Connection) -> dict[str, int]:
        load_rotas(conn, EUROPE + EVERYBODY)
        found = {number: staff(conn, number) for number in ("D1", "D2")}
        found["O1"] = staff(conn, "O1", RoleKind.OFFICE)
        found["S1"] = student(conn, "S1", "Berlin", "DE", "Europe/Berlin")
        found["S2"] = student(conn, "S2", "Boston", "US", "America/New_York")
        return found

    made: dict[str, int] = database.write(work)
    return made


@pytest.fixture
def on(database: Database, ids: dict[str, int]) -> Callable[[str, datetime], list[str]]:
    names = {person_id: number for number, person_id in ids.items()}

    def ask(number: str, at: datetime) -> list[str]:
        def work(conn: Connection) -> tuple[int, ...]:
            found = people_store.by_id(conn, ids[number])
            assert found is not None
            return on_duty(conn, [found], at)[found.id]

        return [names[one] for one in database.read(work)]

    return ask


def test_the_rota_of_where_she_is_comes_first(on: Callable[[str, datetime], list[str]]) -> None:
    assert on("S1", NOON) == ["D1"]
    assert on("S2", NOON) == []  # hers is closed already, and Europe's is not hers
    assert on("S2", MORNING) == ["O1"]


def test_the_wider_rota_answers_where_the_closer_one_has_nobody(on: Callable[[str, datetime], list[str]]) -> None:
    assert on("S1", MORNING) == ["O1"]
    assert on("S1", NIGHT) == []


def test_whoever_has_left_is_not_on(
    database: Database, ids: dict[str, int], on: Callable[[str, datetime], list[str]]
) -> None:
    database.write(lambda conn: people_store.update_person(conn, ids["D1"], absent_at=LOADED))
    assert on("S1", NOON) == []
    assert on("S1", MORNING) == ["O1"]


def test_an_override_that_somebody_made_counts_before_the_settings(
    database: Database, ids: dict[str, int], on: Callable[[str, datetime], list[str]]
) -> None:
    start, end = wall_in("2026-11-20 00:00"), wall_in("2026-11-21 00:00")
    assert start is not None
    assert end is not None
    made = database.write(
        lambda conn: duty_store.add_override(conn, "Europe", Override(start, end, "D2"), ids["O1"], LOADED)
    )
    assert on("S1", MORNING) == ["D2"]
    assert database.write(lambda conn: duty_store.cancel_override(conn, made, NOON))
    assert not database.write(lambda conn: duty_store.cancel_override(conn, made, NOON))
    assert on("S1", MORNING) == ["O1"]


def test_a_unit_inside_the_school_has_its_own(database: Database, on: Callable[[str, datetime], list[str]]) -> None:
    def work(conn: Connection) -> tuple[int, ...]:
        physics = unit(conn, "NJU/Physics")
        rota = EVERYBODY.replace('"Everybody"', '"Physics"\nscope = ["unit:NJU/Physics"]').replace("O1", "D2")
        load_rotas(conn, EUROPE + EVERYBODY + rota)
        found = people_store.by_id(conn, student(conn, "S3", "Berlin", "DE", "Europe/Berlin", unit_id=physics))
        assert found is not None
        return on_duty(conn, [found], MORNING)[found.id]

    (only,) = database.write(work)
    assert database.read(lambda conn: people_store.by_ids(conn, [only]))[only].number == "D2"
    assert on("S1", MORNING) == ["O1"]


def test_without_rotas_nobody_is(database: Database) -> None:
    def work(conn: Connection) -> dict[int, tuple[int, ...]]:
        found = people_store.by_id(conn, student(conn, "S1", "Berlin", "DE", "Europe/Berlin"))
        assert found is not None
        return on_duty(conn, [found], NOON)

    assert list(database.write(work).values()) == [()]


def test_it_says_who_is_on_each_rota_and_who_comes_next(database: Database, ids: dict[str, int]) -> None:
    found = database.read(lambda conn: who_next(conn, NOON))
    assert ids
    assert [(one.rota.name, on and on.number, one.until, then and then.number) for one, on, then in found] == [
        ("Europe", "D1", utc("2026-11-20 19:00"), "D1"),
        ("Everybody", None, utc("2026-11-23 01:00"), "O1"),
    ]
