"""After a stay 及时回访: a talk is offered, and at one and three months she is asked: her own open items first.

Planned when she is back, so a stay that is extended is followed from its new end. What she stops stays stopped.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, select

from bot.agreements.store import agreements
from bot.deadlines import store as deadlines
from bot.deadlines.model import PAPERS, About, Standing
from bot.engine import deadline_life, talking
from bot.engine.facts import load_facts
from bot.engine.telling import not_before_her_morning, tell
from bot.engine.who_helps import load_helpers
from bot.journal import store as journal
from bot.local_time import local_date
from bot.outbox.model import Kind, Priority
from bot.people import store as people
from bot.people.model import Person
from bot.reports.model import WRITABLE
from bot.reports.store import of_person as reports_of
from bot.talks import store
from bot.talks.model import LONGEST_ANSWER, QUESTIONS, FollowUp
from bot.talks.rules import AFTER, AGAIN_AFTER, follows_at
from bot.talks.store import follow_ups
from bot.trips.model import Trip
from bot.trips.store import of_person as trips_of
from bot.trips.store import trips

SHORTEST_STAY = 14
"""Days; whoever was away for less is not asked."""
PLANNED_FOR = timedelta(days=10)
"""How long after a return it is still planned."""
MOST_ITEMS = 6
A_DAY = timedelta(days=1)


def plan(conn: Connection, now: datetime, limit: int = 200) -> int:
    """Plan what follows the stays that have just ended; return how many questions that are."""
    known = exists().where(follow_ups.c.trip_id == trips.c.id)
    stopped = exists().where(follow_ups.c.person_id == trips.c.person_id, follow_ups.c.stopped_at.is_not(None))
    query = (
        select(trips.c.id, trips.c.person_id, trips.c.departs, trips.c.returns)
        .where(trips.c.returns < now.date(), trips.c.returns >= (now - PLANNED_FOR).date())
        .where(trips.c.cancelled_at.is_(None), ~known, ~stopped)
        .order_by(trips.c.id)
    )
    found = [row for row in conn.execute(query) if (row.returns - row.departs).days + 1 >= SHORTEST_STAY][:limit]
    present = people.by_ids(conn, {row.person_id for row in found})
    rows = [
        {
            "person_id": row.person_id,
            "trip_id": row.id,
            "month": month,
            "next_at": follows_at(row.returns, month, one.zone),
        }
        for row in found
        if (one := present.get(row.person_id)) is not None
        for month in AFTER
    ]
    store.add_follow_ups(conn, rows)
    return len(rows)


def go_on(conn: Connection, one: FollowUp, now: datetime) -> None:
    """Ask what is due, once more if nothing came, or let it go."""
    student = people.by_id(conn, one.person_id)
    trip = next((trip for trip in trips_of(conn, one.person_id) if trip.id == one.trip_id), None)
    facts = load_facts(conn, [one.person_id]).get(one.person_id)
    if student is None or trip is None or facts is None or facts.gone or trip.cancelled_at is not None:
        store.change_follow_up(conn, one.id, next_at=None)
        return
    later = _not_before(one, trip, student, now)
    if facts.paused_until is not None and local_date(now, student.zone) <= facts.paused_until:
        later = now + A_DAY
    if later is not None and later > now:
        store.change_follow_up(conn, one.id, next_at=later)
        return
    again = one.asked_at is not None
    if one.month == 0 and _has_talked(conn, one.person_id, trip, now):
        store.change_follow_up(conn, one.id, next_at=None, done_at=now)
        return
    _ask(conn, one, student, trip, now, name="again" if again else "first")
    store.change_follow_up(conn, one.id, asked_at=one.asked_at or now, next_at=None if again else now + AGAIN_AFTER)


def is_open(conn: Connection, one: FollowUp, now: datetime) -> bool:
    """Tell whether she was asked, has neither answered nor stopped it, and has not talked by now."""
    if one.asked_at is None or one.done_at is not None or one.stopped_at is not None:
        return False
    trip = next((trip for trip in trips_of(conn, one.person_id) if trip.id == one.trip_id), None)
    if trip is None or trip.cancelled_at is not None:
        return False
    return one.month != 0 or not _has_talked(conn, one.person_id, trip, now)


def remind(conn: Connection, one: FollowUp, now: datetime) -> bool:
    """Ask once more because a member of staff wishes it; False when nothing is open. By itself nobody asks any more."""
    student = people.by_id(conn, one.person_id)
    trip = next((trip for trip in trips_of(conn, one.person_id) if trip.id == one.trip_id), None)
    if student is None or trip is None or not is_open(conn, one, now):
        return False
    day = local_date(not_before_her_morning(conn, student.id, now), student.zone)
    _ask(conn, one, student, trip, now, name=f"by_hand:{day.isoformat()}")
    store.change_follow_up(conn, one.id, next_at=None)
    return True


def stop(conn: Connection, person_id: int, now: datetime) -> None:
    """Ask her nothing more after stays."""
    store.stop_follow_ups(conn, person_id, now)
    talking.not_again(conn, person_id)
    journal.write(conn, [journal.line(now, "follow_up.stopped", person_id=person_id)])


def answered(conn: Connection, one: FollowUp, text: str, now: datetime) -> FollowUp:
    """Keep the answer to her next question ("" when she passes it by); after the last her counsellor hears of it."""
    answers = [*one.answers, text.strip()[:LONGEST_ANSWER]]
    talking.not_again(conn, one.person_id)
    is_over = len(answers) >= QUESTIONS
    values: dict[str, Any] = {"answers": answers, "next_at": None}
    store.change_follow_up(conn, one.id, **values, done_at=now if is_over else None)
    student = people.by_id(conn, one.person_id)
    if is_over and student is not None:
        journal.write(conn, [journal.line(now, "follow_up.answered", person_id=student.id, month=one.month)])
        if any(answers):
            _tell_counsellor(conn, one, student, now)
    return store.follow_up(conn, one.id) or one


def items_of(conn: Connection, person_id: int) -> dict[str, Any]:
    """Return what is still open of hers: deadlines at home by name, a report, and how much was agreed."""
    waiting = [
        one
        for one in deadlines.reminders_of(conn, person_id)
        if one.state is Standing.WAITING and one.about not in {*PAPERS, About.EMBASSY}
    ]
    agreed = select(agreements.c.id).where(agreements.c.person_id == person_id, agreements.c.done_at.is_(None))
    return {
        "titles": [deadline_life.said(conn, one)["title"] for one in waiting[:MOST_ITEMS]],
        "report": any(one.stage in WRITABLE and one.prompt_id is not None for one in reports_of(conn, person_id)),
        "agreed": len(conn.execute(agreed).all()),
    }


def _not_before(one: FollowUp, trip: Trip, student: Person, now: datetime) -> datetime | None:
    """Return when it is due after all, if the stay ended later than was known, or she is away again."""
    if one.asked_at is not None:
        return None
    due = follows_at(trip.returns, one.month, student.zone)
    return due if due > now else None


def _has_talked(conn: Connection, person_id: int, trip: Trip, now: datetime) -> bool:
    since = follows_at(trip.returns, 0, "Asia/Shanghai") - timedelta(days=AFTER[0][0])
    return bool(store.booked_by(conn, person_id, min(since, now)))


def _ask(conn: Connection, one: FollowUp, student: Person, trip: Trip, now: datetime, *, name: str) -> None:
    data: dict[str, Any] = {"follow_up": one.id, "month": one.month, "host": trip.host, "again": name != "first"}
    if one.month == 0:
        data["free"] = [talking.shown(conn, talk) for talk in talking.free_for(conn, student, now)]
    else:
        data["open_items"] = items_of(conn, student.id)
    tell(
        conn,
        student.id,
        Kind.NOTICE,
        "followup/talk" if one.month == 0 else "followup/question",
        key=f"follow:{one.id}:{name}",
        priority=Priority.PROMPT,
        now=now,
        data=data,
        not_before=not_before_her_morning(conn, student.id, now),
    )


def _tell_counsellor(conn: Connection, one: FollowUp, student: Person, now: datetime) -> None:
    helper_id = load_helpers(conn, [student]).counsellor_of(student)
    if helper_id is not None:
        tell(
            conn,
            helper_id,
            Kind.NOTICE,
            "staff/followup_answered",
            key=f"follow:{one.id}:answered",
            priority=Priority.PROMPT,
            now=now,
            about_id=student.id,
            not_before=not_before_her_morning(conn, helper_id, now),
        )
