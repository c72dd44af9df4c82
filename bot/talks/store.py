"""Tables and queries of talks and of what is asked after a stay; places and answers are sealed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Row, Table, UniqueConstraint, select

from bot.listed import listed
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata
from bot.talks.model import FollowUp, Talk

talks = Table(
    "talks",
    metadata,
    id_column(),
    Column("staff_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("place", Sealed(), nullable=False),
    Column("offered_at", UtcDateTime, nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("booked_at", UtcDateTime),
    Column("withdrawn_at", UtcDateTime),
    Column("held_at", UtcDateTime),
    Column("next_at", UtcDateTime, index=True),
)
Index("ix_talks_staff_id_starts_at", talks.c.staff_id, talks.c.starts_at)

follow_ups = Table(
    "follow_ups",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("trip_id", Id, ForeignKey("trips.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("month", Integer, nullable=False),
    Column("next_at", UtcDateTime, index=True),
    Column("asked_at", UtcDateTime),
    Column("answers", Sealed()),
    Column("done_at", UtcDateTime),
    Column("stopped_at", UtcDateTime),
    UniqueConstraint("person_id", "trip_id", "month"),
)


def add(conn: Connection, staff_id: int, starts_at: datetime, minutes: int, place: str, now: datetime) -> int:
    """Offer a time and return its number."""
    values = {"staff_id": staff_id, "starts_at": starts_at, "minutes": minutes, "place": place, "offered_at": now}
    return int(conn.execute(talks.insert().values(**values).returning(talks.c.id)).scalar_one())


def by_id(conn: Connection, talk_id: int) -> Talk | None:
    """Return one talk."""
    row = conn.execute(select(talks).where(talks.c.id == talk_id)).one_or_none()
    return None if row is None else _talk(row)


def free(conn: Connection, staff_ids: Collection[int], now: datetime, most: int) -> list[Talk]:
    """Return the times ahead that these people offer and nobody has, the next first."""
    query = select(talks).where(
        listed(talks.c.staff_id, sorted(staff_ids)),
        talks.c.starts_at > now,
        talks.c.person_id.is_(None),
        talks.c.withdrawn_at.is_(None),
    )
    return [_talk(row) for row in conn.execute(query.order_by(talks.c.starts_at, talks.c.id).limit(most))]


def of_staff(conn: Connection, staff_id: int, since: datetime) -> list[Talk]:
    """Return the talks of somebody of the staff from an instant on that were not taken back."""
    query = select(talks).where(
        talks.c.staff_id == staff_id, talks.c.starts_at >= since, talks.c.withdrawn_at.is_(None)
    )
    return [_talk(row) for row in conn.execute(query.order_by(talks.c.starts_at, talks.c.id))]


def booked_by(conn: Connection, person_id: int, since: datetime) -> list[Talk]:
    """Return the talks that a student has from an instant on."""
    query = select(talks).where(talks.c.person_id == person_id, talks.c.starts_at >= since)
    rows = conn.execute(query.where(talks.c.withdrawn_at.is_(None)).order_by(talks.c.starts_at))
    return [_talk(row) for row in rows]


def take(conn: Connection, talk_id: int, person_id: int, next_at: datetime | None, now: datetime) -> bool:
    """Book a time; False when somebody was faster, or it is not offered any more."""
    still = (
        talks.c.id == talk_id,
        talks.c.person_id.is_(None),
        talks.c.withdrawn_at.is_(None),
        talks.c.starts_at > now,
    )
    values = {"person_id": person_id, "booked_at": now, "next_at": next_at}
    return conn.execute(talks.update().where(*still).values(**values)).rowcount == 1


def give_back(conn: Connection, talk_id: int, person_id: int) -> bool:
    """Let a booking go; the time is free again. False when it was not hers."""
    hers = (talks.c.id == talk_id, talks.c.person_id == person_id, talks.c.held_at.is_(None))
    return conn.execute(talks.update().where(*hers).values(person_id=None, booked_at=None, next_at=None)).rowcount == 1


def change(conn: Connection, talk_id: int, **values: Any) -> None:
    """Change columns of one talk."""
    conn.execute(talks.update().where(talks.c.id == talk_id).values(**values))


def due(conn: Connection, now: datetime, limit: int) -> list[Talk]:
    """Return talks of which both are to be reminded."""
    query = select(talks).where(talks.c.next_at <= now).order_by(talks.c.next_at, talks.c.id).limit(limit)
    return [_talk(row) for row in conn.execute(query.with_for_update(skip_locked=True))]


def add_follow_ups(conn: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Store what is to be asked after a stay."""
    if rows:
        conn.execute(follow_ups.insert(), list(rows))


def follow_up(conn: Connection, follow_up_id: int) -> FollowUp | None:
    """Return one of them."""
    row = conn.execute(select(follow_ups).where(follow_ups.c.id == follow_up_id)).one_or_none()
    return None if row is None else _follow_up(row)


def follow_ups_of(conn: Connection, person_id: int) -> list[FollowUp]:
    """Return what a student is and was asked, the newest first."""
    query = select(follow_ups).where(follow_ups.c.person_id == person_id).order_by(follow_ups.c.id.desc())
    return [_follow_up(row) for row in conn.execute(query)]


def due_follow_ups(conn: Connection, now: datetime, limit: int) -> list[FollowUp]:
    """Return what is to be asked now."""
    query = select(follow_ups).where(follow_ups.c.next_at <= now).order_by(follow_ups.c.next_at, follow_ups.c.id)
    return [_follow_up(row) for row in conn.execute(query.limit(limit).with_for_update(skip_locked=True))]


def change_follow_up(conn: Connection, follow_up_id: int, **values: Any) -> None:
    """Change columns of one of them."""
    conn.execute(follow_ups.update().where(follow_ups.c.id == follow_up_id).values(**values))


def stop_follow_ups(conn: Connection, person_id: int, now: datetime) -> None:
    """Ask somebody nothing more after stays, this one or a later one."""
    mine = follow_ups.c.person_id == person_id
    conn.execute(follow_ups.update().where(mine).values(next_at=None, stopped_at=now))


def _talk(row: Row[Any]) -> Talk:
    return Talk(**row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name


def _follow_up(row: Row[Any]) -> FollowUp:
    values = dict(row._mapping)  # noqa: SLF001 - same
    return FollowUp(**values | {"answers": tuple(values["answers"] or ())})
