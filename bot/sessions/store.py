"""Tables and queries of sessions, invitations and replies: branch matters, sealed with the branch's key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
)

from bot.listed import listed
from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch
from bot.sessions.model import Invitation, Mark, Rsvp, Session, SessionState
from bot.sessions.rules import ROUND_FOR, Plan

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    # None: it is outside any branch, for the audience.
    Column("branch_id", Id, ForeignKey("branches.id", ondelete="CASCADE"), index=True),
    # "all", "unit:PATH" or "country:CODE".
    Column("audience", String(300), index=True),
    # None: the operator at the command line.
    Column("author_id", Id, ForeignKey("people.id")),
    Column("state", String(12), nullable=False),
    Column("title", sealed_for_branch(), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False, index=True),
    Column("zone", String(64), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("link", sealed_for_branch()),
    Column("material", sealed_for_branch()),
    Column("rsvp_by", UtcDateTime, nullable=False),
    Column("is_discreet", Boolean, nullable=False),
    # One more with each change: calendars go by it.
    Column("sequence", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # The start before the last change of it, for pages that show what has changed.
    Column("moved_from", UtcDateTime),
    Column("code", sealed_for_branch()),
    # Her own questions that make it up.
    Column("questions", sealed_for_branch()),
    # The same for all sessions that were made at once to repeat.
    Column("series", String(36), index=True),
    Column("place", Integer),
    Column("every", String(8)),
    # Members are not asked before; calendars have it at once.
    Column("asked_from", UtcDateTime),
    Column("is_round", Boolean, nullable=False, server_default=false()),
    # A message about it that was queued before this says what is no longer true.
    Column("changed_at", UtcDateTime, nullable=False),
)

session_invitations = Table(
    "session_invitations",
    metadata,
    id_column(),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("prompt_id", Id, ForeignKey("prompts.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("reply", String(8)),
    Column("replied_at", UtcDateTime),
    Column("told_at", UtcDateTime, nullable=False),
    Column("told_start", UtcDateTime, nullable=False),
    # When she is asked again or reminded; every invitation has a clock of its own, so no prompt has one.
    Column("next_at", UtcDateTime),
    Column("left_at", UtcDateTime),
    # What her calendar knows it by, whatever becomes of it.
    Column("uid", String(36), nullable=False, unique=True),
    Column("here_at", UtcDateTime),
    Column("mark", String(8)),
    Column("marked_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("tries_from", UtcDateTime),
    UniqueConstraint("session_id", "person_id"),
)
Index(
    "ix_session_invitations_next_at",
    session_invitations.c.next_at,
    session_invitations.c.id,
    sqlite_where=session_invitations.c.next_at.is_not(None),
    postgresql_where=session_invitations.c.next_at.is_not(None),
)

session_replies = Table(
    "session_replies",
    metadata,
    id_column(),
    Column("session_id", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reply", String(8), nullable=False),
    # In her own words, for the secretary.
    Column("reason", sealed_for_branch()),
    Column("channel", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Kept, because the bell needs it all the time, and building it costs many times what running it does.
_DUE = (
    select(session_invitations.c.prompt_id)
    .where(session_invitations.c.next_at <= bindparam("now"))
    .order_by(session_invitations.c.next_at, session_invitations.c.id)
    .limit(bindparam("most"))
)


def add(
    conn: Connection, branch_id: int | None, author_id: int | None, plan: Plan, now: datetime, **series: Any
) -> Session:
    """Store a session that `rules.checked` has passed, with what it has of its series, if it is in one."""
    values = (
        {
            "branch_id": branch_id,
            "author_id": author_id,
            "state": SessionState.PLANNED.value,
            "sequence": 0,
            "created_at": now,
            "changed_at": now,
        }
        | {name: getattr(plan, name) for name in plan.__dataclass_fields__}
        | series
    )
    return _session(conn.execute(sessions.insert().values(values).returning(sessions)).one())


def by_id(conn: Connection, session_id: int, *, locked: bool = False) -> Session | None:
    """Return one session; `locked` until the end of the transaction."""
    query = select(sessions).where(sessions.c.id == session_id)
    row = conn.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else _session(row)


def by_ids(conn: Connection, session_ids: Sequence[int]) -> dict[int, Session]:
    """Return sessions by id."""
    query = select(sessions).where(listed(sessions.c.id, session_ids))
    return {row.id: _session(row) for row in conn.execute(query)}


def is_ahead(now: datetime | BindParameter[Any], rounds_since: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Hold for the sessions that will take place, and for rounds that are under way: those that began since then."""
    starts_at = sessions.c.starts_at
    is_planned = sessions.c.state == SessionState.PLANNED.value
    return and_(is_planned, starts_at > rounds_since, or_(starts_at > now, sessions.c.is_round))


_OPEN_AHEAD = select(sessions).where(
    sessions.c.audience.is_not(None),
    is_ahead(bindparam("now"), bindparam("rounds_since")),
    or_(sessions.c.asked_from.is_(None), sessions.c.asked_from <= bindparam("now")),
)
"""Kept, because the bell needs it all the time."""


def open_ahead(conn: Connection, now: datetime, session_id: int | None = None) -> list[Session]:
    """Return the sessions outside any branch that people are asked about now, or the one of them that is named."""
    query = _OPEN_AHEAD if session_id is None else _OPEN_AHEAD.where(sessions.c.id == session_id)
    return [_session(row) for row in conn.execute(query, {"now": now, "rounds_since": now - ROUND_FOR})]


def ahead(conn: Connection, now: datetime) -> list[Session]:
    """Return the sessions that will take place, the next one first."""
    query = select(sessions).where(sessions.c.state == SessionState.PLANNED.value, sessions.c.starts_at > now)
    return [_session(row) for row in conn.execute(query.order_by(sessions.c.starts_at, sessions.c.id))]


def of_series(conn: Connection, series: str) -> list[Session]:
    """Return the sessions of a series in the order of their hours, also those that were called off."""
    query = select(sessions).where(sessions.c.series == series).order_by(sessions.c.starts_at, sessions.c.id)
    return [_session(row) for row in conn.execute(query)]


def update(conn: Connection, session_id: int, **values: Any) -> None:
    """Change columns of one session."""
    conn.execute(sessions.update().where(sessions.c.id == session_id).values(**values))


def invite(conn: Connection, **values: Any) -> int:
    """Store an invitation and return its id."""
    whole = {"uid": str(uuid4())} | values
    inserted = conn.execute(session_invitations.insert().values(whole).returning(session_invitations.c.id))
    return int(inserted.scalar_one())


def invitations_of(conn: Connection, session_id: int) -> list[Invitation]:
    """Return everybody who was ever invited to a session, in the order of the prompts."""
    table = session_invitations
    query = select(table).where(table.c.session_id == session_id).order_by(table.c.prompt_id)
    return [_invitation(row) for row in conn.execute(query)]


def invitation_of(conn: Connection, prompt_id: int, *, locked: bool = False) -> Invitation | None:
    """Return the invitation that a prompt asks about; `locked` until the end of the transaction, after its prompt."""
    query = select(session_invitations).where(session_invitations.c.prompt_id == prompt_id)
    row = conn.execute(query.with_for_update() if locked else query).one_or_none()
    return None if row is None else _invitation(row)


def invitation_by_uid(conn: Connection, uid: str) -> Invitation | None:
    """Return the invitation that a calendar knows by this, if any."""
    query = select(session_invitations).where(session_invitations.c.uid == uid)
    row = conn.execute(query).one_or_none()
    return None if row is None else _invitation(row)


def is_round(conn: Connection, prompt_id: int) -> bool:
    """Tell whether a prompt asks for words in a round; nothing sealed is opened."""
    table = session_invitations
    query = select(sessions.c.is_round).join(table, table.c.session_id == sessions.c.id)
    return bool(conn.execute(query.where(table.c.prompt_id == prompt_id)).scalar())


def invitations_to(conn: Connection, person_id: int, since: datetime) -> list[Invitation]:
    """Return the invitations of somebody to what begins after an instant, and that she has not left."""
    table = session_invitations
    query = select(table).join(sessions, sessions.c.id == table.c.session_id)
    query = query.where(table.c.person_id == person_id, table.c.left_at.is_(None), sessions.c.starts_at > since)
    return [_invitation(row) for row in conn.execute(query.order_by(sessions.c.starts_at, sessions.c.id))]


def set_invitation(conn: Connection, invitation_id: int, **values: Any) -> None:
    """Change columns of one invitation."""
    conn.execute(session_invitations.update().where(session_invitations.c.id == invitation_id).values(**values))


def claim(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Return the prompts of up to `limit` invitations that somebody must be told about now, the oldest first."""
    return list(conn.execute(_DUE, {"now": now, "most": limit}).scalars())


def put_off(conn: Connection, prompt_id: int, until: datetime) -> None:
    """Let the clock look at an invitation again later."""
    table = session_invitations
    conn.execute(table.update().where(table.c.prompt_id == prompt_id).values(next_at=until))


def add_reply(conn: Connection, session_id: int, person_id: int, reply: Rsvp, channel: str, now: datetime) -> int:
    """Append what somebody said; return its id."""
    values = {"session_id": session_id, "person_id": person_id, "reply": reply.value, "channel": channel, "at": now}
    return int(conn.execute(session_replies.insert().values(values).returning(session_replies.c.id)).scalar_one())


def add_reason(conn: Connection, session_id: int, person_id: int, reason: str) -> bool:
    """Keep why, with the last thing that somebody said; False when she has said nothing."""
    table = session_replies
    last = select(func.max(table.c.id)).where(table.c.session_id == session_id, table.c.person_id == person_id)
    done = conn.execute(table.update().where(table.c.id == last.scalar_subquery()).values(reason=reason))
    return bool(done.rowcount)


def reasons_of(conn: Connection, session_id: int, ids: Sequence[int] | None = None) -> dict[int, str]:
    """Return what each person wrote, or each of these, beside the reply that counts."""
    table = session_replies
    query = select(table.c.person_id, table.c.reason).order_by(table.c.id)
    query = query.where(table.c.session_id == session_id, true() if ids is None else listed(table.c.person_id, ids))
    found = {row.person_id: row.reason for row in conn.execute(query)}
    return {person_id: reason for person_id, reason in found.items() if reason}


def _session(row: Row[Any]) -> Session:
    values = {"state": SessionState(row.state), "questions": tuple(row.questions or ())}
    return Session(**dict(row._mapping) | values)  # noqa: SLF001 - columns by name


def _invitation(row: Row[Any]) -> Invitation:
    codes = {"reply": Rsvp(row.reply) if row.reply else None, "mark": Mark(row.mark) if row.mark else None}
    return Invitation(**dict(row._mapping) | codes)  # noqa: SLF001 - as above
