"""Talks: offered in the console, booked in chat, reminded; one is offered after a stay, later three questions come."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from bot.engine import talking
from bot.people.model import Person
from bot.people.store import by_number
from bot.talks import store
from bot.views.scope import scope_of
from bot.views.words import words_of
from tests.fakes.telegram_phone import Message, Phone
from tests.stories.world import World, instant, world_at

T = TypeVar("T")
START = "2026-11-24 02:00"
TALK = "2026-11-28 12:00"


def read(world: World, look: Callable[[Connection], T]) -> T:
    return world.app.database.read(look)


def person(world: World, number: str) -> Person:
    found = read(world, lambda conn: by_number(conn, number))
    assert found is not None
    return found


def offers(world: World, at: str, count: int = 1) -> int:
    now, teacher = world.clock.now(), person(world, "C1")
    return world.app.database.write(
        lambda conn: talking.offer(conn, teacher.id, instant(at), 30, count, "Room 204", now)
    )


def says(world: World, phone: Phone, words: str) -> Message:
    phone.says(words)
    world.settle()
    return phone.hears()


def presses(world: World, phone: Phone, button: str) -> Message:
    phone.presses(button)
    world.settle()
    return phone.hears()


def test_she_books_a_talk_during_her_stay_moves_it_and_both_are_reminded(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        teacher = world.staff("C1", "counsellor", scope="University")
        world.staff("C2", "counsellor", scope="University")
        mei = world.student("S1", "Oxford", "GB")
        ann = world.student("S2", "Oxford", "GB")
        world.forgets()
        assert "No times are offered" in says(world, mei, "/talk").text
        presses(world, mei, "I would like to talk")
        world.fast_forward(to=instant("2026-11-24 03:00"))
        teacher.hears("Student S1 would like to talk")
        assert offers(world, TALK, 2) == 2
        assert offers(world, TALK, 2) == 0  # the same times again
        asked = says(world, mei, "谈心")
        assert tuple(asked.labels[:2]) == ("Sat 28 Nov, 12:00", "Sat 28 Nov, 12:30")
        booked = presses(world, mei, "Sat 28 Nov, 12:00")
        assert "It is yours: Sat 28 Nov, 12:00 with C1 of the staff" in booked.text
        assert "Room 204" in booked.text
        teacher.hears("Student S1 has booked a talk with you")
        assert "Sat 28 Nov, 12:00" not in says(world, ann, "/talk").labels  # taken
        presses(world, mei, "Another time")
        presses(world, mei, "Sat 28 Nov, 12:30")
        world.forgets()
        assert "Sat 28 Nov, 12:00" in says(world, ann, "/talk").labels  # and free again
        world.fast_forward(to=instant("2026-11-27 13:00"))
        heard = [mei.hears().text for _ in list(mei.unheard)]
        assert any("your talk with C1 of the staff is on Sat 28 Nov, 12:30" in text for text in heard)
        world.forgets()
        world.fast_forward(to=instant("2026-11-28 12:00"))
        mei.hears("A small reminder")
        assert any("Your talk with Student S1" in teacher.hears().text for _ in list(teacher.unheard))
        world.fast_forward(hours=1)
        student, boss = person(world, "S1"), person(world, "C1")
        (talk,) = [
            one for one in read(world, lambda conn: store.of_staff(conn, boss.id, instant(START))) if one.person_id
        ]
        assert talk.person_id == student.id
        now = world.clock.now()
        assert world.app.database.write(lambda conn: talking.held(conn, talk.id, boss.id, now)) is not None
        world.forgets()


def test_what_is_taken_back_is_said_and_another_ones_times_are_not_hers(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        world.staff("C2", "counsellor", scope="University")
        mei = world.student("S1", "Oxford", "GB")
        other = world.student("S2", "Oxford", "GB", counsellor="C2")
        offers(world, TALK)
        assert "No times are offered" in says(world, other, "/talk").text
        says(world, mei, "/talk")
        presses(world, mei, "Sat 28 Nov, 12:00")
        now, boss = world.clock.now(), person(world, "C1")
        (talk,) = read(world, lambda conn: store.of_staff(conn, boss.id, now))
        assert world.app.database.write(lambda conn: talking.take_back(conn, talk.id, boss.id, now))
        world.settle()
        mei.hears("cannot make it", "is sorry")
        other.presses("I would like to talk")
        world.settle()
        world.forgets()
        world.fast_forward(to=instant("2026-11-28 13:00"))
        assert not [text for _ in list(mei.unheard) if "your talk with" in (text := mei.hears().text)]
        world.forgets()


def at_home(world: World) -> tuple[Phone, Phone]:
    world.app.rounds.batches.after_stays.asks = True
    teacher = world.staff("C1", "counsellor", scope="University")
    mei = world.student("S1", "Oxford", "GB", departs="2026-09-01", returns="2026-11-25")
    offers(world, "2026-11-30 08:00", 2)
    world.fast_forward(to=instant("2026-11-28 01:59"))
    world.forgets()
    return teacher, mei


def test_after_the_return_a_talk_is_offered_and_at_one_month_three_questions_come(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        teacher, mei = at_home(world)
        world.fast_forward(to=instant("2026-11-28 02:00"))
        mei.hears("Somebody would like to hear how it was at Host")
        presses(world, mei, "Mon 30 Nov, 16:00")
        world.fast_forward(to=instant("2026-12-25 10:29"))
        world.forgets()
        world.fast_forward(to=instant("2026-12-25 10:30"))
        asked = [mei.hears().text for _ in list(mei.unheard)]
        (month,) = [text for text in asked if "A month back from Host" in text]
        assert "your report about the stay" in month
        assert "1 of 3" in presses(world, mei, "Three questions").text
        assert "2 of 3" in says(world, mei, "It is quiet here.").text
        assert "3 of 3" in presses(world, mei, "Pass this one by").text
        assert "Your counsellor reads it" in says(world, mei, "The refund of the flight.").text
        world.fast_forward(hours=24)
        assert any("has said how it goes on" in teacher.hears().text for _ in list(teacher.unheard))
        student, boss = person(world, "S1"), person(world, "C1")
        scope = read(world, lambda conn: scope_of(conn, boss))
        assert scope is not None
        said = [one.text for one in read(world, lambda conn: words_of(conn, scope, student))]
        assert {"It is quiet here.", "The refund of the flight."} <= set(said)
        world.forgets()


def test_stop_means_stop_and_nobody_asks_more_than_twice(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        _, mei = at_home(world)
        world.fast_forward(to=instant("2026-12-04 03:00"))
        heard = [mei.hears().text for _ in list(mei.unheard)]
        assert sum("Somebody would like to hear" in text or "The offer still stands" in text for text in heard) == 2
        assert "we ask nothing more" in presses(world, mei, "No more of these").text
        world.fast_forward(days=100)
        told = [mei.hears().text for _ in list(mei.unheard)]
        assert not [text for text in told if "back from Host" in text]
        world.forgets()


def test_stop_can_be_written_too_with_or_without_a_question_that_waits(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        _, mei = at_home(world)
        says(world, mei, "stop")
        world.forgets()
        ann = world.student("S2", "Oxford", "GB", departs="2026-09-01", returns="2026-11-25", language="zh")
        world.fast_forward(to=instant("2026-11-28 02:01"))
        world.forgets()
        assert "we ask nothing more" in says(world, mei, "Stop!").text
        world.fast_forward(to=instant("2026-12-26 03:00"))
        world.forgets()
        presses(world, ann, "三个小问题")
        assert "以后不再问你" in says(world, ann, "以后别问了").text
        said = read(world, lambda conn: [one.answers for one in store.follow_ups_of(conn, person(world, "S2").id)])
        assert not any(said)  # it is no answer
        assert "没看懂" in says(world, ann, "停").text  # there is nothing left to stop
        world.forgets()


def test_a_stay_that_is_extended_is_followed_from_its_new_end(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        _, mei = at_home(world)
        world.changes_trip("S1", returns="2026-12-20")
        world.forgets()
        world.fast_forward(to=instant("2026-12-22 02:00"))
        heard = [mei.hears().text for _ in list(mei.unheard)]
        assert not [text for text in heard if "would like to hear how it was" in text]
        world.fast_forward(to=instant("2026-12-23 02:00"))
        assert any("would like to hear how it was" in mei.hears().text for _ in list(mei.unheard))
        world.forgets()
