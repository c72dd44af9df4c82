"""Looks for anything that should have happened and has not. The bell rings it each minute.

What it finds is logged, shown in `/metrics`, makes `/readyz` say no and withholds the heartbeat: somebody outside must
notice when the service that notices silence is silent itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, or_, select

from bot.cases.model import CaseState, Reason
from bot.cases.store import cases
from bot.deadlines.store import reminders
from bot.digests.model import DigestState
from bot.digests.store import digests
from bot.engine.facts import load_facts
from bot.engine.planning import plan
from bot.engine.programme_replan import last
from bot.engine.replanning import LOOK_BACK
from bot.fetches.store import fetches
from bot.groups.store import UNDER_WAY, group_posts
from bot.inbox.model import InboxState
from bot.inbox.store import inbox
from bot.obligations.store import obligations
from bot.opportunities.interests import opportunity_news
from bot.opportunities.store import opportunities_heard
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import attempts, outbox
from bot.people.model import RoleKind
from bot.people.store import roles
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.store import prompts
from bot.rollcalls.store import rollcalls
from bot.sessions.store import session_invitations
from bot.talks.store import follow_ups, talks

PROMPT_LATE = timedelta(minutes=5)
INBOX_LATE = timedelta(minutes=2)
CASE_LATE = timedelta(minutes=5)
URGENT_LATE = timedelta(minutes=2)
ORDINARY_LATE = timedelta(minutes=30)
"""How long a message that may go waits at most: alarms and replies, and all others (a whole class is due at once)."""
STUCK = timedelta(minutes=10)
"""How long a message may be with a channel before something is wrong."""
FAILED_RECENTLY = timedelta(hours=24)


@dataclass(frozen=True)
class Problem:
    """Something that should have happened: a short code, and how many rows it concerns."""

    code: str
    count: int


CODES = (
    "prompts_overdue",
    "prompts_set_aside",
    "cases_overdue",
    "nobody_told",
    "rollcalls_overdue",
    "sessions_overdue",
    "reminders_overdue",
    "obligations_overdue",
    "talks_overdue",
    "digests_overdue",
    "digests_failed",
    "messages_overdue",
    "messages_stuck",
    "groups_overdue",
    "inbox_overdue",
    "inbox_failed",
    "files_overdue",
    "without_next",
    "alarm_urls_failing",
    "channel_troubles",
)
WARNINGS = frozenset({"day_used_percent", "month_used_percent"})
"""What a channel says of itself that is worth seeing and keeps nobody from being told that all is well."""


def look(conn: Connection, now: datetime) -> list[Problem]:
    """Return what is overdue, stuck or set aside; an empty list while all is well."""
    waiting = outbox.c.state == OutboxState.WAITING.value
    found = {
        "prompts_overdue": _count(conn, prompts, prompts.c.next_at < now - PROMPT_LATE, prompts.c.error.is_(None)),
        "prompts_set_aside": _count(conn, prompts, prompts.c.next_at <= now, prompts.c.error.is_not(None)),
        "cases_overdue": _count(conn, cases, cases.c.state != CaseState.RESOLVED.value, _case_late(now)),
        "nobody_told": _count(conn, cases, *_nobody_told(now)),
        "rollcalls_overdue": _count(conn, rollcalls, rollcalls.c.next_at < now - PROMPT_LATE),
        "sessions_overdue": _count(conn, session_invitations, session_invitations.c.next_at < now - PROMPT_LATE),
        "reminders_overdue": _count(conn, reminders, reminders.c.next_at < now - PROMPT_LATE)
        + _count(conn, opportunities_heard, opportunities_heard.c.next_at < now - PROMPT_LATE)
        + _count(conn, opportunity_news, opportunity_news.c.next_at < now - PROMPT_LATE),
        "obligations_overdue": _count(conn, obligations, obligations.c.next_at < now - PROMPT_LATE),
        "talks_overdue": _count(conn, talks, talks.c.next_at < now - PROMPT_LATE)
        + _count(conn, follow_ups, follow_ups.c.next_at < now - PROMPT_LATE),
        "digests_overdue": _count(conn, digests, digests.c.next_at < now - PROMPT_LATE),
        "digests_failed": _count(
            conn, digests, digests.c.state == DigestState.FAILED.value, digests.c.due_at > now - FAILED_RECENTLY
        ),
        "messages_overdue": _count(conn, outbox, waiting, or_(_urgent_late(now), _ordinary_late(now))),
        "messages_stuck": _count(conn, attempts, attempts.c.result.is_(None), attempts.c.started_at < now - STUCK),
        "groups_overdue": _count(
            conn, group_posts, group_posts.c.state.in_(UNDER_WAY), group_posts.c.next_try_at < now - STUCK
        ),
        "files_overdue": _count(conn, fetches, fetches.c.next_at < now - PROMPT_LATE),
        "inbox_overdue": _count(
            conn, inbox, inbox.c.state == InboxState.NEW.value, inbox.c.received_at < now - INBOX_LATE
        ),
        "inbox_failed": _count(
            conn, inbox, inbox.c.state == InboxState.FAILED.value, inbox.c.received_at > now - FAILED_RECENTLY
        ),
    }
    return [Problem(code, count) for code, count in found.items() if count]


def without_next(
    conn: Connection, programmes: Programmes, now: datetime, after_id: int, limit: int
) -> tuple[int, int | None]:
    """Check the next `limit` students after an id; return who lacks a row that the plan wants, and the last id checked.

    The id is None when there are no more; begin again at 0 then. Nobody lacks anything while a programme that was just
    loaded plans everybody.
    """
    under_way = last(conn)
    if under_way is not None and not under_way.is_over:
        return 0, None
    query = (
        select(roles.c.person_id)
        .where(roles.c.kind == RoleKind.STUDENT.value, roles.c.person_id > after_id)
        .order_by(roles.c.person_id)
        .limit(limit)
    )
    ids = list(conn.execute(query).scalars())
    if not ids:
        return 0, None
    try:
        programme = programmes.current(conn)
    except LookupError:
        return 0, None
    rows = prompts_store.of_people(conn, ids, now - LOOK_BACK)
    missing = sum(
        bool(plan(facts, programme, rows.get(person_id, []), now).insert)
        for person_id, facts in load_facts(conn, ids).items()
    )
    return missing, ids[-1]


def _nobody_told(now: datetime) -> list[ColumnElement[bool]]:
    """Return which open cases were to be told by now, and nobody was or is about to be."""
    reaches = [OutboxState.WAITING, OutboxState.SENDING, OutboxState.ACCEPTED, OutboxState.UNKNOWN]
    told = exists().where(
        outbox.c.case_id == cases.c.id,
        outbox.c.kind == Kind.ALARM.value,
        outbox.c.state.in_([state.value for state in reaches]),
    )
    due = and_(cases.c.round > 0, cases.c.told_at < now - URGENT_LATE)
    return [cases.c.state == CaseState.OPEN.value, cases.c.reason != Reason.ROLLCALL.value, due, ~told]


def _case_late(now: datetime) -> ColumnElement[bool]:
    """Return which cases are late, whoever has them, or would never come up again.

    A hard week that she was asked about, and the silent of a roll-call before somebody takes them, wait for people.
    """
    waits = and_(cases.c.state == CaseState.OPEN.value, cases.c.reason.in_([Reason.HARD.value, Reason.ROLLCALL.value]))
    return or_(cases.c.next_at < now - CASE_LATE, and_(cases.c.next_at.is_(None), ~waits))


def _urgent_late(now: datetime) -> ColumnElement[bool]:
    """Return which alarms and replies are late; one that fails again and again is late too, not merely waiting."""
    again = and_(outbox.c.tries > 0, outbox.c.created_at < now - STUCK)
    late = or_(outbox.c.next_try_at < now - URGENT_LATE, again)
    return and_(outbox.c.priority <= Priority.REPLY.value, late)


def _ordinary_late(now: datetime) -> ColumnElement[bool]:
    return and_(outbox.c.priority > Priority.REPLY.value, outbox.c.next_try_at < now - ORDINARY_LATE)


def _count(conn: Connection, table: Table, *conditions: ColumnElement[Any]) -> int:
    return int(conn.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())
