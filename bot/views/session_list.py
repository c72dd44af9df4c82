"""The sessions of branches with what was replied: for whoever arranges them, and for the operator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.branches.store import branches
from bot.people.store import people
from bot.sessions import store
from bot.sessions.leaders import session_leaders
from bot.sessions.model import Session, SessionState
from bot.sessions.rules import ROUND_FOR
from bot.sessions.store import session_invitations, sessions

NO_REPLY = "none"


@dataclass(frozen=True)
class Listed:
    """A session, the key of its branch or `open:AUDIENCE`, and how many have replied what ("none": nothing yet).

    `leaders` are the numbers of those who run what is open.
    """

    session: Session
    branch: str
    counts: dict[str, int]
    leaders: tuple[str, ...] = ()


def listed_sessions(
    conn: Connection, now: datetime, *, also_past: bool = False, only: Sequence[int] = ()
) -> list[Listed]:
    """Return sessions by their hours: those under way and ahead, or all of them (`also_past`), or `only` these."""
    query = select(sessions.c.id, branches.c.key).outerjoin(branches, branches.c.id == sessions.c.branch_id)
    if only:
        query = query.where(sessions.c.id.in_(only))
    elif not also_past:
        query = query.where(sessions.c.state == SessionState.PLANNED.value, sessions.c.starts_at > now - ROUND_FOR)
    rows = conn.execute(query.order_by(sessions.c.starts_at, sessions.c.id)).all()
    known = store.by_ids(conn, [row.id for row in rows])
    rows = [row for row in rows if only or also_past or known[row.id].ends_at > now]
    ids = [row.id for row in rows]
    table = session_invitations
    replies = (
        select(table.c.session_id, table.c.reply, func.count())
        .where(table.c.session_id.in_(ids), table.c.left_at.is_(None))
        .group_by(table.c.session_id, table.c.reply)
    )
    counts = {number: {"yes": 0, "no": 0, "maybe": 0, NO_REPLY: 0} for number in ids}
    for session_id, reply, how_many in conn.execute(replies):
        counts[session_id][reply or NO_REPLY] = how_many
    lead = _leaders(conn, ids)
    return [
        Listed(known[row.id], row.key or f"open:{known[row.id].audience}", counts[row.id], tuple(lead.get(row.id, ())))
        for row in rows
    ]


def _leaders(conn: Connection, session_ids: Sequence[int]) -> dict[int, list[str]]:
    table, found = session_leaders, dict[int, list[str]]()
    query = select(table.c.session_id, people.c.number).join(people, people.c.id == table.c.person_id)
    query = query.where(table.c.session_id.in_(session_ids)).order_by(table.c.session_id, people.c.number)
    for session_id, number in conn.execute(query):
        found.setdefault(session_id, []).append(number)
    return found
