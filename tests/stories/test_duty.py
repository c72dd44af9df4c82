"""The duty phone: the office reads of a night with nobody on duty and puts somebody there; a teacher proves that her
phone rings; and a service that does not take alarms is seen.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.engine.alarm_tests import start_test
from bot.engine.on_duty import on_duty
from bot.people.store import by_id, by_number
from handlers.duty_overridden import override
from tests.fakes.alarms import FakeAlarms, running_alarms
from tests.fakes.telegram_phone import Phone
from tests.fakes.web import Visitor
from tests.stories.world import World, world_at

SUNDAY = "2026-11-22 12:00"
ROTA = {
    "name": "Nights",
    "zone": "Asia/Shanghai",
    "handover": "Mon 09:00",
    "since": "2026-09-07",
    "members": ["D1"],
    "hours": ["Mon-Fri 00:00-24:00", "Sat,Sun 08:00-24:00"],
}


@pytest.fixture
def alarms() -> Iterator[FakeAlarms]:
    with running_alarms() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, alarms: FakeAlarms) -> Iterator[World]:
    duty = {"rota": [ROTA], "alarm_urls": {"D1": [alarms.ntfy("d1")]}}
    with world_at(tmp_path, SUNDAY, more={"duty": duty}) as made:
        yield made


@pytest.fixture
def office(world: World) -> Phone:
    return world.staff("O1", "office")


@pytest.fixture
def duty(world: World) -> Phone:
    return world.staff("D1", "counsellor")


def rings_the_bell(world: World) -> None:
    world._run(world.app.rounds.duty())
    world.settle()


def seen(world: World) -> list[tuple[str, int]]:
    return [(problem.code, problem.count) for problem in world._run(world.app.rounds.watch())]


def number_of(conn: Connection, number: str) -> Any:
    person = by_number(conn, number)
    assert person is not None
    return person


def test_the_office_reads_of_a_night_without_anybody_and_puts_somebody_there(
    world: World, office: Phone, duty: Phone
) -> None:
    for number in range(14):
        world.student(f"S{number}", "Berlin", "DE", linked=False, counsellor="D1")
    world.fast_forward(hours=13, minutes=5)
    rings_the_bell(world)
    duty.hears("We do not know yet whether an alarm would wake you at night")
    office.hears(
        "In the next week there are hours in which nobody is on duty",
        "Fri 27 Nov, 17:00 – Sat 28 Nov, 01:00 Berlin: nobody, 14 students",
        "/console/duty",
    )
    world.fast_forward(hours=24)
    rings_the_bell(world)
    assert office.unheard == duty.unheard == [], "once a week is enough"

    def stand_in(conn: Connection) -> None:
        author = number_of(conn, "O1")
        override(conn, "Nights", "2026-11-28 00:00", "2026-11-28 08:00", "O1", author, world.clock.now())

    world.app.database.write(stand_in)
    world.fast_forward(days=3, hours=16, minutes=30)  # Friday 17:35 UTC: Saturday 01:35 in Beijing, 18:35 in Berlin

    def who(conn: Connection) -> list[str]:
        student = number_of(conn, "S0")
        found = (by_id(conn, one) for one in on_duty(conn, [student], world.clock.now())[student.id])
        return [person.number for person in found if person is not None]

    assert world.app.database.read(who) == ["O1"]
    world.forgets()  # students whom nobody can reach are another story
    world.expects_errors = True


def test_a_teacher_proves_that_her_phone_rings(world: World, alarms: FakeAlarms, duty: Phone) -> None:
    world.fast_forward(hours=13, minutes=5)
    rings_the_bell(world)
    duty.hears("We do not know yet whether an alarm would wake you at night")
    duty.presses("Send me a test alarm")
    world.settle()
    duty.hears("This is a test alarm. Nobody is in danger.")
    duty.presses("It has arrived")
    world.settle()
    duty.hears("Thank you, alarms reach you here.")
    (text,) = alarms.rang["d1"]
    assert "nobody is in danger" in text
    path = text.rpartition("http")[2].partition("8080")[2]
    phone = Visitor(world.app.web)
    assert "It has arrived" in phone.get(path.strip()).words
    phone.press("It has arrived")
    world.fast_forward(days=7)
    rings_the_bell(world)
    assert duty.unheard == [], "proven once, she is left in peace"


def test_a_service_that_takes_no_alarm_is_seen_until_it_does(world: World, alarms: FakeAlarms, duty: Phone) -> None:
    rings_the_bell(world)
    alarms.refuse["d1"] = 503
    world.app.database.write(lambda conn: start_test(conn, number_of(conn, "D1"), None, world.clock.now()))
    world.settle()
    duty.hears("This is a test alarm.")
    assert ("alarm_urls_failing", 1) in seen(world)
    world.expects_errors = True  # the watchdog says what it saw
    del alarms.refuse["d1"]
    world.fast_forward(minutes=5)
    assert len(alarms.rang["d1"]) == 1
    assert seen(world) == []
