"""Tables and queries of roll-calls, of the people in them and of what was said."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
)

from bot.listed import listed
from bot.rollcalls.model import Area, MemberState, Rollcall, RollcallState, Word
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

rollcalls = Table(
    "rollcalls",
    metadata,
    id_column(),
    # None: the operator at the command line.
    Column("author_id", Id, ForeignKey("people.id")),
    Column("is_drill", Boolean, nullable=False),
    Column("state", String(8), nullable=False),
    # What happened, in the author's words, and whom it concerns.
    Column("what", Sealed(), nullable=False),
    Column("area", Sealed(), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("closed_by", Id, ForeignKey("people.id")),
    # Its own clock: all people share the same instants, so no prompt has one.
    Column("step", Integer, nullable=False),
    Column("next_at", UtcDateTime, index=True),
    Column("cursor", Id, nullable=False),
    # From when on those who were asked and have said nothing count as silent.
    Column("silent_at", UtcDateTime),
    # What confirms the last count, as a hash, and until when (real time).
    Column("token", String(64)),
    Column("token_until", UtcDateTime),
)

# One row per person, with all that the board counts: it reads this table and nothing else.
rollcall_members = Table(
    "rollcall_members",
    metadata,
    id_column(),
    Column("rollcall_id", Id, ForeignKey("rollcalls.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("country", String(2), nullable=False),
    Column("city", String(120), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    # Since when it is so.
    Column("at", UtcDateTime, nullable=False),
    # Who said it on her behalf; None: she herself.
    Column("author_id", Id, ForeignKey("people.id")),
    # Who has taken her city, or her, to find out.
    Column("taken_by", Id, ForeignKey("people.id")),
    UniqueConstraint("rollcall_id", "person_id"),
)
Index(
    "ix_rollcall_members_board",
    rollcall_members.c.rollcall_id,
    rollcall_members.c.country,
    rollcall_members.c.city,
    rollcall_members.c.state,
    rollcall_members.c.taken_by,
)

rollcall_answers = Table(
    "rollcall_answers",
    metadata,
    id_column(),
    Column("rollcall_id", Id, ForeignKey("rollcalls.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("word", String(12), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # Who said it on her behalf, and how they know.
    Column("author_id", Id, ForeignKey("people.id")),
    Column("note", Sealed()),
    # False: it came after the end, or after her own word.
    Column("counts", Boolean, nullable=False),
)

incident_reports = Table(
    "incident_reports",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("what", Sealed(), nullable=False),
    Column("city", String(120), nullable=False),
    Column("country", String(2), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

_MEMBER = rollcall_members.update()
# Roll-calls are locked with key_share: an answer names its roll-call, and must not wait until a whole batch was asked.


def add(
    conn: Connection, author_id: int | None, what: str, area: Area, now: datetime, *, is_drill: bool, **values: Any
) -> int:
    """Store a draft and return its id."""
    columns = {
        "author_id": author_id,
        "is_drill": is_drill,
        "state": RollcallState.DRAFT.value,
        "what": what,
        "area": area.to_json(),
        "created_at": now,
        "step": 0,
        "cursor": 0,
    }
    inserted = conn.execute(rollcalls.insert().values(columns | values).returning(rollcalls.c.id))
    return int(inserted.scalar_one())


def drop(conn: Connection, rollcall_id: int) -> None:
    """Forget a draft that was only counted."""
    conn.execute(
        rollcalls.delete().where(rollcalls.c.id == rollcall_id, rollcalls.c.state == RollcallState.DRAFT.value)
    )


def by_id(conn: Connection, rollcall_id: int, *, locked: bool = False) -> Rollcall | None:
    """Return one roll-call; `locked` until the end of the transaction."""
    query = select(rollcalls).where(rollcalls.c.id == rollcall_id)
    row = conn.execute(query.with_for_update(key_share=True) if locked else query).one_or_none()
    return None if row is None else _rollcall(row)


def due(conn: Connection, now: datetime) -> Rollcall | None:
    """Claim the roll-call whose step has been due the longest."""
    query = (
        select(rollcalls)
        .where(rollcalls.c.next_at <= now)
        .order_by(rollcalls.c.next_at, rollcalls.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else _rollcall(row)


def latest(conn: Connection, limit: int) -> list[Rollcall]:
    """Return roll-calls, the newest first."""
    query = select(rollcalls).order_by(rollcalls.c.id.desc()).limit(limit)
    return [_rollcall(row) for row in conn.execute(query)]


def update(conn: Connection, rollcall_id: int, **values: Any) -> None:
    """Change columns of one roll-call."""
    conn.execute(rollcalls.update().where(rollcalls.c.id == rollcall_id).values(**values))


def member_state(conn: Connection, rollcall_id: int, person_id: int) -> MemberState | None:
    """Return where one person of a roll-call is; None when she is not in it."""
    query = select(rollcall_members.c.state).where(
        rollcall_members.c.rollcall_id == rollcall_id, rollcall_members.c.person_id == person_id
    )
    found = conn.execute(query.with_for_update()).scalar()
    return None if found is None else MemberState(found)


def move(
    conn: Connection,
    rollcall_id: int,
    person_ids: Sequence[int],
    from_states: Iterable[MemberState],
    to: MemberState,
    now: datetime,
) -> int:
    """Put people of a roll-call who are in one of the states into another; return how many those were."""
    table = rollcall_members
    states = [state.value for state in from_states]
    where = [table.c.rollcall_id == rollcall_id, listed(table.c.person_id, person_ids), table.c.state.in_(states)]
    return conn.execute(_MEMBER.where(*where).values(state=to.value, at=now, author_id=None)).rowcount


def set_word(
    conn: Connection, rollcall_id: int, person_id: int, word: Word, now: datetime, author_id: int | None
) -> None:
    """Put one person of a roll-call where her word, or one on her behalf, puts her."""
    table = rollcall_members
    conn.execute(
        _MEMBER.where(table.c.rollcall_id == rollcall_id, table.c.person_id == person_id).values(
            state=word.value, at=now, author_id=author_id
        )
    )


def give_back(conn: Connection, rollcall_id: int, person_id: int) -> None:
    """Let a person of a roll-call be nobody's again: whoever had taken her has done nothing."""
    table = rollcall_members
    mine = [table.c.rollcall_id == rollcall_id, table.c.person_id == person_id]
    conn.execute(_MEMBER.where(*mine).values(taken_by=None))


def add_answer(conn: Connection, rollcall_id: int, person_id: int, word: Word, now: datetime, **values: Any) -> int:
    """Append what was said (channel, counts; author_id and note where it is on her behalf); return its id."""
    columns = {"rollcall_id": rollcall_id, "person_id": person_id, "word": word.value, "at": now, **values}
    return int(conn.execute(rollcall_answers.insert().values(columns).returning(rollcall_answers.c.id)).scalar_one())


def spoke_herself(conn: Connection, rollcall_id: int, person_id: int) -> bool:
    """Tell whether she has said something to a roll-call that counts."""
    table = rollcall_answers
    query = select(table.c.id).where(
        table.c.person_id == person_id, table.c.rollcall_id == rollcall_id, table.c.author_id.is_(None), table.c.counts
    )
    return conn.execute(query.limit(1)).first() is not None


# Kept, because every message needs it: building a statement costs twice as much as running it.
_OPEN_WITH = (
    select(rollcalls.c.id, rollcall_members.c.state)
    .join(rollcall_members, rollcall_members.c.rollcall_id == rollcalls.c.id)
    .where(rollcall_members.c.person_id == bindparam("one"), rollcalls.c.state == RollcallState.OPEN.value)
    .order_by(rollcalls.c.id.desc())
)


def open_with(conn: Connection, person_id: int) -> list[tuple[int, MemberState]]:
    """Return the open roll-calls that somebody is in, the newest first, and where she is in each."""
    return [(row.id, MemberState(row.state)) for row in conn.execute(_OPEN_WITH, {"one": person_id})]


def drill_asked_for_help(conn: Connection, person_id: int) -> int | None:
    """Return the open drill in which somebody has said that she needs help; None when there is none."""
    query = (
        select(rollcalls.c.id)
        .join(rollcall_members, rollcall_members.c.rollcall_id == rollcalls.c.id)
        .where(
            rollcall_members.c.person_id == person_id,
            rollcall_members.c.state == MemberState.HELP.value,
            rollcalls.c.state == RollcallState.OPEN.value,
            rollcalls.c.is_drill,
        )
        .order_by(rollcalls.c.id.desc())
        .limit(1)
    )
    return conn.execute(query).scalar()


def add_report(conn: Connection, person_id: int, what: str, city: str, country: str, now: datetime) -> int:
    """Store what a student reports and return its id; the place is "" where it is not known."""
    values = {"person_id": person_id, "what": what, "city": city, "country": country, "at": now}
    inserted = conn.execute(incident_reports.insert().values(values).returning(incident_reports.c.id))
    return int(inserted.scalar_one())


def report(conn: Connection, report_id: int) -> Row[Any] | None:
    """Return one report with what, city, country, person_id and at."""
    return conn.execute(select(incident_reports).where(incident_reports.c.id == report_id)).one_or_none()


def _rollcall(row: Row[Any]) -> Rollcall:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    values["state"] = RollcallState(row.state)
    values["area"] = Area.from_json(row.area)
    return Rollcall(**values)
