"""Tables and queries of buddies and of those by whom somebody does not want to be asked."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Row, String, Table, UniqueConstraint, or_, select

from bot.buddies.model import Pair, PairState
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

buddies = Table(
    "buddies",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("other_id", Id, ForeignKey("people.id", ondelete="CASCADE"), index=True),
    # What she wrote; it may be nobody's number, which she is not to learn.
    Column("number", Sealed()),
    Column("code_hash", String(64), unique=True),
    Column("state", String(16), nullable=False),
    Column("person_anywhere", Boolean, nullable=False, default=False),
    Column("other_anywhere", Boolean, nullable=False, default=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("agreed_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # None: the service, because one of them left.
    Column("ended_by", Id, ForeignKey("people.id", ondelete="CASCADE")),
)

buddy_blocks = Table(
    "buddy_blocks",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("blocked_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "blocked_id"),
)

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look like others: a code is read out and typed."""
_PLAIN = [column for column in buddies.c if column.name != "code_hash"]


def of_person(conn: Connection, person_id: int) -> list[Pair]:
    """Return every pair of a person, whoever asked and whatever became of it, the oldest first."""
    query = select(*_PLAIN).where(or_(buddies.c.person_id == person_id, buddies.c.other_id == person_id))
    return [_pair(row) for row in conn.execute(query.order_by(buddies.c.id))]


def agreed_of(conn: Connection, person_ids: Iterable[int]) -> list[Pair]:
    """Return the pairs that are agreed and hold one of these people, the oldest agreement first."""
    found: dict[int, Pair] = {}
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), 500):
        piece = ids[start : start + 500]
        for column in (buddies.c.person_id, buddies.c.other_id):  # one index each
            query = select(*_PLAIN).where(column.in_(piece), buddies.c.state == PairState.AGREED.value)
            found |= {row.id: _pair(row) for row in conn.execute(query)}
    return sorted(found.values(), key=lambda pair: (pair.agreed_at or pair.asked_at, pair.id))


def by_id(conn: Connection, pair_id: int) -> Pair | None:
    """Return one pair, locked: two answers to it take turns."""
    row = conn.execute(select(*_PLAIN).where(buddies.c.id == pair_id).with_for_update()).one_or_none()
    return None if row is None else _pair(row)


def by_code(conn: Connection, code: str) -> Pair | None:
    """Return the pair of a code that nobody has used yet."""
    query = select(*_PLAIN).where(
        buddies.c.code_hash == _hash(code), buddies.c.state == PairState.OFFERED.value, buddies.c.other_id.is_(None)
    )
    row = conn.execute(query.with_for_update()).one_or_none()
    return None if row is None else _pair(row)


def add(
    conn: Connection, person_id: int, other_id: int | None, number: str | None, state: PairState, now: datetime
) -> int:
    """Store a new pair and return its id."""
    values = {"person_id": person_id, "other_id": other_id, "number": number, "state": state.value, "asked_at": now}
    return int(conn.execute(buddies.insert().values(**values).returning(buddies.c.id)).scalar_one())


def add_code(conn: Connection, person_id: int, now: datetime) -> str:
    """Store a pair that waits for whoever has its code, and return the code, which is not kept."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    code = f"YX-{letters[:4]}-{letters[4:]}"
    values = {"person_id": person_id, "code_hash": _hash(code), "state": PairState.OFFERED.value, "asked_at": now}
    conn.execute(buddies.insert().values(**values))
    return code


def update(conn: Connection, pair_id: int, **values: Any) -> None:
    """Change columns of one pair; enums are stored by value."""
    conn.execute(buddies.update().where(buddies.c.id == pair_id).values(**values))


def block(conn: Connection, person_id: int, blocked_id: int, now: datetime) -> None:
    """Remember that somebody does not want to be asked by somebody."""
    if blocked_id not in blocked_by(conn, person_id):
        conn.execute(buddy_blocks.insert().values(person_id=person_id, blocked_id=blocked_id, at=now))


def unblock(conn: Connection, person_id: int, blocked_id: int) -> bool:
    """Let somebody be asked by somebody again; False when that was so already."""
    mine = (buddy_blocks.c.person_id == person_id) & (buddy_blocks.c.blocked_id == blocked_id)
    return conn.execute(buddy_blocks.delete().where(mine)).rowcount == 1


def blocked_by(conn: Connection, person_id: int) -> list[int]:
    """Return by whom somebody does not want to be asked."""
    query = select(buddy_blocks.c.blocked_id).where(buddy_blocks.c.person_id == person_id)
    return list(conn.execute(query.order_by(buddy_blocks.c.id)).scalars())


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _pair(row: Row[Any]) -> Pair:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    values["state"] = PairState(row.state)
    return Pair(**values)
