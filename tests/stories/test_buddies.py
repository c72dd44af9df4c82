"""Two friends in one city look out for each other: one falls silent, the other is asked one question and no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.telegram_phone import Phone
from tests.stories.world import World, instant, world_at

QUESTION = "How has your week been?"
REACH = "Can you reach Student S1?"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_at(tmp_path, "2026-11-23 15:00") as made:
        yield made


@pytest.fixture
def counsellor(world: World) -> Phone:
    world.staff("O1", "office", linked=False)
    return world.staff("C1", "counsellor")


@pytest.fixture
def lin(world: World, counsellor: Phone) -> Phone:
    """The one who falls silent."""
    assert counsellor is not None
    return world.student("S1", "Boston")


@pytest.fixture
def mei(world: World, lin: Phone) -> Phone:
    """Her friend, who answers on Tuesday evening."""
    assert lin is not None
    return world.student("S2", "Boston")


def says(world: World, phone: Phone, text: str) -> None:
    phone.says(text)
    world.settle()


def presses(world: World, phone: Phone, label: str) -> None:
    phone.presses(label)
    world.settle()


def agree(world: World, lin: Phone, mei: Phone) -> None:
    """Monday morning in Boston: one asks by number, the other says yes."""
    says(world, lin, "/buddy S2")
    lin.hears("If S2 is a student here, your question is on its way.")
    mei.hears("Student S1 would like you two to look out for each other.")
    presses(world, mei, "Yes, gladly")
    mei.hears("Done: you and Student S1 look out for each other now")
    lin.hears("Done: you and Student S2 look out for each other now")


def silent_until_missed(world: World, lin: Phone, mei: Phone) -> None:
    """Both are asked on Tuesday; Mei answers, Lin does not, and is missed on Thursday at 18:00."""
    world.fast_forward(instant("2026-11-24 23:30"))
    lin.hears(QUESTION)
    mei.hears(QUESTION)
    presses(world, mei, "Fine")
    mei.hears("thank you for telling us")
    world.fast_forward(instant("2026-11-26 22:59"))
    while lin.unheard:
        lin.hears()  # reminders


def test_a_friend_is_asked_before_anybody_in_an_office_and_sees_nothing_else(
    world: World, lin: Phone, mei: Phone, counsellor: Phone
) -> None:
    agree(world, lin, mei)
    silent_until_missed(world, lin, mei)
    assert mei.unheard == counsellor.unheard == []
    world.fast_forward(instant("2026-11-26 23:00"))
    question = mei.hears(REACH)
    assert counsellor.unheard == []
    assert question.labels[:3] == ["I can, I will try", "I cannot right now", "We have been in touch: all is well"]
    for told in ("SOS", "S1 ·", "Boston", "answer", "http", "Phone"):
        assert told not in question.text
    presses(world, mei, "I can, I will try")
    mei.hears("Thank you. When you have been in touch with Student S1")
    presses(world, mei, "all is well")
    mei.hears("That is good to hear")
    says(world, lin, "sorry, my phone was broken")
    world.forgets()
    world.fast_forward(days=3)
    assert len(world.reads_digests(counsellor)) == 1
    assert ("missed", "resolved") in world.cases("S1")


def test_the_friend_hears_the_all_clear_and_an_old_button_is_over(world: World, lin: Phone, mei: Phone) -> None:
    agree(world, lin, mei)
    silent_until_missed(world, lin, mei)
    world.fast_forward(instant("2026-11-26 23:05"))
    question = mei.hears(REACH)
    presses(world, lin, "Fine")
    lin.hears("thank you for telling us")
    mei.hears("We have heard from Student S1. Thank you for looking out!")
    mei.presses("I cannot right now", question)
    world.settle()
    mei.hears("This is over, there is nothing left for you to do.")
    says(world, lin, "/mydata")
    assert "you did not answer: Student S2 (your buddy)" in lin.hears("Who was told about you lately:").text


def test_whoever_ends_it_is_not_asked_and_nobody_hears_of_it(
    world: World, lin: Phone, mei: Phone, counsellor: Phone
) -> None:
    agree(world, lin, mei)
    says(world, mei, "/buddy")
    mei.hears("You have agreed with:")
    presses(world, mei, "Student S1")
    mei.hears("You can end it here. Nobody hears of it.")
    presses(world, mei, "End it")
    mei.hears("Ended.")
    silent_until_missed(world, lin, mei)
    world.fast_forward(days=1)
    assert mei.unheard == []
    counsellor.hears("Student S1 has not answered.")
    says(world, lin, "/buddy")
    assert "Student S2, while you are in the same city" in lin.hears("You have agreed with:").text
    world.forgets()


def test_a_friend_who_is_missing_herself_is_not_asked(world: World, lin: Phone, mei: Phone, counsellor: Phone) -> None:
    agree(world, lin, mei)
    world.fast_forward(instant("2026-11-27 12:00"))  # neither of them has answered since Tuesday
    for phone in (lin, mei):
        heard = []
        while phone.unheard:
            heard.append(phone.hears().text)
        assert QUESTION in heard[0]
        assert not any("Can you reach" in text for text in heard)
    names = {counsellor.hears("has not answered.").text.partition(" has not")[0] for _ in range(2)}
    assert names == {"Student S1", "Student S2"}
    (digest,) = world.reads_digests(counsellor)
    assert "2 abroad: 2 silent" in digest
