"""A session from its invitation to its start: who is asked and reminded when, and what a change does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.branches import off as branches_off
from bot.engine.delivery import still_wanted
from bot.engine.life import sign_of_life
from bot.engine.people_moves import leave as leave_service
from bot.engine.people_moves import pause
from bot.engine.sessions import cancel as call_off
from bot.outbox import store as outbox_store
from bot.outbox.model import OutboxState
from bot.prompts.model import State
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Rsvp
from bot.sessions.store import session_invitations, session_replies, sessions
from bot.views.person import view_person
from bot.views.responses import responses
from bot.views.scope import Scope
from tests.support.school import School, utc
from tests.support.sessions import (
    START,
    branch,
    cancel,
    change,
    create,
    invitation,
    join,
    leave,
    move,
    plan,
    reply,
    row_of,
    told,
)

BERLIN = "Europe/Berlin"


@pytest.fixture
def mei(school: School) -> int:
    """Return a student in Berlin, in the branch B1, on a Tuesday evening in October."""
    school.until(utc("2026-10-20 16:00"))
    person = school.student("S1", zone=BERLIN, country="DE")
    branch(school, [person])
    return person


def test_every_member_is_asked_and_nobody_else(school: School, mei: int) -> None:
    other = school.student("S2", zone=BERLIN)
    made = create(school)
    assert told(school, mei) == [("question", "10-20 16:00")]
    assert told(school, other) == []
    assert invitation(school, made, mei).state is State.OPEN
    assert invitation(school, made, mei).asked_at == school.now


def test_nobody_is_asked_in_her_night(school: School, mei: int) -> None:
    school.until(utc("2026-10-20 22:00"))  # midnight in Berlin
    create(school)
    school.until(utc("2026-10-21 12:00"))
    assert told(school, mei) == [("question", "10-21 05:00")]


def test_the_silent_are_asked_once_a_day_until_the_deadline(school: School, mei: int) -> None:
    create(school)  # replies are wanted until Friday 10:00 UTC
    school.until(START + timedelta(days=1))
    chased = [("question", "10-20 16:00"), ("reminder", "10-21 16:00"), ("reminder", "10-22 16:00")]
    assert told(school, mei) == [*chased, ("here", "10-24 10:00")]  # once more as it begins: she may come all the same


def test_a_chase_waits_for_the_morning(school: School, mei: int) -> None:
    create(school)
    school.stop_until(utc("2026-10-21 22:30"))  # down until after midnight
    school.until(utc("2026-10-22 12:00"))
    assert told(school, mei) == [("question", "10-20 16:00"), ("reminder", "10-22 05:00")]


@pytest.mark.parametrize(
    ("word", "reminders"),
    [(Rsvp.YES, ["10-23 10:00", "10-24 09:00", "10-24 09:50"]), (Rsvp.NO, []), (Rsvp.MAYBE, [])],
)
def test_only_those_who_come_are_reminded(school: School, mei: int, word: Rsvp, reminders: list[str]) -> None:
    made = create(school)
    reply(school, made, mei, word)
    school.until(START + timedelta(hours=2))
    here = [] if word is Rsvp.NO else [("here", "10-24 10:00")]
    assert told(school, mei) == [("question", "10-20 16:00"), *(("soon", at) for at in reminders), *here]


def test_the_day_before_nobody_is_woken_but_right_before_she_is(school: School, mei: int) -> None:
    made = create(school, starts_at=utc("2026-10-24 02:00"))  # four in the morning in Berlin
    reply(school, made, mei, Rsvp.YES)
    school.until(START)
    reminders = [("soon", "10-23 05:00"), ("soon", "10-24 01:00"), ("soon", "10-24 01:50")]
    assert told(school, mei)[1:] == [*reminders, ("here", "10-24 02:00")]


def test_a_reply_can_change_until_the_start_and_every_one_is_kept(school: School, mei: int) -> None:
    made = create(school)
    assert reply(school, made, mei, Rsvp.NO) == "recorded"
    assert reply(school, made, mei, Rsvp.YES) == "changed"
    assert row_of(school, session_invitations, person_id=mei).reply == "yes"
    school.until(START)
    assert reply(school, made, mei, Rsvp.NO) == "begun"
    replies = school.db.read(lambda conn: conn.execute(session_replies.select()).all())
    assert [one.reply for one in replies] == ["no", "yes"]


def test_a_message_of_hers_is_no_reply(school: School, mei: int) -> None:
    made = create(school)
    school.do(lambda conn: sign_of_life(conn, mei, school.now))
    assert invitation(school, made, mei).state is State.OPEN


def test_after_a_cancel_everybody_hears_it_once_and_nothing_more(school: School, mei: int) -> None:
    made = create(school)
    reply(school, made, mei, Rsvp.YES)
    school.until(utc("2026-10-22 12:00"))
    cancel(school, made)
    school.until(START + timedelta(days=2))
    assert told(school, mei) == [("question", "10-20 16:00"), ("cancelled", "10-22 12:00")]
    assert reply(school, made, mei, Rsvp.YES) == "cancelled"


def test_whoever_never_heard_of_it_hears_nothing_of_its_end(school: School, mei: int) -> None:
    school.until(utc("2026-10-20 22:00"))
    made = create(school)
    cancel(school, made)
    school.until(START)
    assert told(school, mei) == []


def test_a_move_is_told_once_and_takes_the_reminders_along(school: School, mei: int) -> None:
    made = create(school)
    reply(school, made, mei, Rsvp.YES)
    school.until(utc("2026-10-22 12:00"))
    move(school, made, days=1)
    school.until(START + timedelta(days=2))
    assert told(school, mei)[1:] == [
        ("moved", "10-22 12:00"),
        ("soon", "10-24 10:00"),
        ("soon", "10-25 09:00"),
        ("soon", "10-25 09:50"),
        ("here", "10-25 10:00"),
    ]
    found = row_of(school, sessions, id=made.id)
    assert (found.sequence, found.moved_from) == (1, START)


def test_two_moves_in_her_night_are_one_message(school: School, mei: int) -> None:
    made = create(school)
    school.until(utc("2026-10-21 22:00"))
    once = move(school, made, hours=1)
    move(school, once, hours=1)
    school.until(utc("2026-10-22 08:00"))
    assert [one for one in told(school, mei) if one[0] == "moved"] == [("moved", "10-22 05:00")]
    (data,) = school.db.read(
        lambda conn: list(
            conn.execute(
                outbox_store.outbox.select().where(
                    outbox_store.outbox.c.template == "session/moved",
                    outbox_store.outbox.c.state == OutboxState.ACCEPTED.value,
                )
            )
        )
    )
    assert data.data["old_at"] == START.isoformat()


def test_a_move_and_back_in_her_night_is_nothing_to_tell(school: School, mei: int) -> None:
    made = create(school)
    school.until(utc("2026-10-21 22:00"))
    once = move(school, made, hours=1)
    move(school, once, hours=-1)
    school.until(utc("2026-10-22 08:00"))
    assert [name for name, _ in told(school, mei)].count("moved") == 0


def test_a_move_ten_minutes_before_is_told_at_once_even_at_night(school: School, mei: int) -> None:
    made = create(school, starts_at=utc("2026-10-24 02:00"))
    reply(school, made, mei, Rsvp.YES)
    school.until(utc("2026-10-24 01:51"))
    move(school, made, minutes=45)
    school.until(START)
    assert told(school, mei)[-3:] == [("moved", "10-24 01:51"), ("soon", "10-24 02:35"), ("here", "10-24 02:45")]


def test_what_is_in_flight_when_it_moves_is_dropped_at_the_last_look(school: School, mei: int) -> None:
    made = create(school)
    reply(school, made, mei, Rsvp.YES)
    school.works = set()
    school.until(utc("2026-10-24 09:50"))
    (row,) = school.db.read(
        lambda conn: list(
            conn.execute(
                outbox_store.outbox.select().where(
                    outbox_store.outbox.c.template == "session/soon",
                    outbox_store.outbox.c.created_at == utc("2026-10-24 09:50"),
                )
            )
        )
    )
    school.do(lambda conn: outbox_store.update(conn, row.id, state=OutboxState.SENDING.value))
    message = school.db.read(lambda conn: outbox_store.by_id(conn, row.id))
    assert message is not None
    assert school.db.read(lambda conn: still_wanted(conn, message, school.now)) is None
    school.now += timedelta(seconds=20)
    move(school, made, hours=1)
    verdict = school.db.read(lambda conn: still_wanted(conn, message, school.now))
    assert verdict is not None
    assert verdict.reason == "session_changed"


def test_who_leaves_the_branch_leaves_its_invitations(school: School, mei: int) -> None:
    made = create(school)
    reply(school, made, mei, Rsvp.YES)
    leave(school, mei)
    assert reply(school, made, mei, Rsvp.NO) == "refused"  # also before the clock has looked
    school.until(START + timedelta(hours=1))
    assert [name for name, _ in told(school, mei)] == ["question"]
    assert invitation(school, made, mei).state is State.WITHDRAWN


def test_in_a_country_where_branches_are_off_nobody_is_invited_while_she_is_there(school: School, mei: int) -> None:
    school.do(lambda conn: branches_off.sync(conn, ["DE"]))
    made = create(school)
    assert told(school, mei) == []
    school.do(lambda conn: branches_off.sync(conn, ["FR"]))
    school.work_off()
    assert [name for name, _ in told(school, mei)] == ["question"]
    reply(school, made, mei, Rsvp.YES)
    school.do(lambda conn: branches_off.sync(conn, ["DE"]))
    school.until(START)
    assert [name for name, _ in told(school, mei)] == ["question"]
    school.do(lambda conn: branches_off.sync(conn, []))


def test_who_joins_is_invited_and_who_comes_back_too(school: School, mei: int) -> None:
    made = create(school)
    late = school.student("S2", zone=BERLIN)
    found = row_of(school, sessions, id=made.id)
    school.until(utc("2026-10-21 09:00"))
    join(school, found.branch_id, late)
    assert told(school, late) == [("question", "10-21 09:00")]
    leave(school, mei)
    school.until(utc("2026-10-21 10:00"))
    school.work_off()
    join(school, found.branch_id, mei)
    assert [name for name, _ in told(school, mei)] == ["question", "question"]
    assert invitation(school, made, mei).state is State.OPEN


def test_who_leaves_the_service_hears_no_more(school: School, mei: int) -> None:
    made = create(school)
    school.do(lambda conn: leave_service(conn, mei, school.now, school.programmes))
    school.until(START)
    assert [name for name, _ in told(school, mei)] == ["question"]
    assert invitation(school, made, mei).state is State.WITHDRAWN


def test_a_pause_holds_the_question_back(school: School, mei: int) -> None:
    day = utc("2026-10-22 00:00").date()
    school.do(lambda conn: pause(conn, mei, day, school.now, school.programmes))
    create(school)
    school.until(utc("2026-10-23 12:00"))
    assert told(school, mei) == [("question", "10-23 05:00")]


def test_who_is_linked_later_is_asked_then(school: School, mei: int) -> None:
    late = school.student("S2", zone=BERLIN, channels=())
    found = row_of(school, session_invitations, person_id=mei)
    assert found is None
    join(school, 1, late)
    create(school)
    school.until(utc("2026-10-21 09:00"))
    assert told(school, late) == []
    school.link(late)
    school.until(utc("2026-10-21 20:00"))
    assert told(school, late) == [("question", "10-21 16:00")]


def test_a_new_link_is_told_and_the_hour_stays(school: School, mei: int) -> None:
    made = create(school)
    change(school, made, link="https://meet.example.edu/new")
    assert [name for name, _ in told(school, mei)] == ["question", "moved"]
    assert row_of(school, sessions, id=made.id).moved_from is None


def test_a_new_deadline_alone_is_no_news(school: School, mei: int) -> None:
    made = create(school)
    change(school, made, rsvp_by=utc("2026-10-21 10:00"))
    school.until(START)
    assert [name for name, _ in told(school, mei)] == ["question", "here"]
    assert row_of(school, sessions, id=made.id).sequence == 0


@pytest.mark.usefixtures("mei")
def test_what_cannot_be_is_refused(school: School) -> None:
    made = create(school)
    quiet = school.db.read(school.programmes.current).quiet
    refusals: list[tuple[Fault, Callable[[], Any]]] = [
        (Fault.BRANCH, lambda: create(school, "no such")),
        (Fault.NOTHING, lambda: change(school, made, title=plan().title)),
        (Fault.UNKNOWN, lambda: school.do(lambda conn: call_off(conn, 99, None, school.now, quiet))),
        (Fault.UNKNOWN, lambda: school.do(lambda conn: call_off(conn, 2**70, None, school.now, quiet))),
    ]
    for fault, work in refusals:
        with pytest.raises(SessionRefused) as refused:
            work()
        assert refused.value.fault is fault
    school.until(START)
    with pytest.raises(SessionRefused) as refused:
        move(school, made, hours=1)
    assert refused.value.fault is Fault.BEGUN


@pytest.mark.usefixtures("mei")
def test_what_is_cancelled_cannot_be_moved(school: School) -> None:
    made = create(school)
    cancel(school, made)
    with pytest.raises(SessionRefused) as refused:
        move(school, made, hours=1)
    assert refused.value.fault is Fault.CANCELLED


@pytest.mark.usefixtures("mei")
def test_it_is_sealed_and_no_safety_page_knows_of_it(school: School) -> None:
    create(school, material="秘密")
    raw = school.db.read(lambda conn: conn.execute(text("SELECT title, link, material FROM sessions")).one())
    assert all("学习" not in part and "meet" not in part and "秘密" not in part for part in raw)
    shown = school.db.read(lambda conn: list(responses(conn, Scope.everything(), None, school.now)))
    assert all(row["kind"] != "session" for row in shown)
    page = school.db.read(lambda conn: view_person(conn, Scope.everything(), "S1", school.now))
    assert page is not None
    assert "session" not in repr(page)


def test_the_whole_of_it_on_each_database(any_school: School) -> None:
    school = any_school
    school.until(utc("2026-10-20 16:00"))
    mei, wen = (school.student(number, zone=BERLIN, country="DE") for number in ("S1", "S2"))
    branch(school, [mei, wen])
    made = create(school)
    reply(school, made, mei, Rsvp.YES)
    school.until(utc("2026-10-21 17:00"))
    leave(school, wen)
    school.until(utc("2026-10-22 12:00"))
    move(school, made, hours=1)
    school.until(utc("2026-10-23 12:00"))
    cancel(school, made)
    assert [name for name, _ in told(school, mei)] == ["question", "moved", "soon", "cancelled"]
    assert [name for name, _ in told(school, wen)] == ["question", "reminder"]
