"""What somebody says to an invitation: kept whole, the latest counts, and it can change until the session begins."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, select

from bot.engine.session_standing import standings
from bot.engine.session_telling import load_members
from bot.journal import store as journal
from bot.listed import among
from bot.local_time import Quiet
from bot.prompts import store as prompts_store
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.sessions import store
from bot.sessions.model import KIND, Rsvp, Session, SessionState
from bot.sessions.store import session_invitations, sessions

LONGEST_REASON = 500
# Kept, because every message that we do not understand needs it: building a statement costs more than running it.
_DECLINED = (
    select(session_invitations.c.prompt_id)
    .join(sessions, sessions.c.id == session_invitations.c.session_id)
    .where(
        session_invitations.c.person_id == bindparam("one"),
        among(session_invitations.c.reply, [Rsvp.NO.value, Rsvp.MAYBE.value]),
        session_invitations.c.replied_at > bindparam("since"),
        session_invitations.c.left_at.is_(None),
        sessions.c.state == SessionState.PLANNED.value,
        sessions.c.starts_at > bindparam("now"),
    )
    .order_by(session_invitations.c.replied_at.desc())
    .limit(1)
)


class Outcome(StrEnum):
    """What became of a word."""

    RECORDED = "recorded"
    CHANGED = "changed"  # it counts instead of an earlier one
    BEGUN = "begun"  # too late: the session has begun
    CANCELLED = "cancelled"
    REFUSED = "refused"  # she is not invited, or not any more


@dataclass(frozen=True)
class Said:
    """What became of a word, and the session that it belongs to; None only when it was refused."""

    outcome: Outcome
    session: Session | None = None


def say(
    conn: Connection, prompt_id: int, person_id: int, word: Rsvp, channel: str, now: datetime, quiet: Quiet
) -> Said:
    """Record her word on one of her invitations; the caller owns the transaction."""
    locked = conn.execute(
        select(prompts).where(prompts.c.id == prompt_id).with_for_update(key_share=True)
    ).one_or_none()
    if locked is None or locked.person_id != person_id or locked.kind != KIND:
        return Said(Outcome.REFUSED)
    one = store.invitation_of(conn, prompt_id, locked=True)
    standing = standings(conn, [prompt_id]).get(prompt_id)
    session = None if one is None else store.by_id(conn, one.session_id)
    if one is None or session is None or standing is None or not standing.is_member:
        return Said(Outcome.REFUSED)
    if session.state is SessionState.CANCELLED:
        return Said(Outcome.CANCELLED, session)
    if now >= session.starts_at:
        return Said(Outcome.BEGUN, session)
    store.add_reply(conn, session.id, person_id, word, channel, now)
    said = replace(one, reply=word, replied_at=now)
    next_at = load_members(conn, [person_id], quiet).next_look(session, said, now)
    store.set_invitation(conn, one.id, reply=word.value, replied_at=now, next_at=next_at)
    values = {"answered_at": now, "answer_channel": channel, "asked_at": locked.asked_at or now, "next_at": None}
    prompts_store.update(conn, prompt_id, state=State.ANSWERED.value, **values)
    line = journal.line(now, "session.replied", person_id=person_id, actor_id=person_id, prompt_id=prompt_id)
    journal.write(conn, [line])
    return Said(Outcome.RECORDED if one.reply in {None, word} else Outcome.CHANGED, session)


def give_reason(conn: Connection, prompt_id: int, person_id: int, words: str) -> bool:
    """Keep why she does not come, or is not sure, beside her reply; False when there is none to keep it with."""
    one = store.invitation_of(conn, prompt_id)
    if one is None or one.person_id != person_id:
        return False
    return store.add_reason(conn, one.session_id, person_id, " ".join(words.split())[:LONGEST_REASON])


def declined_since(conn: Connection, person_id: int, since: datetime, now: datetime) -> int | None:
    """Return the prompt of the invitation to something ahead that she has last said no or maybe to, if since then."""
    return conn.execute(_DECLINED, {"one": person_id, "since": since, "now": now}).scalar()


def open_invitation(conn: Connection, person_id: int, now: datetime) -> int | None:
    """Return the prompt of the newest invitation that she has had and not replied to."""
    query = (
        select(session_invitations.c.prompt_id)
        .join(sessions, sessions.c.id == session_invitations.c.session_id)
        .join(prompts, prompts.c.id == session_invitations.c.prompt_id)
        .where(
            session_invitations.c.person_id == person_id,
            session_invitations.c.reply.is_(None),
            session_invitations.c.left_at.is_(None),
            sessions.c.state == SessionState.PLANNED.value,
            sessions.c.starts_at > now,
            prompts.c.asked_at.is_not(None),
        )
        .order_by(prompts.c.asked_at.desc(), prompts.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).scalar()
