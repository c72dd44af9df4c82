"""Sessions that repeat are made at once, and changed or called off from one of them on.

Called by the command line and the console; SessionRefused says what is wrong, and then nothing was done.
"""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Date, and_, exists, literal, select

from bot.branches.store import branch_members, branches
from bot.engine import sessions as one_session
from bot.engine.session_audience import is_for
from bot.engine.session_standing import is_in_branch, is_off
from bot.listed import listed
from bot.local_time import Quiet
from bot.people.store import people
from bot.prompts.store import prompts
from bot.sessions import store
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Invitation, Session, SessionState
from bot.sessions.rules import Plan
from bot.sessions.series import ASKED_BEFORE, Repeat, moved_along, plans_of, uid_of
from bot.sessions.store import session_invitations, sessions


def create_all(
    conn: Connection,
    branch_key: str,
    plan: Plan,
    repeat: Repeat | None,
    author_id: int | None,
    now: datetime,
    quiet: Quiet,
) -> list[Session]:
    """Make the sessions of a series; the branch is asked about the first at once, about each other one in its time."""
    if repeat is None or repeat.times == 1:
        return [one_session.create(conn, branch_key, plan, author_id, now, quiet)]
    series, made = str(uuid4()), []
    for place, each in enumerate(plans_of(plan, repeat, now), 1):
        asked_from = None if place == 1 else each.starts_at - ASKED_BEFORE[repeat.every]
        values = {"series": series, "place": place, "every": repeat.every.value, "asked_from": asked_from}
        made.append(one_session.create(conn, branch_key, each, author_id, now, quiet, **values))
    return made


def change_following(
    conn: Connection, session_id: int, changes: dict[str, Any], actor_id: int | None, now: datetime, quiet: Quiet
) -> list[Session]:
    """Change a session and in the same way those of its series that follow; return all that are different now."""
    before, later = _from(conn, session_id)
    after = one_session.change(conn, session_id, changes, actor_id, now, quiet)
    names = [field.name for field in fields(Plan) if field.name not in {"starts_at", "rsvp_by"}]
    same = {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
    done = [after]
    for one in later:
        hers: dict[str, Any] = dict(same)
        if after.starts_at != before.starts_at:
            hers["starts_at"] = moved_along(one.starts_at, before.zone, before, after)
        if "rsvp_by" in changes:
            hers["rsvp_by"] = hers.get("starts_at", one.starts_at) - (after.starts_at - after.rsvp_by)
        if any(getattr(one, name) != value for name, value in hers.items()):
            done.append(one_session.change(conn, one.id, hers, actor_id, now, quiet))
    return done


def cancel_following(
    conn: Connection, session_id: int, actor_id: int | None, now: datetime, quiet: Quiet
) -> list[Session]:
    """Call off a session and those of its series that follow."""
    _, later = _from(conn, session_id)
    return [one_session.cancel(conn, one, actor_id, now, quiet) for one in [session_id, *(each.id for each in later)]]


def not_asked_yet(conn: Connection, person_id: int, now: datetime) -> list[tuple[Session, Invitation]]:
    """Return the sessions of series ahead that a member is in and not asked about yet, as if she were."""
    hers = and_(session_invitations.c.session_id == sessions.c.id, session_invitations.c.person_id == person_id)
    query = (
        select(sessions.c.id)
        .join(branch_members, branch_members.c.branch_id == sessions.c.branch_id)
        .join(branches, branches.c.id == branch_members.c.branch_id)
        .join(people, people.c.id == branch_members.c.person_id)
        .where(
            people.c.id == person_id,
            is_in_branch(),
            ~is_off(people.c.id, literal(now.date(), Date)),
            sessions.c.state == SessionState.PLANNED.value,
            sessions.c.asked_from > now,
            ~exists().where(hers),
        )
    )
    known = store.by_ids(conn, list(conn.execute(query).scalars()))
    ahead = [*known.values(), *(one for one in _open_later(conn, hers, now) if is_for(conn, person_id, one))]
    return [(one, _as_if(one, person_id)) for one in sorted(ahead, key=lambda one: one.starts_at)]


def _open_later(conn: Connection, hers: ColumnElement[bool], now: datetime) -> list[Session]:
    """Return the sessions outside any branch that nobody is asked about yet, without those she is invited to."""
    later = (sessions.c.state == SessionState.PLANNED.value, sessions.c.asked_from > now)
    query = select(sessions.c.id).where(sessions.c.audience.is_not(None), *later, ~exists().where(hers))
    return list(store.by_ids(conn, list(conn.execute(query).scalars())).values())


def _as_if(session: Session, person_id: int) -> Invitation:
    uid = uid_of(session.series or "", session.id, person_id)
    at = session.starts_at
    return Invitation(0, session.id, person_id, 0, None, None, session.created_at, at, None, None, uid)


def _from(conn: Connection, session_id: int) -> tuple[Session, list[Session]]:
    """Return a session and those that follow it, with the prompts of all of them locked in their order."""
    found = one_session.existing(conn, session_id)
    if found.series is None:
        raise SessionRefused(Fault.NO_SERIES, session_id)
    whole = [one for one in store.of_series(conn, found.series) if one.starts_at > found.starts_at]
    later = [one for one in whole if one.state is SessionState.PLANNED]
    asked = select(session_invitations.c.prompt_id).where(
        listed(session_invitations.c.session_id, [session_id, *(one.id for one in later)])
    )
    conn.execute(
        select(prompts.c.id).where(prompts.c.id.in_(asked)).order_by(prompts.c.id).with_for_update(key_share=True)
    ).all()
    return found, later
