"""Talks: somebody of the staff offers times, a student books one of them, both are reminded, either lets it go.

She sees the times of whoever looks after her, and of nobody whom she left out. Each is a transaction of the caller's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.engine.telling import not_before_her_morning, tell
from bot.engine.who_helps import load_helpers
from bot.journal import store as journal
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.people import store as people
from bot.people.model import Person
from bot.talks import store
from bot.talks.model import FURTHEST, LONGEST, MOST_AT_ONCE, SHORTEST, Talk
from bot.talks.rules import next_reminder, overlaps

SHOWN = 5
"""How many times are shown at once."""


def offer(
    conn: Connection, staff_id: int, starts_at: datetime, minutes: int, count: int, place: str, now: datetime
) -> int:
    """Offer `count` times in a row and return how many are new; those that meet one of hers are left out.

    ValueError for numbers that make no sense, or a time that is over or too far ahead.
    """
    if not SHORTEST <= minutes <= LONGEST or not 1 <= count <= MOST_AT_ONCE:
        raise ValueError("minutes or number")
    if not now < starts_at < now + FURTHEST:
        raise ValueError("time")
    known = store.of_staff(conn, staff_id, now - timedelta(minutes=LONGEST))
    made = 0
    for place_in_row in range(count):
        begins = starts_at + timedelta(minutes=minutes * place_in_row)
        ends = begins + timedelta(minutes=minutes)
        if not any(overlaps(begins, ends, one.starts_at, one.ends_at) for one in known):
            store.add(conn, staff_id, begins, minutes, place, now)
            made += 1
    if made:
        journal.write(conn, [journal.line(now, "talk.offered", person_id=None, actor_id=staff_id, count=made)])
    return made


def free_for(conn: Connection, student: Person, now: datetime, most: int = SHOWN) -> list[Talk]:
    """Return the times that a student may book, the next first."""
    return store.free(conn, _helpers(conn, student), now, most)


def book(conn: Connection, talk_id: int, student: Person, now: datetime) -> Talk | None:
    """Book a time for her; one that she had before is free again. None when it cannot be had."""
    talk = store.by_id(conn, talk_id)
    if talk is None or talk.staff_id not in _helpers(conn, student):
        return None
    if talk.person_id == student.id and talk.withdrawn_at is None:
        return talk
    if not store.take(conn, talk_id, student.id, next_reminder(talk.starts_at, now), now):
        return None
    for before in store.booked_by(conn, student.id, now):
        if before.id != talk_id:
            let_go(conn, before, student.id, now)
    not_again(conn, student.id)
    _note(conn, "talk.booked", talk, student.id, student.id, now)
    _tell_staff(conn, talk, "staff/talk_booked", student.id, now)
    return store.by_id(conn, talk_id)


def not_again(conn: Connection, person_id: int) -> None:
    """Withdraw what was to ask her once more after a stay, and waits for her morning: she has said something."""
    waits = (
        outbox.c.person_id == person_id,
        outbox.c.key.like("follow:%:by_hand:%"),
        outbox.c.state == OutboxState.WAITING.value,
    )
    conn.execute(outbox.update().where(*waits).values(state=OutboxState.WITHDRAWN.value, reason="not_wanted"))


def let_go(conn: Connection, talk: Talk, person_id: int, now: datetime) -> bool:
    """Let her booking go and tell whoever has kept the time; False when it was not hers."""
    if not store.give_back(conn, talk.id, person_id):
        return False
    _note(conn, "talk.let_go", talk, person_id, person_id, now)
    _tell_staff(conn, talk, "staff/talk_let_go", person_id, now)
    return True


def take_back(conn: Connection, talk_id: int, staff_id: int, now: datetime) -> bool:
    """Offer a time no more; whoever has booked it hears so. False when it is not theirs, or over."""
    talk = store.by_id(conn, talk_id)
    if talk is None or talk.staff_id != staff_id or talk.withdrawn_at is not None or talk.starts_at <= now:
        return False
    store.change(conn, talk.id, withdrawn_at=now, next_at=None)
    _note(conn, "talk.taken_back", talk, talk.person_id, staff_id, now)
    if talk.person_id is not None:
        _tell_student(conn, talk, talk.person_id, "talk/taken_back", "back", now)
    return True


def held(conn: Connection, talk_id: int, staff_id: int, now: datetime) -> Talk | None:
    """Say that both have spoken; None when it is not theirs or nobody had booked it."""
    talk = store.by_id(conn, talk_id)
    if talk is None or talk.staff_id != staff_id or talk.person_id is None or talk.starts_at > now:
        return None
    if talk.held_at is None:
        store.change(conn, talk.id, held_at=now, next_at=None)
        _note(conn, "talk.held", talk, talk.person_id, staff_id, now)
    return talk


def asked_for(conn: Connection, student: Person, now: datetime) -> Sequence[int]:
    """Let whoever looks after her know that she would like a talk and finds no time; return whom, once a day each."""
    helpers = load_helpers(conn, [student])
    counsellor = helpers.counsellor_of(student)
    told = [counsellor] if counsellor is not None else helpers.office_of(student)
    for helper_id in told:
        tell(
            conn,
            helper_id,
            Kind.NOTICE,
            "staff/talk_wanted",
            key=f"talk:wanted:{student.id}:{helper_id}:{now.date().isoformat()}",
            priority=Priority.PROMPT,
            now=now,
            about_id=student.id,
            not_before=not_before_her_morning(conn, helper_id, now),
        )
    journal.write(conn, [journal.line(now, "talk.wanted", person_id=student.id)])
    return told


def go_on(conn: Connection, talk: Talk, now: datetime) -> None:
    """Remind both of a talk, and plan the next reminder."""
    if talk.person_id is not None and talk.withdrawn_at is None and talk.starts_at > now:
        name = f"remind:{int(talk.starts_at.timestamp())}:{int((talk.next_at or now).timestamp())}"
        _tell_student(conn, talk, talk.person_id, "talk/reminder", name, now)
        _tell_staff(conn, talk, "staff/talk_reminder", talk.person_id, now, name)
    store.change(conn, talk.id, next_at=next_reminder(talk.starts_at, max(now, talk.next_at or now)))


def shown(conn: Connection, talk: Talk) -> dict[str, Any]:
    """Return what a message says of a talk, as plain JSON."""
    staff = people.by_id(conn, talk.staff_id)
    return {
        "id": talk.id,
        "with": "" if staff is None else staff.name,
        "starts_at": talk.starts_at.isoformat(),
        "minutes": talk.minutes,
        "place": talk.place,
    }


def _helpers(conn: Connection, student: Person) -> set[int]:
    helpers = load_helpers(conn, [student])
    counsellor = helpers.counsellor_of(student)
    return {*helpers.office_of(student), *([] if counsellor is None else [counsellor])}


def _tell_student(conn: Connection, talk: Talk, person_id: int, template: str, name: str, now: datetime) -> None:
    tell(
        conn,
        person_id,
        Kind.NOTICE,
        template,
        key=f"talk:{talk.id}:{person_id}:{name}",
        priority=Priority.PROMPT,
        now=now,
        data={"talk": shown(conn, talk)},
        expires_at=talk.starts_at,
    )


def _tell_staff(conn: Connection, talk: Talk, template: str, person_id: int, now: datetime, name: str = "") -> None:
    tell(
        conn,
        talk.staff_id,
        Kind.NOTICE,
        template,
        key=f"talk:{talk.id}:{template}:{person_id}:{name or int(now.timestamp())}",
        priority=Priority.PROMPT,
        now=now,
        about_id=person_id,
        data={"talk": shown(conn, talk)},
        not_before=None if name else not_before_her_morning(conn, talk.staff_id, now),
        expires_at=talk.starts_at,
    )


def _note(conn: Connection, action: str, talk: Talk, person_id: int | None, actor_id: int, now: datetime) -> None:
    journal.write(conn, [journal.line(now, action, person_id=person_id, actor_id=actor_id, talk=talk.id)])
