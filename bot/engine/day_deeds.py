"""Staff remind of what has a day of its own: a deadline at home, a paper, what follows a stay.

Whoever was told of it and has not settled it hears of it once more: on one of her days at most once, in her morning
when it is night where she is. The day itself is not ours, so nothing of it can be put off. Called by the pages of the
pipeline.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from bot.addresses.store import working_of
from bot.deadlines import store as deadlines
from bot.deadlines.model import Reminder, Standing
from bot.deadlines.rules import next_telling
from bot.engine import deadline_life, following_up, silence_taken
from bot.engine.deadline_audience import columns
from bot.engine.facts import load_facts
from bot.engine.telling import not_before_her_morning, pick
from bot.journal import store as journal
from bot.listed import listed
from bot.local_time import Quiet, local_date
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.selections.model import Came
from bot.talks import store as talks
from bot.talks.model import FollowUp

_RECENT = timedelta(days=3)
"""How far back what was said today, in whatever zone, can have been queued."""


class _Said(NamedTuple):
    """What a message about something of somebody is called at its beginning, and when it was for."""

    about: str
    at: datetime


def would(conn: Connection, ids: Mapping[int, int], now: datetime, *, after_stay: bool) -> dict[int, Came]:
    """Return what comes of reminding these people of these reminders or follow-ups; DONE where it would be done."""
    ways, facts = working_of(conn, ids), load_facts(conn, ids)
    said = _said(conn, ids, now)
    came = {}
    for person_id, one_id in ids.items():
        zone = facts[person_id].zone_now(now)
        name = f"follow:{one_id}:" if after_stay else f"due:{one_id}:"
        today = local_date(now, zone)
        spoke = any(one.about == name and local_date(one.at, zone) >= today for one in said.get(person_id, []))
        if not _is_open(conn, one_id, now, after_stay=after_stay):
            came[person_id] = Came.NOTHING
        elif pick(ways.get(person_id, [])) is None:
            came[person_id] = Came.UNREACHED
        else:
            came[person_id] = Came.ALREADY if spoke else Came.DONE
    return came


def act(
    conn: Connection, ids: Mapping[int, int], actor_id: int, now: datetime, quiet: Quiet, *, after_stay: bool
) -> dict[int, Came]:
    """Remind these people where that may be; return what came of it."""
    came = would(conn, ids, now, after_stay=after_stay)
    for person_id, one_id in ids.items():
        if came[person_id] is not Came.DONE:
            continue
        if after_stay:
            following = talks.follow_up(conn, one_id)
            done = following is not None and following_up.remind(conn, following, now)
        else:
            reminder = deadlines.reminder(conn, one_id, lock=True)
            done = reminder is not None and _remind(conn, reminder, now, quiet)
        if not done:
            came[person_id] = Came.NOTHING
            continue
        journal.write(
            conn, [journal.line(now, silence_taken.REMINDED, person_id=person_id, actor_id=actor_id, reminder=one_id)]
        )
    return came


def _is_open(conn: Connection, one_id: int, now: datetime, *, after_stay: bool) -> bool:
    """Tell whether she was told and has not settled it."""
    if after_stay:
        following: FollowUp | None = talks.follow_up(conn, one_id)
        return following is not None and following_up.is_open(conn, following, now)
    one = deadlines.reminder(conn, one_id)
    return one is not None and one.state is Standing.WAITING and one.told > 0 and one.due_at > now


def _remind(conn: Connection, one: Reminder, now: datetime, quiet: Quiet) -> bool:
    """Tell of a day once more; what would be told by itself on the same day of hers is left out."""
    if one.state is not Standing.WAITING:
        return False
    zone = load_facts(conn, [one.person_id])[one.person_id].zone_now(now)
    day = local_date(not_before_her_morning(conn, one.person_id, now), zone)
    deadline_life.say(conn, one, "deadline/reminder", f"by_hand:{day.isoformat()}", now)
    values: dict[str, object] = {"told": one.told + 1, "told_due_at": one.due_at}
    if one.next_at is not None and local_date(one.next_at, zone) == day:
        values |= columns(next_telling(one.about, one.due_at, zone, quiet, max(one.next_at, now), was_told=True))
    deadlines.set_reminder(conn, one.id, **values)
    return True


def _said(conn: Connection, people: Mapping[int, int], now: datetime) -> dict[int, list[_Said]]:
    """Return what was lately said, or waits to be said, to people of such days."""
    query = select(outbox.c.person_id, outbox.c.key, outbox.c.created_at, outbox.c.next_try_at).where(
        listed(outbox.c.person_id, sorted(people)),
        outbox.c.created_at >= now - _RECENT,
        outbox.c.state.not_in([OutboxState.WITHDRAWN.value, OutboxState.EXPIRED.value, OutboxState.FAILED.value]),
        or_(outbox.c.key.startswith("due:"), outbox.c.key.startswith("follow:")),
    )
    found: dict[int, list[_Said]] = {}
    for row in conn.execute(query):
        about = ":".join(row.key.split(":")[:2]) + ":"
        found.setdefault(row.person_id, []).append(_Said(about, max(row.created_at, row.next_try_at)))
    return found
