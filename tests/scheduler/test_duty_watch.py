"""The office hears of gaps in its morning, once a week at most and when they are new; whoever never tried an alarm is
asked on Monday.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.addresses.model import AddressState
from bot.addresses.store import put
from bot.duty import store as duty_store
from bot.duty.model import Override
from bot.duty.parse import wall_in
from bot.engine.alarm_tests import confirm, start_test
from bot.outbox.store import outbox
from bot.people.model import RoleKind
from bot.people.store import by_id, role_scopes, roles
from bot.storage.database import Database
from scheduler.duty_watch import work_off
from tests.fakes.ground import open_ground
from tests.support.rotas import EUROPE, EVERYBODY, LOADED, load_rotas, staff, student, utc

MONDAY = utc("2026-11-16 01:00")  # 09:00 in Beijing
HOUR = timedelta(hours=1)


class Desk:
    """A school on its way through a week."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.people: dict[str, int] = {}
        self.numbers: set[str] = set()

    def put(self, number: str, kind: RoleKind = RoleKind.COUNSELLOR, zone: str = "Asia/Shanghai") -> int:
        def work(conn: Connection) -> int:
            person_id = staff(conn, number, kind, zone=zone)
            put(conn, person_id, "telegram", "bot", number, AddressState.WORKING, LOADED)
            return person_id

        self.people[number] = self.database.write(work)
        return self.people[number]

    def ring(self, at: datetime) -> None:
        self.database.write(lambda conn: work_off(conn, self.numbers, at))

    def ring_hourly(self, start: datetime, days: int) -> None:
        for hour in range(24 * days):
            self.ring(start + hour * HOUR)

    def told(self, template: str) -> list[tuple[str, datetime, Any]]:
        query = select(outbox.c.person_id, outbox.c.created_at, outbox.c.data).where(outbox.c.template == template)
        numbers = {person_id: number for number, person_id in self.people.items()}
        return self.database.read(
            lambda conn: [(numbers[one], at, data) for one, at, data in conn.execute(query.order_by(outbox.c.id))]
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    database = open_ground(tmp_path)
    made = Desk(database)
    for number in ("D1", "D2"):
        made.put(number)
    made.put("O1", RoleKind.OFFICE)

    def work(conn: Connection) -> None:
        load_rotas(conn, EUROPE + EVERYBODY)
        for one in range(14):
            student(conn, f"S{one}", "Berlin", "DE", "Europe/Berlin")

    database.write(work)
    yield made
    database.close()


def test_the_office_hears_of_new_gaps_once_a_week_in_its_morning(desk: Desk) -> None:
    desk.ring_hourly(MONDAY - 12 * HOUR, 16)
    told = desk.told("staff/duty_gaps")
    assert [(number, at) for number, at, _ in told] == [
        ("O1", MONDAY),
        ("O1", MONDAY + timedelta(days=7)),
        ("O1", MONDAY + timedelta(days=14)),
    ]
    first = told[0][2]["gaps"][0]
    assert (first["start"], first["end"]) == ("2026-11-16T19:00:00+00:00", "2026-11-17T01:00:00+00:00")
    assert (first["city"], first["students"]) == ("Berlin", 14)


def test_each_office_has_its_own_morning(desk: Desk) -> None:
    desk.put("O2", RoleKind.OFFICE, zone="America/New_York")
    desk.ring_hourly(MONDAY - 2 * HOUR, 1)
    assert [(number, at) for number, at, _ in desk.told("staff/duty_gaps")] == [
        ("O1", MONDAY),
        ("O2", utc("2026-11-16 14:00")),
    ]


def test_a_gap_that_was_told_is_not_told_again_and_a_new_one_waits_for_its_week(desk: Desk) -> None:
    always = EUROPE.replace('hours = ["daily 08:00-20:00"]\n', "")
    desk.database.write(lambda conn: load_rotas(conn, always))
    desk.ring_hourly(MONDAY, 8)
    assert desk.told("staff/duty_gaps") == []
    holiday = always.replace("since", "holidays = [2026-12-02]\nsince")
    desk.database.write(lambda conn: load_rotas(conn, holiday))
    desk.ring_hourly(utc("2026-11-24 01:00"), 8)
    told = desk.told("staff/duty_gaps")
    assert [at for _, at, _ in told] == [utc("2026-11-25 01:00")]  # the first morning from which it can be seen whole
    assert len(told[0][2]["gaps"]) == 1


def test_an_office_with_an_area_hears_of_its_own_students(desk: Desk) -> None:
    asia = desk.put("O2", RoleKind.OFFICE)

    def narrow(conn: Connection) -> None:
        role = conn.execute(select(roles.c.id).where(roles.c.person_id == asia)).scalar_one()
        conn.execute(role_scopes.insert().values(role_id=role, kind="region", value="AS"))

    desk.database.write(narrow)
    desk.ring_hourly(MONDAY, 1)
    assert [number for number, _, _ in desk.told("staff/duty_gaps")] == ["O1"]


def test_without_rotas_nobody_hears_of_anything(desk: Desk) -> None:
    desk.database.write(lambda conn: load_rotas(conn, ""))
    desk.ring_hourly(MONDAY - 12 * HOUR, 8)
    assert desk.told("staff/duty_gaps") == []
    assert desk.told("staff/alarm_unproven") == []


def test_whoever_never_tried_an_alarm_is_asked_each_monday_at_nine(desk: Desk) -> None:
    desk.put("C9")  # a counsellor on no rota, whom nothing wakes
    desk.put("C8", zone="Europe/Berlin")  # a counsellor on no rota who has alarm URLs
    desk.numbers = {"C8", "D1"}
    desk.ring_hourly(MONDAY - 12 * HOUR, 8)
    asked = desk.told("staff/alarm_unproven")
    assert sorted((number, at, data["rings"]) for number, at, data in asked) == [
        *(("C8", at, True) for at in (utc("2026-11-16 08:00"), utc("2026-11-23 08:00"))),
        *((one, at, one == "D1") for one in ("D1", "D2", "O1") for at in (MONDAY, MONDAY + timedelta(days=7))),
    ]


def test_whoever_confirmed_one_is_left_in_peace(desk: Desk) -> None:
    desk.numbers = {"D1"}
    desk.ring(MONDAY - 12 * HOUR)

    def work(conn: Connection) -> None:
        for number in ("D1", "D2"):
            person = by_id(conn, desk.people[number])
            assert person is not None
            started = start_test(conn, person, None, MONDAY - 6 * HOUR)
            assert started is not None
            test = duty_store.find_test(conn, started.id)
            assert test is not None
            assert confirm(conn, test, "chat", MONDAY - 5 * HOUR)

    desk.database.write(work)
    desk.ring(MONDAY)
    assert [number for number, _, _ in desk.told("staff/alarm_unproven")] == ["D1", "O1"]  # hers rang in the chat only

    def prove(conn: Connection) -> None:
        test = duty_store.find_test(conn, 1)
        assert test is not None
        assert confirm(conn, test, "link", MONDAY)
        assert not confirm(conn, test, "chat", MONDAY)

    desk.database.write(prove)
    desk.ring(MONDAY + timedelta(days=7))
    assert [number for number, _, _ in desk.told("staff/alarm_unproven")] == ["D1", "O1", "O1"]


def test_a_stand_in_is_asked_too(desk: Desk) -> None:
    desk.put("X1")
    start, end = wall_in("2026-11-20 20:00"), wall_in("2026-11-21 04:00")
    assert start is not None
    assert end is not None
    stand_in = Override(start, end, "X1")
    desk.database.write(lambda conn: duty_store.add_override(conn, "Europe", stand_in, None, LOADED))
    desk.ring(MONDAY)
    assert "X1" in [number for number, _, _ in desk.told("staff/alarm_unproven")]
