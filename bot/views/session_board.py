"""What somebody may arrange: branches that she leads, their sessions, and those that the office has asked her to run.

Nothing of another branch is here; the list of one session is in `bot.views.session_seats`.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, or_, select

from bot.branches.store import branch_members, branches, led_by
from bot.listed import listed
from bot.people.model import STAFF_ROLES, Person, RoleKind
from bot.people.store import people
from bot.sessions import leaders, store
from bot.sessions.attendance import phase_of
from bot.sessions.model import Session, SessionState
from bot.sessions.store import sessions
from bot.views.session_scope import may_open, opens
from bot.views.session_seats import SessionBoard, seats_of

LATEST = 60
OPEN = "open:"
"""Begins what names an audience, where others name a branch."""


@dataclass(frozen=True)
class Led:
    """A session that somebody may see, and the key of its branch or audience."""

    session: Session
    branch: str


def leads(person: Person) -> bool:
    """Tell whether somebody may arrange sessions at all."""
    return person.has_role(RoleKind.SECRETARY) and person.absent_at is None and person.left_at is None


def arranges(person: Person) -> bool:
    """Tell whether somebody may make sessions."""
    return leads(person) or opens(person)


def runs(conn: Connection, person: Person) -> bool:
    """Tell whether the office has asked somebody to run a session."""
    is_there = person.absent_at is None and person.left_at is None
    return is_there and person.has_role(*(STAFF_ROLES - {RoleKind.READER})) and leaders.runs_any(conn, person.id)


def open_sessions(conn: Connection, person: Person) -> list[Session]:
    """Return the latest sessions outside any branch whose audience is somebody's to invite, and those that she runs."""
    runs_some = runs(conn, person)
    if not opens(person) and not runs_some:
        return []
    used = conn.execute(select(sessions.c.audience).where(sessions.c.audience.is_not(None)).distinct()).scalars()
    hers = sessions.c.audience.in_([one for one in used if may_open(person, one)])
    led = listed(sessions.c.id, leaders.led_by(conn, person.id) if runs_some else [])
    query = select(sessions.c.id).where(or_(hers, led))
    query = query.order_by(sessions.c.starts_at.desc(), sessions.c.id.desc()).limit(LATEST)
    ids = list(conn.execute(query).scalars())
    known = store.by_ids(conn, ids)
    return [known[one] for one in ids]


def sessions_led(conn: Connection, person: Person) -> list[tuple[Session, str]]:
    """Return the latest sessions of the branches that somebody leads, with the branch's key, the newest first."""
    if not leads(person):
        return []
    query = select(sessions.c.id, branches.c.key).join(branches, branches.c.id == sessions.c.branch_id)
    query = query.where(led_by(person.id)).order_by(sessions.c.starts_at.desc(), sessions.c.id.desc()).limit(LATEST)
    rows = conn.execute(query).all()
    known = store.by_ids(conn, [row.id for row in rows])
    return [(known[row.id], row.key) for row in rows]


def boards_led(conn: Connection, person: Person, member_id: int, now: datetime) -> list[SessionBoard]:
    """Return the sessions that somebody leads or runs, each with one member only, for her record."""
    led = [*sessions_led(conn, person), *((one, f"{OPEN}{one.audience}") for one in open_sessions(conn, person))]
    whole = [SessionBoard(session, branch, phase_of(session, now)) for session, branch in led]
    return [replace(one, seats=seats_of(conn, one.session, [member_id])) for one in whole]


def branches_led(conn: Connection, person: Person, *, locked: bool = False) -> list[str]:
    """Return the keys of the branches that somebody leads; `locked` until the end of the transaction."""
    if not leads(person):
        return []
    query = select(branches.c.key).where(led_by(person.id)).order_by(branches.c.key)
    return list(conn.execute(query.with_for_update() if locked else query).scalars())


def branches_led_by(conn: Connection, person: Person) -> dict[int, str]:
    """Return the branches that somebody leads: their keys, by id."""
    if not leads(person):
        return {}
    query = select(branches.c.id, branches.c.key).where(led_by(person.id)).order_by(branches.c.key)
    return {row.id: row.key for row in conn.execute(query)}


def branch_led(conn: Connection, person: Person, key: str) -> int | None:
    """Return the branch of a key, if somebody leads it."""
    if not leads(person):
        return None
    return conn.execute(select(branches.c.id).where(led_by(person.id), branches.c.key == key)).scalar()


def members_of(conn: Connection, person: Person, branch_id: int | None = None) -> list[int]:
    """Return who is in the branches that somebody leads, or in one of them."""
    query = (
        select(people.c.id)
        .join(branch_members, branch_members.c.person_id == people.c.id)
        .join(branches, branches.c.id == branch_members.c.branch_id)
        .where(led_by(person.id), people.c.left_at.is_(None), people.c.absent_at.is_(None))
    )
    if branch_id is not None:
        query = query.where(branches.c.id == branch_id)
    return sorted(set(conn.execute(query).scalars()))


def same_planned(conn: Connection, branch: str, starts_at: datetime, title: str) -> Session | None:
    """Return the session of a branch that has this start and title already: a button was pressed twice."""
    query = select(sessions.c.id).outerjoin(branches, branches.c.id == sessions.c.branch_id)
    its = sessions.c.audience == branch.removeprefix(OPEN) if branch.startswith(OPEN) else branches.c.key == branch
    here = (its, sessions.c.starts_at == starts_at, sessions.c.state == SessionState.PLANNED.value)
    found = store.by_ids(conn, list(conn.execute(query.where(*here)).scalars())).values()
    return next((one for one in found if one.title == " ".join(title.split())), None)


def led_session(conn: Connection, session_id: int, person: Person) -> Led | None:
    """Return a session with whom it is for; None where there is none, or it is not for this person to see."""
    session = store.by_id(conn, session_id) if session_id < 2**63 else None
    if session is None:
        return None
    if session.audience is not None:
        hers = runs(conn, person) and session.id in leaders.led_by(conn, person.id)
        return Led(session, f"{OPEN}{session.audience}") if hers or may_open(person, session.audience) else None
    query = select(branches.c.key).where(branches.c.id == session.branch_id, led_by(person.id))
    key = conn.execute(query).scalar() if leads(person) else None
    return None if key is None else Led(session, key)
