"""Staff look after a student from their phones: two at once, taken and forgotten, handed over; and her supervisor."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.people.store import by_number, update_person
from tests.fakes.telegram_phone import Message, Phone
from tests.stories.world import World, world_at


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, "2026-11-23 12:00") as made:
        yield made


def presses(world: World, phone: Phone, label: str) -> Message:
    """Press a button and read what comes back."""
    phone.presses(label)
    world.settle()
    return phone.hears()


def cries(world: World, student: Phone) -> None:
    student.says("SOS")
    world.settle()
    student.hears("We are reaching the teacher on duty")
    while student.unheard:
        student.hears()


def test_two_teachers_press_at_the_same_moment(world: World) -> None:
    counsellor, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
    mei = world.student("S1")
    cries(world, mei)
    counsellor.hears("Urgent: Student S1")
    office.hears("Urgent: Student S1")
    counsellor.presses("I will take care of it")
    office.presses("I will take care of it")
    world.settle()
    won, lost = counsellor.hears(), office.hears()
    while office.unheard:
        lost = office.hears()
    assert "Thank you for taking this on" in won.text
    assert "C1 of the staff is on it already" in lost.text
    assert lost.labels[:1] == ["Take over"]
    mei.hears("C1 of the staff has seen it")
    assert world.cases("S1") == [("urgent", "acknowledged")]
    assert "Thank you for taking this on" in presses(world, office, "Take over").text
    counsellor.hears("O1 of the staff is looking after Student S1 now")
    mei.hears("O1 of the staff has seen it")
    assert "Noted" in presses(world, office, "We have spoken").text
    counsellor.hears("You can let it rest")
    world.forgets()


def test_taken_and_forgotten_goes_to_everybody_again(world: World) -> None:
    counsellor, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
    mei = world.student("S1")
    cries(world, mei)
    counsellor.hears("Urgent")
    office.hears("Urgent")
    presses(world, counsellor, "I will take care of it")
    office.hears("C1 of the staff is looking after Student S1 now")
    mei.hears("C1 of the staff has seen it")
    world.fast_forward(minutes=14)
    assert "Noted: you tried" in presses(world, counsellor, "No answer").text
    world.fast_forward(minutes=100)  # a deed holds for two hours
    assert office.unheard == []
    world.fast_forward(minutes=25)
    office.hears("Urgent: Student S1", "C1 of the staff had taken this and nothing has been noted since")
    counsellor.hears("Urgent: Student S1")
    assert world.cases("S1") == [("urgent", "open")]
    presses(world, office, "I will take care of it")
    presses(world, office, "We have spoken")
    world.forgets()


def test_a_case_is_handed_over_and_comes_back_when_nothing_is_done(world: World) -> None:
    counsellor, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
    mei = world.student("S1")
    cries(world, mei)
    counsellor.hears("Urgent")
    office.hears("Urgent")
    presses(world, counsellor, "I will take care of it")
    office.hears("C1 of the staff is looking after")
    assert presses(world, counsellor, "Pass on").labels == ["O1 of the staff", "Back"]
    assert "O1 of the staff looks after Student S1 now" in presses(world, counsellor, "O1 of the staff").text
    handed = office.hears("C1 of the staff hands Student S1 over to you")
    assert handed.labels[0] == "We have spoken"
    world.fast_forward(minutes=16)
    counsellor.hears("Urgent: Student S1", "O1 of the staff had taken this")
    office.hears("Urgent: Student S1")
    assert world.cases("S1") == [("urgent", "open")]
    presses(world, counsellor, "I will take care of it")
    presses(world, counsellor, "We have spoken")
    world.forgets()


def test_the_student_whose_problem_is_her_supervisor(world: World) -> None:
    """He supervises her and is her counsellor as well: she leaves him out, and he hears of nothing."""
    supervisor = world.staff("X1", "supervisor")
    both, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
    mei = world.student("S1")

    def supervises(conn: object) -> None:
        him, her = by_number(conn, "X1"), by_number(conn, "S1")  # type: ignore[arg-type]
        assert him is not None
        assert her is not None
        update_person(conn, her.id, supervisor_id=him.id)  # type: ignore[arg-type]

    world.app.database.write(supervises)
    mei.says("/notcounsellor")
    world.settle()
    mei.hears("the programme office hears of it in place of your counsellor")
    mei.says("hard")
    world.settle()
    offered = mei.hears("Who may know?")
    assert not [label for label in offered.labels if "ounsellor" in label or "upervisor" in label]
    presses(world, mei, "The programme office")
    world.fast_forward(hours=14)
    office.hears("Student S1 is having a hard time and has chosen you to know")
    cries(world, mei)
    office.hears("Urgent: Student S1")
    world.fast_forward(hours=2)
    assert "Thank you for taking this on" in _last_of(world, office, "I will take care of it").text
    assert both.unheard == []
    assert supervisor.unheard == []
    presses(world, office, "We have spoken")
    world.forgets()


def _last_of(world: World, phone: Phone, label: str) -> Message:
    while phone.unheard:
        phone.hears()
    return presses(world, phone, label)
