"""Tables and queries of cases and of who was told about them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
)
from sqlalchemy.exc import IntegrityError

from bot.cases.model import HELD, Case, CaseState, Reason
from bot.cases.rules import ENDED_BY_STAFF
from bot.listed import listed_as
from bot.schema import Id, UtcDateTime, id_column, metadata

cases = Table(
    "cases",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reason", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("prompt_id", Id, ForeignKey("prompts.id", ondelete="SET NULL")),
    Column("share_with", String(16)),
    Column("opened_at", UtcDateTime, nullable=False),
    # When whoever must know is told again, or (hard) she is asked whether somebody else may know.
    Column("next_at", UtcDateTime),
    Column("round", Integer, nullable=False, default=0),
    Column("acknowledged_by", Id, ForeignKey("people.id")),
    Column("acknowledged_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    # How it ended: a plain code ("answered", "spoken", "closed").
    Column("outcome", String(32)),
    # The version of the policies under which it was opened; none: the ones that are shipped.
    Column("policy_id", Id, ForeignKey("documents.id")),
    Column("step", Integer, nullable=False, default=0, server_default="0"),
    Column("told_at", UtcDateTime),
    Column("acted_at", UtcDateTime),
    Column("slowed_at", UtcDateTime),
    Column("rollcall_id", Id, index=True),
)
is_unresolved = cases.c.state != CaseState.RESOLVED.value
Index(
    "uq_cases_unresolved",
    cases.c.person_id,
    cases.c.reason,
    unique=True,
    sqlite_where=is_unresolved,
    postgresql_where=is_unresolved,
)
Index(
    "ix_cases_next_at",
    cases.c.next_at,
    sqlite_where=cases.c.next_at.is_not(None),
    postgresql_where=cases.c.next_at.is_not(None),
)

case_alarms = Table(
    "case_alarms",
    metadata,
    id_column(),
    Column("case_id", Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", Id, ForeignKey("people.id"), nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    # As whom: a word of bot.policies.model.Whom.
    Column("role", String(16), nullable=False, server_default="office"),
    UniqueConstraint("case_id", "person_id"),
)


# Cases are locked with key_share: a message or a note that only names one does not wait for whoever decides.
# Kept, because every message needs it: building a statement costs twice as much as running it.
_UNRESOLVED_OF_ONE = select(cases).where(cases.c.person_id == bindparam("one"), is_unresolved).order_by(cases.c.id)
_UNRESOLVED_OF = select(cases).where(listed_as(cases.c.person_id, "ids"), is_unresolved).order_by(cases.c.id)


def by_id(conn: Connection, case_id: int, *, locked: bool = False) -> Case | None:
    """Return one case; `locked` until the end of the transaction, for whoever decides by what it is."""
    query = select(cases).where(cases.c.id == case_id)
    row = conn.execute(query.with_for_update(key_share=True) if locked else query).one_or_none()
    return None if row is None else from_row(row)


def _due(*, hard: bool) -> Select[Any]:
    is_hard = cases.c.reason == Reason.HARD.value
    return (
        select(cases)
        .where(cases.c.next_at <= bindparam("now"), is_hard if hard else ~is_hard)
        .order_by(cases.c.reason != Reason.URGENT.value, cases.c.next_at, cases.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True, key_share=True)
    )


# Statements that the bell needs all the time are kept: building one costs many times what running it does.
_DUE = {hard: _due(hard=hard) for hard in (False, True)}
_ENDED_BY_STAFF = select(cases.c.prompt_id).where(
    listed_as(cases.c.person_id, "its_people"),
    listed_as(cases.c.prompt_id, "its_prompts"),
    cases.c.reason == Reason.MISSED.value,
    cases.c.outcome.in_(sorted(ENDED_BY_STAFF)),
)


def unresolved_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, list[Case]]:
    """Return the cases of students that are not over, by student, the oldest first."""
    found: dict[int, list[Case]] = {}
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), 500):
        for row in conn.execute(_UNRESOLVED_OF, {"ids": ids[start : start + 500]}):
            found.setdefault(row.person_id, []).append(from_row(row))
    return found


def going_on(conn: Connection, person_id: int) -> list[Case]:
    """Return the cases of one student that are not over, the oldest first."""
    return [from_row(row) for row in conn.execute(_UNRESOLVED_OF_ONE, {"one": person_id})]


def held_by(conn: Connection, staff_id: int) -> list[Case]:
    """Return the cases that somebody looks after now, the newest first."""
    held = [state.value for state in HELD]
    query = select(cases).where(cases.c.acknowledged_by == staff_id, cases.c.state.in_(held))
    return [from_row(row) for row in conn.execute(query.order_by(cases.c.id.desc()))]


def open_one(conn: Connection, **values: Any) -> tuple[Case, bool]:
    """Open a case, or return the one that is open for this student and reason; True when it is new."""
    known = _unresolved_for(conn, values["person_id"], values["reason"])
    if known is not None:
        return known, False
    try:
        with conn.begin_nested():
            inserted = conn.execute(
                cases.insert()
                .values(state=CaseState.OPEN.value, round=0, **values | {"reason": values["reason"].value})
                .returning(cases.c.id)
            ).scalar_one()
    except IntegrityError:  # somebody opened it in between; the index decides
        known = _unresolved_for(conn, values["person_id"], values["reason"])
        if known is None:
            raise
        return known, False
    case = by_id(conn, inserted)
    if case is None:
        raise LookupError("the case was stored a moment ago and is gone")
    return case, True


def ended_by_staff(conn: Connection, person_ids: Sequence[int], prompt_ids: Sequence[int]) -> set[int]:
    """Return those of these people's questions whose case of silence a member of staff has ended."""
    return set(conn.execute(_ENDED_BY_STAFF, {"its_people": person_ids, "its_prompts": prompt_ids}).scalars())


def _unresolved_for(conn: Connection, person_id: int, reason: Reason) -> Case | None:
    # Locked, so that nobody takes or ends it between this look and what the caller adds to it.
    query = select(cases).where(cases.c.person_id == person_id, cases.c.reason == reason.value, is_unresolved)
    row = conn.execute(query.with_for_update(key_share=True)).one_or_none()
    return None if row is None else from_row(row)


def due(conn: Connection, now: datetime, limit: int, *, hard: bool) -> list[Case]:
    """Claim the cases for which something happens by `now`: the hard weeks, or all others, calls for help first."""
    return [from_row(row) for row in conn.execute(_DUE[hard], {"now": now, "most": limit})]


def update(conn: Connection, case_id: int, **values: Any) -> None:
    """Change columns of one case."""
    conn.execute(cases.update().where(cases.c.id == case_id).values(**values))


def move_state(conn: Connection, case_id: int, from_states: Iterable[CaseState], **values: Any) -> bool:
    """Change a case only while it is in one of the states; False when somebody else was faster."""
    states = [state.value for state in from_states]
    done = conn.execute(cases.update().where(cases.c.id == case_id, cases.c.state.in_(states)).values(**values))
    return done.rowcount == 1


def record_alarm(conn: Connection, case_id: int, person_id: int, now: datetime, role: str) -> None:
    """Remember that somebody is being told about a case, and as whom (a buddy who is staff too stays what she was)."""
    again = conn.execute(
        case_alarms.update()
        .where(case_alarms.c.case_id == case_id, case_alarms.c.person_id == person_id)
        .values(last_at=now)
    )
    if again.rowcount == 0:
        conn.execute(
            case_alarms.insert().values(case_id=case_id, person_id=person_id, first_at=now, last_at=now, role=role)
        )


def alarmed(conn: Connection, case_id: int) -> list[int]:
    """Return the ids of everybody who was told about a case."""
    query = select(case_alarms.c.person_id).where(case_alarms.c.case_id == case_id).order_by(case_alarms.c.id)
    return list(conn.execute(query).scalars())


def alarmed_as(conn: Connection, case_id: int) -> dict[int, str]:
    """Return as whom everybody was told about a case, by person, in the order in which they were told."""
    query = select(case_alarms.c.person_id, case_alarms.c.role).where(case_alarms.c.case_id == case_id)
    return {row.person_id: row.role for row in conn.execute(query.order_by(case_alarms.c.id))}


def from_row(row: Row[Any]) -> Case:
    """Turn a row of `cases` into a case."""
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    values["reason"] = Reason(row.reason)
    values["state"] = CaseState(row.state)
    return Case(**values)
