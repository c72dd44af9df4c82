"""What becomes of a reminder: it is told, moved with its day, taken back by the school, or settled by her.

Nothing here is an alarm: whoever says nothing has been told, and her counsellor and supervisor see what is still open.
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from bot.deadlines import store
from bot.deadlines.model import About, Deadline, Paper, Reminder, Standing
from bot.deadlines.rules import AT, PUT_OFF, at_days, next_telling, runs_out
from bot.engine.deadline_audience import columns, let_go, take_back
from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.engine.stay_matters import ended, hand_on
from bot.engine.telling import not_before_her_morning, tell
from bot.journal import store as journal
from bot.local_time import Quiet, local_date, to_instant
from bot.outbox.model import Kind, Priority


def go_on(conn: Connection, one: Reminder, now: datetime, quiet: Quiet) -> None:
    """Tell of a day whose reminder is due, in her zone as it is now, and plan the next."""
    facts = load_facts(conn, [one.person_id]).get(one.person_id)
    if facts is None or facts.gone or one.state is not Standing.WAITING or one.days is None:
        store.set_reminder(conn, one.id, days=None, next_at=None)
        return
    if one.due_at <= now:
        let_go(conn, [one], Standing.OVER)
        return
    if one.trip_id is not None and (end := ended(conn, one)) is not None:
        let_go(conn, [one], end)
        return
    zone = facts.zone_now(now)
    if one.days and (at := at_days(one.due_at, one.days, zone)) > now:  # she has moved west since it was planned
        store.set_reminder(conn, one.id, next_at=at)
        return
    if facts.paused_until is not None and local_date(now, zone) <= facts.paused_until and one.days:
        later = next_telling(one.about, one.due_at, zone, quiet, now, was_told=True)
        if later is not None:  # a quiet time that she asked for; the last one reaches her all the same
            store.set_reminder(conn, one.id, **columns(later))
            return
    if one.paper_id is None or _goes_on(facts, now):
        say(conn, one, "deadline/reminder", _name(one), now)
        one = replace(one, told=one.told + 1, told_due_at=one.due_at)
    following = next_telling(one.about, one.due_at, zone, quiet, now, was_told=True)
    store.set_reminder(conn, one.id, told=one.told, told_due_at=one.told_due_at, **columns(following))


def moved(conn: Connection, deadline: Deadline, now: datetime, quiet: Quiet) -> None:
    """Let reminders follow a deadline to its new day; whoever was told of the old one hears of it, once."""
    for one in store.reminders_of_deadline(conn, deadline.id):
        if one.state not in {Standing.WAITING, Standing.OVER} or one.due_at == deadline.due_at:
            continue
        move(conn, replace(one, state=Standing.WAITING), deadline.due_at, now, quiet)
        if one.told_due_at is not None and one.told_due_at != deadline.due_at and deadline.due_at > now:
            say(conn, one, "deadline/moved", f"moved:{int(deadline.due_at.timestamp())}", now)
            store.set_reminder(conn, one.id, told_due_at=deadline.due_at)


def taken_back(conn: Connection, deadline: Deadline, now: datetime) -> None:
    """End the reminders of a deadline that the school took back; whoever was told of it hears that, once."""
    for one in store.reminders_of_deadline(conn, deadline.id):
        if one.state is Standing.WAITING:
            let_go(conn, [one])
            if one.told_due_at is not None and deadline.due_at > now:
                say(conn, one, "deadline/withdrawn", f"withdrawn:{int(deadline.due_at.timestamp())}", now)


def paper_given(
    conn: Connection, person_id: int, about: About, expires: date, now: datetime, quiet: Quiet, *, is_own: bool
) -> Reminder | None:
    """Store the last day of a paper and plan its reminders anew; also what a renewed one is."""
    paper_id = store.put_paper(conn, person_id, about, expires, is_own=is_own)
    due_at, known = runs_out(expires), store.reminder_of_paper(conn, paper_id)
    if known is None:
        row = {"person_id": person_id, "about": about.value, "paper_id": paper_id, "due_at": due_at}
        store.add(conn, [row | {"state": Standing.WAITING.value, "days": None, "next_at": None}])
    known = store.reminder_of_paper(conn, paper_id)
    if known is not None and (known.due_at != due_at or known.next_at is None):
        move(conn, replace(known, told=0, told_due_at=None), due_at, now, quiet)
    if is_own:
        line = journal.line(now, "paper.given", person_id=person_id, actor_id=person_id, paper=paper_id)
        journal.write(conn, [line])
    return store.reminder_of_paper(conn, paper_id)


def settle(conn: Connection, reminder_id: int, person_id: int, state: Standing, now: datetime, quiet: Quiet) -> bool:
    """Record what she says of a reminder: done, not for her, or open after all; False when there is none like that."""
    one = store.reminder(conn, reminder_id, lock=True)
    if one is None or one.person_id != person_id or one.state is Standing.WITHDRAWN:
        return False
    if state is not Standing.WAITING:
        let_go(conn, [one], state)
    elif one.about is About.EMBASSY:
        put_off(conn, one, now)
    else:
        move(conn, one, one.due_at, now, quiet)
    if one.about is About.FORM:
        hand_on(conn, one, now, given=state is Standing.DONE)
    line = journal.line(now, f"reminder.{state.value}", person_id=person_id, actor_id=person_id, reminder=one.id)
    journal.write(conn, [line])
    return True


def said(conn: Connection, one: Reminder) -> dict[str, Any]:
    """Return what a message or a page may say of a reminder, as plain JSON."""
    deadline = None if one.deadline_id is None else store.deadline(conn, one.deadline_id)
    paper: Paper | None = None if one.paper_id is None else store.papers_by_id(conn, [one.paper_id]).get(one.paper_id)
    return {
        "id": one.id,
        "about": one.about.value,
        "kind": "" if deadline is None else deadline.kind.value,
        "title": one.title if deadline is None else deadline.title,
        "note": "" if deadline is None else deadline.note,
        "link": one.link if deadline is None else deadline.link,
        "due_at": (one.due_at if deadline is None else deadline.due_at).isoformat(),
        "expires": None if paper is None else paper.expires.isoformat(),
        "state": one.state.value,
    }


def put_off(conn: Connection, one: Reminder, now: datetime) -> None:
    """Let her hear once more in a week of what she does not want to do now."""
    zone = load_facts(conn, [one.person_id])[one.person_id].zone_now(now)
    at = to_instant(local_date(now, zone) + PUT_OFF, AT, zone)
    store.set_reminder(conn, one.id, state=Standing.WAITING.value, days=0, next_at=at)


def move(conn: Connection, one: Reminder, due_at: datetime, now: datetime, quiet: Quiet) -> None:
    """Plan a reminder anew for a day, whatever was planned of it before."""
    facts = load_facts(conn, [one.person_id])[one.person_id]
    take_back(conn, one.id)
    telling = next_telling(one.about, due_at, facts.zone_now(now), quiet, now, was_told=one.told > 0)
    state = Standing.WAITING if due_at > now else Standing.OVER
    values: dict[str, Any] = {"due_at": due_at, "state": state.value, "told": one.told, "told_due_at": one.told_due_at}
    store.set_reminder(conn, one.id, **values, **columns(telling))


def _goes_on(facts: PersonFacts, now: datetime) -> bool:
    """Tell whether a paper still matters: she is away, or will be, on a stay that is not over."""
    today = local_date(now, facts.zone_now(now))
    return any(trip.cancelled_at is None and trip.returns >= today for trip in facts.trips)


def _name(one: Reminder) -> str:
    """Return what this telling is called among those of a reminder, so that none is said twice."""
    again = f":{one.told}" if one.told and not one.days else ""
    return f"at{one.days}:{int(one.due_at.timestamp())}{again}"


def say(conn: Connection, one: Reminder, template: str, name: str, now: datetime) -> None:
    """Queue a message about a reminder, for her morning when it is night where she is."""
    tell(
        conn,
        one.person_id,
        Kind.NOTICE,
        template,
        key=f"due:{one.id}:{name}",
        priority=Priority.PROMPT,
        now=now,
        data={"matter": said(conn, one)},
        not_before=not_before_her_morning(conn, one.person_id, now),
        expires_at=max(one.due_at, now) if template == "deadline/reminder" else None,
    )
