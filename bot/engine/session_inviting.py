"""Who is invited follows from who is in the branch: new members are asked, and whoever leaves leaves the invitations.

Who is in a country where branches are off is left out of those of a branch for as long.

Called when a session is made, and by the clock for all sessions ahead.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Date, Select, and_, bindparam, or_, select

from bot.branches.store import branch_members, branches
from bot.engine.session_audience import audience_moves
from bot.engine.session_standing import is_in_branch, is_off
from bot.engine.session_telling import Members, load_members, tell, waiting, withdraw
from bot.journal import store as journal
from bot.local_time import Quiet
from bot.outbox.model import Kind
from bot.people.store import people
from bot.programmes import store as programmes_store
from bot.prompts import store as prompts_store
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.sessions import store
from bot.sessions.attendance import makeup_until
from bot.sessions.model import KIND, Invitation, Session
from bot.sessions.rules import ROUND_FOR
from bot.sessions.series import uid_of
from bot.sessions.store import session_invitations, sessions


def _new_and_gone(*, of_one: bool) -> tuple[Select[Any], Select[Any]]:
    is_ahead = store.is_ahead(bindparam("now"), bindparam("rounds_since"))
    is_asked = or_(sessions.c.asked_from.is_(None), sessions.c.asked_from <= bindparam("now"))
    if of_one:
        is_ahead = and_(is_ahead, sessions.c.id == bindparam("one"))
    members = (
        branch_members.join(branches, branches.c.id == branch_members.c.branch_id)
        .join(people, people.c.id == branch_members.c.person_id)
        .join(sessions, sessions.c.branch_id == branch_members.c.branch_id)
    )
    invited = session_invitations
    theirs = and_(invited.c.session_id == sessions.c.id, invited.c.person_id == branch_members.c.person_id)
    new = (
        select(sessions.c.id.label("session_id"), people.c.id.label("person_id"))
        .select_from(members.outerjoin(invited, theirs))
        .where(
            is_ahead,
            is_asked,
            is_in_branch(),
            ~is_off(people.c.id, bindparam("today", type_=Date)),
            or_(invited.c.id.is_(None), invited.c.left_at.is_not(None)),
        )
        .order_by(sessions.c.id, people.c.id)
    )
    there = select(branch_members.c.id).select_from(members).where(theirs, is_in_branch()).exists()
    gone = (
        select(invited.c.prompt_id)
        .join(sessions, sessions.c.id == invited.c.session_id)
        .where(
            is_ahead,
            sessions.c.branch_id.is_not(None),
            invited.c.left_at.is_(None),
            or_(~there.correlate(sessions, invited), is_off(invited.c.person_id, bindparam("today", type_=Date))),
        )
        .order_by(invited.c.prompt_id)
    )
    return new, gone


_NEW_AND_GONE = {of_one: _new_and_gone(of_one=of_one) for of_one in (False, True)}
"""Kept, because the bell needs them all the time, and building them costs many times what running them does."""


def follow_members(conn: Connection, now: datetime, quiet: Quiet, session_id: int | None = None) -> int:
    """Invite who is in a branch and not in its sessions ahead, and let go who has left; return how many those were."""
    new, gone = _NEW_AND_GONE[session_id is not None]
    which: dict[str, Any] = {"now": now, "rounds_since": now - ROUND_FOR, "today": now.date()}
    if session_id is not None:
        which["one"] = session_id
    joins = [(row.session_id, row.person_id) for row in conn.execute(new, which)]
    leaves = list(conn.execute(gone, which).scalars())
    for session in store.open_ahead(conn, now, session_id):
        others, gone_ones = audience_moves(conn, session)
        joins += [(session.id, person_id) for person_id in others]
        leaves += gone_ones
    for prompt_id in leaves:
        _let_go(conn, prompt_id, now)
    if joins:
        known = store.by_ids(conn, sorted({which_one for which_one, _ in joins}))
        loaded = load_members(conn, [person_id for _, person_id in joins], quiet)
        for which_one, person_id in joins:
            _invite(conn, known[which_one], person_id, loaded, now)
    return len(joins) + len(leaves)


def ask(conn: Connection, members: Members, session: Session, one: Invitation, now: datetime) -> Invitation:
    """Queue the question to one member, for when she may hear it, and return her invitation with its next look."""
    at = members.may_hear(one.person_id, now)
    if at < session.open_until:
        tell(conn, members, session, one, "question", Kind.QUESTION, now, at=at)
    asked = replace(one, told_at=min(at, session.open_until), told_start=session.starts_at)
    values = {"told_at": asked.told_at, "told_start": asked.told_start}
    store.set_invitation(conn, one.id, **values, next_at=members.next_look(session, asked, now))
    return asked


def _invite(conn: Connection, session: Session, person_id: int, members: Members, now: datetime) -> None:
    where = (prompts.c.person_id == person_id, prompts.c.item == KIND, prompts.c.occasion == session.occasion)
    before = conn.execute(select(prompts.c.id).where(*where)).scalar()
    one = None if before is None else store.invitation_of(conn, before)
    if before is not None and one is not None:
        state = State.OPEN if one.reply is None and one.mark is None else State.ANSWERED
        values = {"state": state.value, "due_at": session.open_until, "closes_at": makeup_until(session)}
        prompts_store.update(conn, before, **values)
        store.set_invitation(conn, one.id, left_at=None)
        one = replace(one, left_at=None)
    else:
        one = _first(conn, session, person_id, members.facts[person_id].zone_now(now), now)
    if one.reply is None:
        ask(conn, members, session, one, now)
    else:
        store.set_invitation(conn, one.id, next_at=members.next_look(session, one, now))


def _first(conn: Connection, session: Session, person_id: int, zone: str, now: datetime) -> Invitation:
    version_id = programmes_store.latest_id(conn)
    if version_id is None:
        raise LookupError("no programme was loaded yet")
    values = {
        "person_id": person_id,
        "item": KIND,
        "kind": KIND,
        "occasion": session.occasion,
        "version_id": version_id,
        "zone": zone,
        "state": State.OPEN.value,
        "opens_at": now,
        "due_at": session.open_until,
        "closes_at": makeup_until(session),
        "step": 0,
        "late_by_seconds": 0,
    }
    prompt_id = int(conn.execute(prompts.insert().values(values).returning(prompts.c.id)).scalar_one())
    told: dict[str, Any] = {"told_at": now, "told_start": session.starts_at}
    if session.series is not None:
        told["uid"] = uid_of(session.series, session.id, person_id)
    invited_id = store.invite(conn, session_id=session.id, person_id=person_id, prompt_id=prompt_id, **told)
    journal.write(conn, [journal.line(now, "session.invited", person_id=person_id, prompt_id=prompt_id)])
    return Invitation(invited_id, session.id, person_id, prompt_id, None, None, now, session.starts_at, None, None)


def _let_go(conn: Connection, prompt_id: int, now: datetime) -> None:
    locked: Sequence[object] = conn.execute(
        select(prompts.c.id).where(prompts.c.id == prompt_id).with_for_update(key_share=True)
    ).all()
    one = store.invitation_of(conn, prompt_id, locked=True) if locked else None
    if one is None:
        return
    prompts_store.update(conn, prompt_id, state=State.WITHDRAWN.value, next_at=None)
    store.set_invitation(conn, one.id, left_at=now, next_at=None)
    withdraw(conn, [row.id for row in waiting(conn, prompt_id)], "left_branch")
    journal.write(conn, [journal.line(now, "session.left", person_id=one.person_id, prompt_id=prompt_id)])
