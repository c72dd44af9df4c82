"""Tables and queries of duty: overrides that people made, and the test alarms that prove a way to wake somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, ForeignKey, Row, String, Table, or_, select

from bot.duty.model import Override
from bot.duty.parse import wall_in
from bot.schema import Id, UtcDateTime, id_column, metadata

BY_CHAT = "chat"
BY_LINK = "link"

duty_overrides = Table(
    "duty_overrides",
    metadata,
    id_column(),
    Column("rota", String(80), nullable=False, index=True),
    # On the wall of the rota's zone, like the overrides of the settings: `2026-11-28 09:00`.
    Column("starts", String(16), nullable=False),
    Column("ends", String(16), nullable=False),
    # A staff number, as rotas have them.
    Column("who", String(64), nullable=False),
    # None: the operator at the command line.
    Column("author_id", Id, ForeignKey("people.id")),
    Column("made_at", UtcDateTime, nullable=False),
    Column("cancelled_at", UtcDateTime),
)

alarm_tests = Table(
    "alarm_tests",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    # Who asked for it; None: the operator at the command line.
    Column("author_id", Id, ForeignKey("people.id")),
    Column("confirmed_at", UtcDateTime),
    # "chat" or "link".
    Column("confirmed_by", String(8)),
)


@dataclass(frozen=True)
class MadeOverride:
    """An override that somebody made, of the rota of that name."""

    rota: str
    override: Override
    author_id: int | None


@dataclass(frozen=True)
class AlarmTest:
    """A test alarm: sent when, confirmed when (None: not yet) and how."""

    id: int
    person_id: int
    made_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str | None


def add_override(conn: Connection, rota: str, override: Override, author_id: int | None, now: datetime) -> int:
    """Store an override and return its id."""
    row = duty_overrides.insert().values(
        rota=rota,
        starts=str(override.start),
        ends=str(override.end),
        who=override.who,
        author_id=author_id,
        made_at=now,
    )
    return int(conn.execute(row.returning(duty_overrides.c.id)).scalar_one())


def overrides(conn: Connection) -> list[MadeOverride]:
    """Return every override that was made and not taken back, in the order in which they were made."""
    query = select(duty_overrides).where(duty_overrides.c.cancelled_at.is_(None)).order_by(duty_overrides.c.id)
    return [_made(row) for row in conn.execute(query)]


def override_by_id(conn: Connection, override_id: int) -> MadeOverride | None:
    """Return one override that was not taken back."""
    query = select(duty_overrides).where(duty_overrides.c.id == override_id, duty_overrides.c.cancelled_at.is_(None))
    row = conn.execute(query).one_or_none()
    return None if row is None else _made(row)


def cancel_override(conn: Connection, override_id: int, now: datetime) -> bool:
    """Take an override back; False when that is done already."""
    done = conn.execute(
        duty_overrides.update()
        .where(duty_overrides.c.id == override_id, duty_overrides.c.cancelled_at.is_(None))
        .values(cancelled_at=now)
    )
    return done.rowcount == 1


def add_test(conn: Connection, person_id: int, token_hash: str, author_id: int | None, now: datetime) -> int:
    """Store a test alarm and return its id."""
    row = alarm_tests.insert().values(person_id=person_id, token_hash=token_hash, author_id=author_id, made_at=now)
    return int(conn.execute(row.returning(alarm_tests.c.id)).scalar_one())


def find_test(conn: Connection, test_id: int) -> AlarmTest | None:
    """Return one test alarm."""
    row = conn.execute(select(alarm_tests).where(alarm_tests.c.id == test_id)).one_or_none()
    return None if row is None else _test(row)


def find_test_of(conn: Connection, token_hash: str) -> AlarmTest | None:
    """Return the test alarm whose link this is."""
    row = conn.execute(select(alarm_tests).where(alarm_tests.c.token_hash == token_hash)).one_or_none()
    return None if row is None else _test(row)


def confirm_test(conn: Connection, test_id: int, by: str, now: datetime) -> bool:
    """Note that a test alarm was seen, by "chat" or by "link"; False when that was known.

    The link stands where the alarm URLs lead, so it proves more than the chat and counts after it too.
    """
    table = alarm_tests
    unseen: ColumnElement[bool] = table.c.confirmed_at.is_(None)
    if by == BY_LINK:
        unseen = or_(unseen, table.c.confirmed_by != BY_LINK)
    done = conn.execute(table.update().where(table.c.id == test_id, unseen).values(confirmed_at=now, confirmed_by=by))
    return done.rowcount == 1


def proofs(conn: Connection, person_ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return by what people have ever confirmed a test alarm; who never did is not there."""
    ids = sorted(set(person_ids))
    found: dict[int, set[str]] = {}
    for start in range(0, len(ids), 500):
        query = select(alarm_tests.c.person_id, alarm_tests.c.confirmed_by).where(
            alarm_tests.c.person_id.in_(ids[start : start + 500]), alarm_tests.c.confirmed_at.is_not(None)
        )
        for person_id, by in conn.execute(query):
            found.setdefault(person_id, set()).add(by)
    return {person_id: frozenset(by) for person_id, by in found.items()}


def confirmed_at(conn: Connection, person_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when people confirmed a test alarm last; who never did is not there."""
    ids = sorted(set(person_ids))
    query = select(alarm_tests.c.person_id, alarm_tests.c.confirmed_at).where(
        alarm_tests.c.person_id.in_(ids), alarm_tests.c.confirmed_at.is_not(None)
    )
    return {row.person_id: row.confirmed_at for row in conn.execute(query.order_by(alarm_tests.c.confirmed_at))}


def _made(row: Row[Any]) -> MadeOverride:
    start, end = wall_in(row.starts), wall_in(row.ends)
    if start is None or end is None:
        raise ValueError(f"override {row.id} holds no wall times")
    return MadeOverride(row.rota, Override(start, end, row.who, row.id), row.author_id)


def _test(row: Row[Any]) -> AlarmTest:
    return AlarmTest(row.id, row.person_id, row.made_at, row.confirmed_at, row.confirmed_by)
