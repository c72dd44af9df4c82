"""The list of one session: who is there, what she replied, and how that is known. Callers have looked who asks.

What a page shows is loaded, not everybody: an open session has thousands, and its list looks again every few seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select, true

from bot.listed import listed
from bot.people.pinyin import order_of, plain
from bot.people.store import people
from bot.sessions import leaders, marks, store, words
from bot.sessions.attendance import Phase, phase_of
from bot.sessions.marks import session_marks
from bot.sessions.model import How, Mark, Rsvp, Session
from bot.sessions.store import session_invitations
from bot.sessions.words import Spoken

PAGE = 100
_THERE = (Mark.PRESENT.value, Mark.LATE.value)


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
class Tally:
    """How many are invited, are there, and have said that they come."""

    total: int = 0
    there: int = 0
    expected: int = 0


@dataclass(frozen=True)
class SessionBoard:
    """A session with its list, or a page of it, those without a mark first; the tally is of everybody."""

    session: Session
    branch: str
    phase: Phase
    seats: list[Seat] = field(default_factory=list)
    tally: Tally = Tally()
    spoken: list[Spoken] = field(default_factory=list)
    """What those on the list said in a round."""
    leaders: list[tuple[str, str]] = field(default_factory=list)
    """Who runs it, outside any branch: number and name."""
    q: str = ""
    page: int = 1
    pages: int = 1

    @property
    def by_name(self) -> list[Seat]:
        """Return those on the list as a telephone book has them."""
        return sorted(self.seats, key=lambda seat: (order_of(seat.name), seat.number))


def whole_board(conn: Connection, session: Session, branch: str, now: datetime) -> SessionBoard:
    """Return the whole list of a session."""
    seats = seats_of(conn, session, _ids(conn, session, true()))
    spoken = words.of_session(conn, session.id) if session.is_round else []
    phase = phase_of(session, now)
    return SessionBoard(session, branch, phase, seats, _tally(conn, session), spoken, leaders_of(conn, session))


def board_page(
    conn: Connection, session: Session, branch: str, now: datetime, *, q: str = "", page: int = 1
) -> SessionBoard:
    """Return one page of the list; `q` narrows it to whom somebody means by name, pinyin or number."""
    tally, meant = _tally(conn, session), _meant(q)
    found = _count(conn, session, meant) if q.strip() else tally.total
    pages = max(1, -(-found // PAGE))
    page = min(max(1, page), pages)
    ids = _ids(conn, session, meant, page)
    spoken = words.of_session(conn, session.id, ids) if session.is_round else []
    seats, phase = seats_of(conn, session, ids), phase_of(session, now)
    runs = leaders_of(conn, session)
    return SessionBoard(session, branch, phase, seats, tally, spoken, runs, q.strip(), page, pages)


def leaders_of(conn: Connection, session: Session) -> list[tuple[str, str]]:
    """Return who runs a session outside any branch: number and name."""
    query = select(people.c.number, people.c.name).where(listed(people.c.id, leaders.leaders_of(conn, session.id)))
    return [(row.number, row.name) for row in conn.execute(query.order_by(people.c.sorts_as))]


def seats_of(conn: Connection, session: Session, ids: Sequence[int]) -> list[Seat]:
    """Return what the list says of these people, in their order, without those who are not in the session."""
    table = session_invitations
    query = (
        select(table.c.person_id, table.c.reply, table.c.mark, table.c.marked_at, people.c.number, people.c.name)
        .join(people, people.c.id == table.c.person_id)
        .where(table.c.session_id == session.id, table.c.left_at.is_(None), listed(table.c.person_id, ids))
    )
    rows = {row.person_id: row for row in conn.execute(query)}
    reasons, answers = store.reasons_of(conn, session.id, ids), marks.answers_of(conn, session.id, ids)
    last = _last(conn, session, ids)
    seats = []
    for row in (rows[one] for one in ids if one in rows):
        how, author = last.get(row.person_id, (None, "")) if row.mark else (None, "")
        reply, mark = Rsvp(row.reply) if row.reply else None, Mark(row.mark) if row.mark else None
        said = (reply, reasons.get(row.person_id, ""), mark, how, row.marked_at, author)
        seats.append(Seat(row.person_id, row.number, row.name, *said, answers.get(row.person_id, {})))
    return seats


def _ids(conn: Connection, session: Session, meant: ColumnElement[bool], page: int | None = None) -> list[int]:
    table = session_invitations
    query = select(table.c.person_id).join(people, people.c.id == table.c.person_id).where(_in(session), meant)
    query = query.order_by(case((table.c.mark.is_(None), 0), else_=1), people.c.sorts_as, people.c.number)
    if page is not None:
        query = query.limit(PAGE).offset((page - 1) * PAGE)
    return list(conn.execute(query).scalars())


def _tally(conn: Connection, session: Session) -> Tally:
    table = session_invitations
    there, comes = table.c.mark.in_(_THERE), table.c.reply == Rsvp.YES.value
    query = select(func.count(), func.sum(case((there, 1), else_=0)), func.sum(case((comes, 1), else_=0)))
    total, present, expected = conn.execute(query.where(_in(session))).one()
    return Tally(total, int(present or 0), int(expected or 0))


def _count(conn: Connection, session: Session, meant: ColumnElement[bool]) -> int:
    table = session_invitations
    query = select(func.count()).select_from(table.join(people, people.c.id == table.c.person_id))
    return int(conn.execute(query.where(_in(session), meant)).scalar_one())


def _in(session: Session) -> ColumnElement[bool]:
    table = session_invitations
    return and_(table.c.session_id == session.id, table.c.left_at.is_(None))


def _meant(q: str) -> ColumnElement[bool]:
    """Hold for whom somebody means: a number is found by any part of it, a name by how it begins."""
    key = plain(q)
    if not key:
        return true()
    begins = people.c.found_by.contains(f" {key}", autoescape=True)
    return or_(begins, people.c.found_by.contains(key, autoescape=True)) if key.isdecimal() else begins


def _last(conn: Connection, session: Session, ids: Sequence[int]) -> dict[int, tuple[How, str]]:
    """Return how each mark that counts is known, and who entered it."""
    table = session_marks
    query = (
        select(table.c.person_id, table.c.how, people.c.name)
        .outerjoin(people, people.c.id == table.c.author_id)
        .where(table.c.session_id == session.id, listed(table.c.person_id, ids))
        .order_by(table.c.id)
    )
    return {row.person_id: (How(row.how), row.name or "") for row in conn.execute(query)}
