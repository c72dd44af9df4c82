"""Are they safe? A drill from end to end; an earthquake with one who needs help and some who stay silent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.cases.model import Reason
from bot.cases.store import cases
from bot.engine import rollcalls as engine
from bot.engine.casework import SILENT
from bot.people import store as people_store
from bot.people.model import Person
from bot.rollcalls.model import Area, Rollcall
from bot.rollcalls.store import rollcall_members
from bot.views.rollcall_board import Board, board
from bot.views.scope import Scope
from handlers import rollcall_started
from tests.fakes.telegram_phone import Phone
from tests.stories.world import World, world_at

WEDNESDAY_NOON_IN_TOKYO = "2026-11-25 03:00"
JAPAN = Area(countries=("JP",))
QUAKE = "A strong earthquake in Tokyo"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, WEDNESDAY_NOON_IN_TOKYO) as made:
        yield made


@pytest.fixture
def office(world: World) -> Phone:
    return world.staff("O1", "office")


@pytest.fixture
def counsellor(world: World) -> Phone:
    return world.staff("C1", "counsellor")


def start(world: World, *, drill: bool, area: Area = JAPAN) -> Rollcall:
    """The office counts and confirms."""
    now, real = world.clock.now(), world.clock.real()

    def work(conn: Connection) -> Rollcall:
        author = _office(conn)
        scope = Scope.everything()
        made = rollcall_started.count(conn, author, scope, QUAKE, area, now, real, drill=drill)
        return rollcall_started.start(conn, made.rollcall.id, author, scope, made.token, now, real)

    begun = world.app.database.write(work)
    world.settle()
    return begun


def _office(conn: Connection) -> Person:
    found = people_store.by_number(conn, "O1")
    assert found is not None
    return found


def seen(world: World, rollcall: Rollcall) -> Board:
    found = world.app.database.read(lambda conn: board(conn, Scope.everything(), rollcall.id, world.clock.now()))
    assert found is not None
    return found


def closes(world: World, rollcall: Rollcall) -> None:
    now = world.clock.now()
    world.app.database.write(lambda conn: engine.close(conn, rollcall.id, _office(conn).id, now))
    world.settle()


def heard_of(found: Board) -> dict[str, int]:
    return {state: number for state, number in found.counts.items() if number}


def test_a_drill_is_a_drill_in_every_message_and_alarms_nobody(world: World, office: Phone, counsellor: Phone) -> None:
    mei, lin = world.student("S1", "Tokyo", "JP"), world.student("S2", "Osaka", "JP")
    paris = world.student("S3", "Paris", "FR")
    rollcall = start(world, drill=True)
    question = mei.hears("[DRILL]", QUAKE, "Are you safe?")
    lin.hears("[DRILL]", QUAKE)
    assert heard_of(seen(world, rollcall)) == {"asked": 2}
    mei.presses("I am safe", question)
    world.settle()
    mei.hears("[DRILL]", "Good to know that you are safe")
    world.fast_forward(minutes=30)
    lin.hears("[DRILL]", "have not heard from you")
    lin.says("2")
    world.settle()
    lin.hears("[DRILL]", "for real?")
    lin.presses("only the drill")
    world.settle()
    lin.hears("nobody was alarmed")
    assert heard_of(seen(world, rollcall)) == {"safe": 1, "help": 1}
    world.fast_forward(hours=3)
    closes(world, rollcall)
    world.fast_forward(hours=10)
    office.hears("[DRILL]", "2 asked: 1 safe", "1 need help")
    counsellor.hears("[DRILL]", "These are your students")
    for number in ("S1", "S2", "S3"):
        assert world.cases(number) == []
    assert paris.unheard == []


def test_an_earthquake(world: World, office: Phone, counsellor: Phone) -> None:
    mei, lin, wen = (world.student(number, "Tokyo", "JP") for number in ("S1", "S2", "S3"))
    world.student("S4", "Kyoto", "JP", linked=False)
    rollcall = start(world, drill=False)
    for phone in (mei, lin, wen):
        assert "DRILL" not in phone.hears(QUAKE, "Are you safe?").text
    assert heard_of(seen(world, rollcall)) == {"asked": 3, "unreached": 1}

    lin.presses("I need help")  # an SOS at once
    world.settle()
    lin.hears("We are reaching the teacher on duty", "110")
    office.hears("Urgent: Student S2 has called for help")
    counsellor.hears("Urgent: Student S2 has called for help")
    assert world.cases("S2") == [("urgent", "open")]
    counsellor.presses("I will take care of it")
    world.settle()
    counsellor.hears("Thank you")
    office.hears("C1 of the staff")
    world.forgets()

    mei.says("We are all outside in the park")  # no answer, but a sign of life
    world.settle()
    mei.hears(QUAKE)
    found = seen(world, rollcall)
    assert heard_of(found) == {"wrote": 1, "help": 1, "asked": 1, "unreached": 1}
    assert sum(found.counts.values()) == found.total == 4

    world.fast_forward(hours=3, minutes=1)
    wen.hears("have not heard from you")
    wen.hears("have not heard from you")
    assert mei.unheard == []
    assert seen(world, rollcall).is_silent
    assert world.cases("S3") == [("rollcall", "open")]
    assert world.cases("S4")[-1] == ("rollcall", "open")

    wen.says("平安")  # five minutes after everybody had given up
    world.settle()
    wen.hears("Good to know that you are safe")
    assert world.cases("S3") == [("rollcall", "resolved")]
    closes(world, rollcall)
    world.forgets()
    world.fast_forward(hours=12)
    world.forgets()
    assert heard_of(seen(world, rollcall)) == {"wrote": 1, "help": 1, "safe": 1, "unreached": 1}
    assert Reason.ROLLCALL in SILENT
    query = select(func.count()).select_from(cases).where(cases.c.reason == "rollcall")
    assert world.app.database.read(lambda conn: conn.execute(query).scalar()) == 2
    members = select(func.count()).select_from(rollcall_members)
    assert world.app.database.read(lambda conn: conn.execute(members).scalar()) == 4
