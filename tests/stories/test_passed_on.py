"""A counsellor goes to a conference: a colleague looks after her students until a day, and then she does again."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.people.store import by_number, update_person
from bot.selections import store as selections
from bot.selections.model import Deed
from bot.views.people_list import all_wanted
from bot.views.people_wanted import Wanted
from bot.views.person import find, view_person
from bot.views.scope import Scope, scope_of
from handlers import selection_done, stand_in_ended
from tests.fakes.telegram_phone import Message, Phone
from tests.stories.world import World, instant, world_at

UNTIL = date(2026, 12, 3)
BACK = "2026-12-03 16:00"  # midnight behind the third in Beijing


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, "2026-11-24 13:00", digests=False) as made:  # nine in the evening in Beijing
        yield made


@pytest.fixture
def wang(world: World) -> Phone:
    return world.staff("C1", "counsellor")


@pytest.fixture
def li(world: World) -> Phone:
    return world.staff("C2", "counsellor")


@pytest.fixture
def mei(world: World, wang: Phone, li: Phone) -> Phone:
    """In New York, where it is eight in the morning."""
    assert wang.chat_id != li.chat_id
    return world.student("S1")


def pass_on(world: World, by: str = "C1", to: str = "C2", until: date = UNTIL) -> dict[str, int]:
    """Pass everybody on whom somebody sees; return what came of it."""

    def act(conn: Connection) -> dict[str, int]:
        author, colleague = by_number(conn, by), by_number(conn, to)
        assert author is not None
        assert colleague is not None
        scope = scope_of(conn, author)
        assert scope is not None
        now = world.clock.now()
        found = all_wanted(conn, scope, Wanted(), now, None, 100)
        made = selection_done.pick(conn, author.id, Deed.PASS_ON, found, now)
        assert made is not None
        selections.wish(conn, made, {"to": colleague.id, "until": until.isoformat()})
        done = selection_done.go_on(conn, made, author.id, scope, now, world.app.programmes)
        assert done is not None
        return done.counts

    came = world.app.database.write(act)
    world.settle()
    return came


def take_back(world: World, by: str = "C1") -> int:
    def act(conn: Connection) -> int:
        author, wang, li = (by_number(conn, number) for number in (by, "C1", "C2"))
        assert author is not None
        assert wang is not None
        assert li is not None
        scope = scope_of(conn, author)
        assert scope is not None
        return stand_in_ended.take_back(conn, scope, author.id, wang.id, li.id, UNTIL, world.clock.now())

    done = world.app.database.write(act)
    world.settle()
    return done


def presses(world: World, phone: Phone, label: str) -> Message:
    phone.presses(label)
    world.settle()
    return phone.hears()


def scope(world: World, number: str) -> Scope:
    def look(conn: Connection) -> Scope | None:
        person = by_number(conn, number)
        return None if person is None else scope_of(conn, person)

    found = world.app.database.read(look)
    assert found is not None
    return found


def hard_seen_by(world: World, number: str) -> bool:
    """Tell whether somebody of the staff reads on her page that a week was hard, or has a case of it there."""
    who = scope(world, number)
    view = world.app.database.read(lambda conn: view_person(conn, who, "S1", world.clock.now()))
    return view is not None and (
        any(one.answer == "hard" for one in view.timeline) or any(one.case.reason == "hard" for one in view.cases)
    )


def test_alarms_go_to_the_colleague_until_the_day_and_then_to_her_counsellor_again(
    world: World, mei: Phone, wang: Phone, li: Phone
) -> None:
    assert pass_on(world) == {"done": 1}
    told = mei.hears("C1 of the staff is away for a while. Until Thu 3 Dec, C2 of the staff is there for you")
    assert told.labels == ["Rather the programme office"]
    world.fast_forward(instant("2026-11-25 01:00"))  # morning in Beijing
    li.hears("C1 of the staff passes 1 student on to you until Thu 3 Dec.")
    mei.hears("How has your week been?")
    mei.says("SOS")
    world.settle()
    li.hears("Urgent: Student S1")
    assert wang.unheard == []
    presses(world, li, "I will take care of it")
    world.forgets()
    presses(world, li, "We have spoken")
    world.forgets()
    world.fast_forward(instant(BACK) - timedelta(minutes=1))
    world.forgets()
    world.fast_forward(minutes=1)
    mei.hears("C1 of the staff looks after you again; C2 of the staff does not any more.")
    assert wang.unheard == li.unheard == [], "it is midnight where they are"
    world.fast_forward(instant("2026-12-04 01:00"))
    texts = " ".join(wang.hears().text for _ in range(len(wang.unheard)))
    assert "1 student whom C2 of the staff looked after for you is with you again." in texts
    assert "Student S1 has not answered." in texts, "silence is her counsellor's again too"
    li.hears("1 student is with C1 of the staff again. Thank you for looking after them!")
    world.forgets()
    mei.says("SOS")
    world.settle()
    wang.hears("Urgent: Student S1")
    assert li.unheard == []
    presses(world, wang, "I will take care of it")
    presses(world, wang, "We have spoken")
    world.forgets()


def test_open_cases_alarm_the_colleague_and_held_ones_are_handed_over_both_ways(
    world: World, mei: Phone, wang: Phone, li: Phone
) -> None:
    other = world.student("S2", "Tokyo", "JP")
    for student in (mei, other):
        student.says("SOS")
        world.settle()
    wang.hears("Urgent: Student S1")
    alarm = wang.hears("Urgent: Student S2")
    wang.presses("I will take care of it", alarm)
    world.settle()
    world.forgets()
    assert pass_on(world) == {"done": 2}
    heard = {li.hears().text.splitlines()[0] for _ in range(2)}
    assert any("Urgent" in line for line in heard)
    assert "C1 of the staff hands Student S2 over to you." in heard
    assert world.cases("S1") == [("urgent", "open")]
    world.forgets()
    assert take_back(world) == 2
    texts = " ".join(wang.hears().text for _ in range(len(wang.unheard)))
    assert "C2 of the staff hands Student S2 over to you." in texts
    world.forgets()


def test_a_hard_week_told_before_stays_with_her_counsellor(world: World, mei: Phone, li: Phone) -> None:
    mei.says("hard")
    world.settle()
    mei.hears("Who may know?")
    presses(world, mei, "My counsellor")
    world.forgets()
    pass_on(world)
    told = mei.hears("C2 of the staff does not see. Shall somebody else know of it meanwhile?")
    assert told.labels == ["C2 of the staff, for my counsellor", "Nobody else"]
    assert hard_seen_by(world, "C1")
    assert not hard_seen_by(world, "C2")
    li.hears("A hard week that somebody shared before stays with C1 of the staff.")
    assert li.unheard == []
    presses(world, mei, "C2 of the staff, for my counsellor")
    li.hears("Student S1")
    assert hard_seen_by(world, "C2")
    assert not hard_seen_by(world, "C1")
    world.forgets()


def test_what_she_shared_with_the_colleague_nobody_sees_afterwards_unless_she_chooses(
    world: World, mei: Phone, wang: Phone, li: Phone
) -> None:
    pass_on(world)
    world.forgets()
    mei.says("hard")
    world.settle()
    offered = mei.hears("Who may know?")
    assert offered.labels[:2] == ["C2 of the staff, for my counsellor", "Nobody for now"]
    assert "C2 of the staff knows now" in presses(world, mei, "C2 of the staff, for my counsellor").text
    assert hard_seen_by(world, "C2")
    assert not hard_seen_by(world, "C1")
    world.forgets()
    assert take_back(world) == 1
    li.hears("1 student is with C1 of the staff again.")
    asked = mei.hears("What you told C2 of the staff of a hard week, nobody sees from now on.", "who may know of it?")
    assert asked.labels[0] == "My counsellor"
    assert not hard_seen_by(world, "C2")
    assert not hard_seen_by(world, "C1")
    assert "looks after you again" in presses_old(world, mei, offered).text
    presses(world, mei, "My counsellor")
    assert hard_seen_by(world, "C1")
    wang.hears("1 student whom C2 of the staff looked after for you")
    wang.hears("Student S1")
    assert li.unheard == []
    world.forgets()


def presses_old(world: World, phone: Phone, message: Message) -> Message:
    phone.presses("C2 of the staff, for my counsellor", message)
    world.settle()
    return phone.hears()


def test_an_old_button_of_her_counsellor_asks_again_with_the_name(
    world: World, mei: Phone, wang: Phone, li: Phone
) -> None:
    mei.says("hard")
    world.settle()
    offered = mei.hears("Who may know?")
    pass_on(world)
    mei.hears("is away for a while")
    li.hears("passes 1 student on to you")
    mei.presses("My counsellor", offered)
    world.settle()
    again = mei.hears("C2 of the staff looks after you in place of your counsellor just now.")
    assert "C2 of the staff, for my counsellor" in again.labels
    assert wang.unheard == li.unheard == []
    assert world.cases("S1") == []
    world.forgets()


def test_she_refuses_whoever_stands_in(world: World, mei: Phone, wang: Phone, li: Phone) -> None:
    office = world.staff("O1", "office")
    pass_on(world)
    mei.hears("is away for a while")
    li.hears("passes 1 student on to you")
    assert "the programme office hears of it" in presses(world, mei, "Rather the programme office").text
    mei.says("SOS")
    world.settle()
    office.hears("Urgent: Student S1")
    assert wang.unheard == li.unheard == []
    presses(world, office, "I will take care of it")
    presses(world, office, "We have spoken")
    world.forgets()


def test_the_counsellor_back_early_and_a_colleague_who_leaves(world: World, mei: Phone) -> None:
    pass_on(world)
    world.forgets()
    assert take_back(world, by="C1") == 1
    assert take_back(world, by="C1") == 0, "it is done once"
    mei.hears("C1 of the staff looks after you again")
    world.forgets()
    pass_on(world)
    world.forgets()
    world._people = [line for line in world._people if not line.startswith("C2,")]
    world.app.database.write(_leaves)
    world.fast_forward(minutes=10)
    mei.hears("C1 of the staff looks after you again")
    who, now = scope(world, "C1"), world.clock.now()
    assert world.app.database.read(lambda conn: find(conn, who, "S1", now)) is not None
    world.forgets()


def _leaves(conn: Connection) -> None:
    person = by_number(conn, "C2")
    assert person is not None
    update_person(conn, person.id, absent_at=instant("2026-11-24 13:00"))


def test_the_roster_goes_on_naming_her_counsellor_and_ends_it_by_naming_another(world: World, mei: Phone) -> None:
    world.staff("C3", "counsellor")
    pass_on(world)
    world.forgets()
    world.imports()
    world.settle()
    assert mei.unheard == [], "the roster is as it was"
    world._people = [line.replace(",C1,", ",C3,") if line.startswith("S1,") else line for line in world._people]
    world.imports()
    world.settle()
    mei.hears("C3 of the staff looks after you again; C2 of the staff does not any more.")
    world.forgets()
