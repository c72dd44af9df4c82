"""Who is at a session, for whoever arranges it: the branches that somebody leads, their sessions, and the list of one.

Outside any branch that is the office, and whoever it has asked to run a session.

Nothing of safety is here, and nothing of another branch.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, or_, select

from bot.branches.store import branch_members, branches, led_by
from bot.listed import listed
from bot.people.model import STAFF_ROLES, Person, RoleKind
from bot.people.store import people
from bot.sessions import leaders, marks, store, words
from bot.sessions.attendance import Phase, phase_of
from bot.sessions.marks import session_marks
from bot.sessions.model import How, Invitation, Mark, Rsvp, Session, SessionState
from bot.sessions.store import session_invitations, sessions
from bot.sessions.words import Spoken
from bot.views.session_scope import may_open, opens

LATEST = 60
OPEN = "open:"
"""Begins what names an audience, where others name a branch."""


@dataclass(frozen=True)
class Seat:
    """One member on the list; `how` and `entered_by` say how her mark is known."""

    person_id: int
    number: str
    name: str
    reply: Rsvp | None
    reason: str
    mark: Mark | None
    how: How | None
    marked_at: datetime | None
    entered_by: str
    answers: dict[int, str]


@dataclass(frozen=True)
class SessionBoard:
    """A session with its list, those without a mark first."""

    session: Session
    branch: str
    phase: Phase
    seats: list[Seat]
    spoken: list[Spoken] = field(default_factory=list)
    """What was said in a round."""
    leaders: list[tuple[str, str]] = field(default_factory=list)
    """Who runs it, outside any branch: number and name."""

    @property
    def counts(self) -> dict[str, int]:
        """Return how many have which mark; "" are those without."""
        found = {"": 0} | {mark.value: 0 for mark in Mark}
        for seat in self.seats:
            found[seat.mark.value if seat.mark else ""] += 1
        return found

    @property
    def there(self) -> int:
        """Return how many are there."""
        return sum(seat.mark in {Mark.PRESENT, Mark.LATE} for seat in self.seats)

    @property
    def expected(self) -> int:
        """Return how many have said that they come."""
        return sum(seat.reply is Rsvp.YES for seat in self.seats)


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
    return [whole_board(conn, session, branch, now, only=member_id) for session, branch in led]


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


def board_of(conn: Connection, session_id: int, person: Person, now: datetime) -> SessionBoard | None:
    """Return the list of a session; None where there is none, or it is not for this person to see."""
    session = store.by_id(conn, session_id) if session_id < 2**63 else None
    if session is not None and session.audience is not None:
        hers = runs(conn, person) and session.id in leaders.led_by(conn, person.id)
        may_see = hers or may_open(person, session.audience)
        return whole_board(conn, session, f"{OPEN}{session.audience}", now) if may_see else None
    query = select(branches.c.key).join(sessions, sessions.c.branch_id == branches.c.id)
    key = conn.execute(query.where(sessions.c.id == session_id, led_by(person.id))).scalar() if leads(person) else None
    return None if key is None or session is None else whole_board(conn, session, key, now)


def whole_board(
    conn: Connection, session: Session, branch: str, now: datetime, *, only: int | None = None
) -> SessionBoard:
    """Return the list of a session, or what it says of one member; callers have looked whether they may."""
    table = session_invitations
    query = (
        select(table, people.c.number, people.c.name)
        .join(people, people.c.id == table.c.person_id)
        .where(table.c.session_id == session.id, table.c.left_at.is_(None))
        .order_by(people.c.name, people.c.number)
    )
    rows = conn.execute(query if only is None else query.where(table.c.person_id == only)).all()
    invited = {one.person_id: one for one in store.invitations_of(conn, session.id)}
    reasons, answers = store.reasons_of(conn, session.id), marks.answers_of(conn, session.id)
    last = _last(conn, session)
    seats = [
        _seat(
            invited[row.person_id],
            row.number,
            row.name,
            reasons.get(row.person_id, ""),
            answers.get(row.person_id, {}),
            last.get(row.person_id),
        )
        for row in rows
    ]
    there = sorted(seats, key=lambda seat: seat.mark is not None)
    spoken = words.of_session(conn, session.id) if session.is_round else []
    return SessionBoard(session, branch, phase_of(session, now), there, spoken, _leaders(conn, session))


def _leaders(conn: Connection, session: Session) -> list[tuple[str, str]]:
    query = select(people.c.number, people.c.name).where(listed(people.c.id, leaders.leaders_of(conn, session.id)))
    return [(row.number, row.name) for row in conn.execute(query.order_by(people.c.sorts_as))]


def _seat(
    one: Invitation,
    number: str,
    name: str,
    reason: str,
    answers: dict[int, str],
    last: tuple[How, str] | None,
) -> Seat:
    how, author = last if last and one.mark else (None, "")
    return Seat(one.person_id, number, name, one.reply, reason, one.mark, how, one.marked_at, author, answers)


def _last(conn: Connection, session: Session) -> dict[int, tuple[How, str]]:
    """Return how each mark that counts is known, and who entered it."""
    table = session_marks
    query = (
        select(table.c.person_id, table.c.how, people.c.name)
        .outerjoin(people, people.c.id == table.c.author_id)
        .where(table.c.session_id == session.id)
        .order_by(table.c.id)
    )
    return {row.person_id: (How(row.how), row.name or "") for row in conn.execute(query)}
