"""What goes wrong at the platform with one message: it asks us to wait, fails, says nothing, or knows nobody there."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.addresses import store as addresses
from bot.addresses.model import AddressState
from bot.engine.people_moves import enrol
from bot.outbox.store import outbox
from bot.people.store import by_number
from bot.views.outbox_list import messages
from bot.views.scope import Scope
from tests.fakes.telegram_failures import (
    chat_not_found,
    deactivated,
    migrated,
    server_error,
    silence_after_accepting,
    too_many,
)
from tests.stories.world import World, instant, world_at

MONDAY = "2026-11-23 12:00"
ASKED = instant("2026-11-24 23:30")  # Tuesday, half past six in New York
QUESTION = "How has your week been?"


def listed(world: World, number: str, kind: str) -> list[dict[str, str]]:
    """What `yanxin outbox` lists of one person's messages of a kind."""
    rows = world.app.database.read(lambda conn: list(messages(conn, Scope.everything(), None)))
    return [row for row in rows if (row["number"], row["kind"]) == (number, kind)]


def web_page(world: World, number: str) -> None:
    """Give somebody a page as her second address."""
    with world.app.database.engine.connect() as conn:
        person = by_number(conn, number)
    assert person is not None
    now = world.clock.now()
    world.app.database.write(
        lambda conn: enrol(
            conn,
            person.id,
            addresses.put(conn, person.id, "web", "web", f"page of {number}", AddressState.WORKING, now),
            now,
            world.app.programmes,
        )
    )
    world.settle()


def address_states(world: World, number: str) -> list[str]:
    query = select(addresses.addresses.c.state).order_by(addresses.addresses.c.position)
    person = world.app.database.read(lambda conn: by_number(conn, number))
    assert person is not None
    return world.app.database.read(
        lambda conn: list(conn.execute(query.where(addresses.addresses.c.person_id == person.id)).scalars())
    )


def test_when_telegram_asks_for_a_pause_the_whole_account_pauses_and_nothing_is_lost(tmp_path: Path) -> None:
    with world_at(tmp_path, MONDAY) as world:
        world.staff("C1", "counsellor")
        mei, li = world.student("S1"), world.student("S2", "London", "GB")
        world.telegram.fails("sendMessage", too_many(90), phone=mei)
        world.fast_forward(instant("2026-11-24 18:30"))
        li.hears(QUESTION)
        world.fast_forward(ASKED)
        tries = len(world.telegram.calls_of("sendMessage"))
        li.presses("Fine")
        world.fast_forward(seconds=80)
        assert len(world.telegram.calls_of("sendMessage")) == tries
        assert (mei.unheard, li.unheard) == ([], [])
        world.fast_forward(seconds=20)
        mei.hears(QUESTION)
        li.hears("thank you")
        assert [row["state"] for row in listed(world, "S1", "question")] == ["accepted"]
        mei.presses("Fine")
        world.settle()
        mei.hears("thank you")


def test_a_server_error_only_delays_the_question(tmp_path: Path) -> None:
    with world_at(tmp_path, MONDAY) as world:
        world.staff("C1", "counsellor")
        mei = world.student("S1")
        world.telegram.fails("sendMessage", *[server_error(502)] * 8)  # more than any count of copies
        world.fast_forward(ASKED + timedelta(minutes=5))
        assert mei.unheard == []
        assert listed(world, "S1", "question")[0]["reason"] == "server_error"
        world.fast_forward(minutes=30)
        mei.hears(QUESTION)
        mei.presses("Fine")
        world.settle()
        mei.hears("thank you")


def test_after_a_time_out_the_question_goes_again_and_a_reminder_does_not(tmp_path: Path) -> None:
    with world_at(tmp_path, MONDAY, limits={"telegram_timeout_seconds": 1}) as world:
        world.staff("C1", "counsellor")
        mei = world.student("S1")
        world.telegram.fails("sendMessage", silence_after_accepting(), phone=mei)
        world.fast_forward(ASKED + timedelta(minutes=1))
        first, again = mei.hears(QUESTION), mei.hears(QUESTION)
        assert first.text == again.text
        world.telegram.fails("sendMessage", silence_after_accepting(), phone=mei)
        world.fast_forward(hours=20)
        mei.hears("have not heard back")
        (reminder,) = listed(world, "S1", "reminder")
        assert (reminder["state"], reminder["reason"], reminder["tries"]) == ("unknown", "timed_out", "1")
        mei.presses("Fine", first)  # either copy will do
        world.settle()
        mei.hears("thank you")
        assert world.responses("S1")[-1]["answer"] == "fine"


def test_whoever_blocks_the_bot_is_asked_on_her_page_and_on_telegram_again_once_she_unblocks_it(
    tmp_path: Path,
) -> None:
    with world_at(tmp_path, MONDAY) as world:
        world.staff("C1", "counsellor")
        mei = world.student("S1", departs="2026-11-20")
        web_page(world, "S1")
        mei.has_blocked = True  # and Telegram has not told us yet
        world.fast_forward(ASKED)
        (question,) = listed(world, "S1", "question")[-1:]
        assert (question["channel"], question["state"], question["tries"]) == ("web", "accepted", "2")
        assert address_states(world, "S1") == ["gone", "working"]
        mei.unblocks()
        world.settle()
        assert address_states(world, "S1") == ["working", "working"]
        world.forgets()
        world.fast_forward(ASKED + timedelta(days=7))
        assert listed(world, "S1", "question")[-1]["channel"] == "telegram"
        world.forgets()


def test_a_question_that_never_got_out_is_asked_as_soon_as_she_unblocks_the_bot(tmp_path: Path) -> None:
    with world_at(tmp_path, MONDAY) as world:
        world.staff("C1", "counsellor")
        told, untold, held = (world.student(number) for number in ("S1", "S2", "S3"))
        told.blocks()  # Telegram tells us at once
        world.settle()
        untold.has_blocked = True  # we find out when we ask
        world.telegram.fails("sendMessage", too_many(60), phone=held)
        world.fast_forward(ASKED + timedelta(seconds=1))
        held.blocks()
        held.unblocks()  # while her question waits for its next try: it goes once
        told.unblocks()
        untold.unblocks()
        world.settle()
        world.fast_forward(minutes=3)
        for phone in (told, untold, held):
            greeting, question = phone.hears(), phone.hears()
            assert QUESTION in (greeting.text + question.text)
            assert phone.unheard == []
            phone.presses("Fine")
            world.settle()
            phone.hears("thank you")
        told.blocks()
        told.unblocks()  # what is answered is not asked again
        world.settle()
        told.hears()
        assert told.unheard == []
        assert [world.responses(one)[-1]["answer"] for one in ("S1", "S2", "S3")] == ["fine"] * 3


def test_whoever_cannot_be_reached_at_all_is_unreached_and_not_silent(tmp_path: Path) -> None:
    with world_at(tmp_path, MONDAY) as world:
        counsellor = world.staff("C1", "counsellor")
        gone, wrong = world.student("S1"), world.student("S2")
        world.telegram.fails("sendMessage", deactivated(), phone=gone)
        world.telegram.fails("sendMessage", chat_not_found(), phone=wrong)
        world.fast_forward(days=5)
        for number, state in (("S1", "gone"), ("S2", "wrong")):
            assert address_states(world, number) == [state]
            (question,) = listed(world, number, "question")
            assert (question["state"], question["reason"]) == ("failed", "no_address")
            assert world.responses(number)[-1]["state"] == "unreached"
            assert world.cases(number) == [("unreached", "open")]
        heard = [counsellor.hears().text for _ in range(2)]
        assert all(any(f"Student {number}" in text for text in heard) for number in ("S1", "S2"))
        world.forgets()


def test_a_chat_that_moved_gets_the_same_question_at_its_new_place(tmp_path: Path) -> None:
    with world_at(tmp_path, MONDAY) as world:
        world.staff("C1", "counsellor")
        mei = world.student("S1")
        moved_to = world.telegram.phone("S1's phone, later")
        world.telegram.fails("sendMessage", migrated(moved_to.chat_id), phone=mei)
        world.fast_forward(ASKED + timedelta(seconds=1))
        moved_to.hears(QUESTION)
        moved_to.presses("Fine")
        world.settle()
        moved_to.hears("thank you")
        assert world.responses("S1")[-1]["answer"] == "fine"
        query = select(outbox.c.tries).where(outbox.c.kind == "question")
        assert world.app.database.read(lambda conn: list(conn.execute(query).scalars())) == [2]
