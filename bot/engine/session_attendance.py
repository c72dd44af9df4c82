"""Somebody says that she is at a session, whoever arranges it says so, or its end does: each mark with its author."""

import hmac
import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, exists, false, select

from bot.addresses.model import PULL_ONLY
from bot.engine.session_standing import FOLDER, standings
from bot.journal import store as journal
from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.prompts.store import prompts
from bot.sessions import marks, store
from bot.sessions.attendance import Phase, can_make_up, mark_after, mark_at, phase_of, tries_now
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import How, Invitation, Mark, Session, SessionState
from bot.sessions.store import session_invitations, sessions

HERE = f"{FOLDER}here"
_THERE = (Mark.PRESENT, Mark.LATE)


class Outcome(StrEnum):
    """What became of her word that she is there."""

    NOTED = "noted"
    ALREADY = "already"
    CODE = "code"  # the code that is spoken is wanted with it
    WRONG = "wrong"  # that was not the code
    WAIT = "wait"  # too many tries: in a minute again
    EARLY = "early"
    OVER = "over"
    REFUSED = "refused"  # not invited, or called off


def say_here(
    conn: Connection, prompt_id: int, person_id: int, channel: str, now: datetime, code: str | None = None
) -> Outcome:
    """Note that somebody is there, by the invitation that is hers; the caller owns the transaction."""
    locked = conn.execute(
        select(prompts).where(prompts.c.id == prompt_id).with_for_update(key_share=True)
    ).one_or_none()
    one = None if locked is None else store.invitation_of(conn, prompt_id, locked=True)
    session = None if one is None else store.by_id(conn, one.session_id)
    standing = standings(conn, [prompt_id]).get(prompt_id)
    if one is None or session is None or one.person_id != person_id or standing is None or not standing.is_member:
        return Outcome.REFUSED
    if session.is_round:
        return Outcome.REFUSED  # there whoever says something is
    if one.mark in _THERE:
        return Outcome.ALREADY
    mark = mark_at(session, now)
    if mark is None:
        phase = phase_of(session, now)
        return {Phase.OFF: Outcome.REFUSED, Phase.AHEAD: Outcome.EARLY}.get(phase, Outcome.OVER)
    if session.code is not None:
        refusal = _checked(conn, session.code, one, code, now)
        if refusal is not None:
            return refusal
    how = How.SAID if session.code is None else How.CODE
    marks.put(conn, session.id, person_id, mark, how, now, channel=channel)
    line = journal.line(now, "session.attended", person_id=person_id, actor_id=person_id, prompt_id=prompt_id)
    journal.write(conn, [line])
    return Outcome.NOTED


def wants_code(conn: Connection, prompt_id: int, now: datetime) -> bool:
    """Tell whether somebody can say now that she is there, and only with the digits that are spoken."""
    one = store.invitation_of(conn, prompt_id)
    session = None if one is None else store.by_id(conn, one.session_id)
    if one is None or session is None or session.code is None or session.is_round:
        return False
    return one.mark not in _THERE and phase_of(session, now) is Phase.ON


def enter(conn: Connection, session_id: int, person_id: int, mark: Mark, author_id: int | None, now: datetime) -> bool:
    """Note what whoever arranges a session says of somebody; False when she is not invited to it."""
    query = select(session_invitations.c.prompt_id).where(
        session_invitations.c.session_id == session_id, session_invitations.c.person_id == person_id
    )
    prompt_id = conn.execute(query).scalar()
    if prompt_id is None:
        return False
    conn.execute(select(prompts.c.id).where(prompts.c.id == prompt_id).with_for_update(key_share=True)).all()
    marks.put(conn, session_id, person_id, mark, How.STAFF, now, author_id=author_id)
    line = journal.line(now, "session.marked", person_id=person_id, actor_id=author_id, session=session_id)
    journal.write(conn, [line])
    return True


def set_code(conn: Connection, session_id: int, actor_id: int | None, now: datetime, *, on: bool) -> None:
    """Ask for a code of four new digits from now on, or for none; SessionRefused when the session is over or off."""
    session = store.by_id(conn, session_id, locked=True)
    if session is None:
        raise SessionRefused(Fault.UNKNOWN, session_id)
    if phase_of(session, now) in {Phase.OVER, Phase.OFF}:
        raise SessionRefused(Fault.BEGUN if session.state is SessionState.PLANNED else Fault.CANCELLED, session_id)
    store.update(conn, session_id, code=f"{secrets.randbelow(10_000):04}" if on else None)
    action = "session.code_on" if on else "session.code_off"
    journal.write(conn, [journal.line(now, action, person_id=None, actor_id=actor_id, session=session_id)])


def close(conn: Connection, session: Session, one: Invitation, now: datetime) -> Mark | None:
    """Note what follows from the end of a session for one member, and return her mark."""
    mark = mark_after(one, heard=_was_heard(conn, session, one), is_kept=_is_kept(conn, session.id))
    if mark is None:
        return one.mark
    marks.put(conn, session.id, one.person_id, mark, How.RULE, now)
    return mark


def may_make_up(conn: Connection, session: Session, mark: Mark | None, now: datetime) -> bool:
    """Tell whether somebody with this mark can make a session up now."""
    return can_make_up(session, mark, now, is_kept=mark is None and _is_kept(conn, session.id))


def _is_kept(conn: Connection, session_id: int) -> bool:
    """Tell whether somebody at all was noted as there."""
    there = session_invitations.c.mark.in_([mark.value for mark in _THERE])
    query = select(exists().where(session_invitations.c.session_id == session_id, there))
    return bool(conn.execute(query).scalar())


def counting_invitation(conn: Connection, person_id: int, now: datetime) -> int | None:
    """Return the prompt of the session at which somebody can say now that she is; of several the latest that began."""
    query = (
        select(session_invitations.c.prompt_id, sessions.c.id)
        .join(sessions, sessions.c.id == session_invitations.c.session_id)
        .where(
            session_invitations.c.person_id == person_id,
            session_invitations.c.left_at.is_(None),
            sessions.c.state == SessionState.PLANNED.value,
            sessions.c.is_round == false(),
        )
        .order_by(sessions.c.starts_at.desc())
        .limit(20)
    )
    rows = conn.execute(query).all()
    known = store.by_ids(conn, [row.id for row in rows])
    return next((row.prompt_id for row in rows if phase_of(known[row.id], now) is Phase.ON), None)


def _checked(conn: Connection, right: str, one: Invitation, code: str | None, now: datetime) -> Outcome | None:
    """Compare a code, in constant time; None when it is right. What is tried too often is not even looked at."""
    if code is None:
        return Outcome.CODE
    tries = tries_now(one.tries, one.tries_from, now)
    if not tries.is_open:
        return Outcome.WAIT
    if hmac.compare_digest(right.encode(), code.encode()):
        return None
    store.set_invitation(conn, one.id, tries=tries.number + 1, tries_from=tries.since)
    return Outcome.WRONG


def _was_heard(conn: Connection, session: Session, one: Invitation) -> bool:
    """Tell whether the question got to her: what lies on a page that she has not opened has asked her nothing."""
    if session.is_round:
        return conn.execute(select(prompts.c.asked_at).where(prompts.c.id == one.prompt_id)).scalar() is not None
    query = select(outbox.c.id).where(
        outbox.c.prompt_id == one.prompt_id,
        outbox.c.template == HERE,
        outbox.c.state == OutboxState.ACCEPTED.value,
        outbox.c.channel.not_in(sorted(PULL_ONLY)),
    )
    return conn.execute(query.limit(1)).first() is not None
