"""Proposals of temporary branches, as the office changes and accepts them; and who has left a branch by herself."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, String, Table, UniqueConstraint, select

from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch

regroupings = Table(
    "regroupings",
    metadata,
    id_column(),
    Column("state", String(12), nullable=False, index=True),
    # None: the operator at the command line.
    Column("author_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("body", sealed_for_branch(), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
)

# Who has left a branch is not put into it again by the next roster.
branch_leavings = Table(
    "branch_leavings",
    metadata,
    id_column(),
    Column("branch_id", Id, ForeignKey("branches.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("branch_id", "person_id"),
)


class State(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Group:
    """One branch of a proposal: its name, its kind, who will lead it (None: not named yet) and its members."""

    key: str
    kind: str
    region: str
    members: tuple[int, ...]
    secretary_id: int | None = None


@dataclass(frozen=True)
class Regrouping:
    """One proposal; `left_out` are those who are in none of its branches."""

    id: int
    state: State
    at: datetime
    groups: tuple[Group, ...]
    left_out: tuple[int, ...] = ()


def add(conn: Connection, groups: tuple[Group, ...], author_id: int | None, now: datetime) -> Regrouping:
    """Store a proposal; it takes the place of one that is still open."""
    open_ones = regroupings.c.state == State.OPEN.value
    conn.execute(regroupings.update().where(open_ones).values(state=State.DROPPED.value, decided_at=now))
    values = {"state": State.OPEN.value, "author_id": author_id, "body": _body(groups, ()), "at": now}
    made = conn.execute(regroupings.insert().values(values).returning(regroupings.c.id)).scalar_one()
    return Regrouping(int(made), State.OPEN, now, groups)


def open_one(conn: Connection, *, locked: bool = False) -> Regrouping | None:
    """Return the proposal that waits for the office, if there is one."""
    query = (
        select(regroupings).where(regroupings.c.state == State.OPEN.value).order_by(regroupings.c.id.desc()).limit(1)
    )
    row = conn.execute(query.with_for_update() if locked else query).one_or_none()
    if row is None:
        return None
    groups = tuple(Group(**one | {"members": tuple(one["members"])}) for one in row.body["groups"])
    return Regrouping(row.id, State(row.state), row.at, groups, tuple(row.body["left_out"]))


def change(conn: Connection, one: Regrouping, groups: tuple[Group, ...], left_out: tuple[int, ...]) -> Regrouping:
    """Store what the office has changed."""
    conn.execute(regroupings.update().where(regroupings.c.id == one.id).values(body=_body(groups, left_out)))
    return replace(one, groups=groups, left_out=left_out)


def decide(conn: Connection, one: Regrouping, state: State, now: datetime) -> None:
    """End a proposal; nobody is named in what is kept of it."""
    values = {"state": state.value, "decided_at": now, "body": _body((), ())}
    conn.execute(regroupings.update().where(regroupings.c.id == one.id).values(values))


def _body(groups: tuple[Group, ...], left_out: tuple[int, ...]) -> dict[str, Any]:
    plain = [
        {"key": one.key, "kind": one.kind, "region": one.region, "members": list(one.members)}
        | {"secretary_id": one.secretary_id}
        for one in groups
    ]
    return {"groups": plain, "left_out": list(left_out)}
