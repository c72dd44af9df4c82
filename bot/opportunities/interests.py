"""Tables and queries of what students follow, and of when they hear of what is new."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
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
    func,
    select,
)

from bot.listed import listed
from bot.opportunities.model import Follows, Interest, News
from bot.opportunities.store import opportunities_heard
from bot.schema import Id, UtcDateTime, id_column, metadata

interests = Table(
    "interests",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("follows", String(16), nullable=False),
    Column("value", String(300), nullable=False),
    UniqueConstraint("person_id", "follows", "value"),
)
Index("ix_interests_follows_value", interests.c.follows, interests.c.value)

opportunity_news = news = Table(
    "opportunity_news",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("told_at", UtcDateTime),
    Column("next_at", UtcDateTime, index=True),
)
_DUE = (
    select(news)
    .where(news.c.next_at <= bindparam("at"))
    .order_by(news.c.next_at, news.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)


def of_person(conn: Connection, person_id: int) -> list[Interest]:
    """Return what somebody follows, the oldest first."""
    query = select(interests).where(interests.c.person_id == person_id).order_by(interests.c.id)
    return [_interest(row) for row in conn.execute(query)]


def add(conn: Connection, person_id: int, follows: Follows, value: str) -> bool:
    """Let somebody follow something; False when she does already."""
    same = (interests.c.person_id == person_id, interests.c.follows == follows.value, interests.c.value == value)
    if conn.execute(select(interests.c.id).where(*same)).first() is not None:
        return False
    conn.execute(interests.insert().values(person_id=person_id, follows=follows.value, value=value))
    return True


def remove(conn: Connection, person_id: int, interest_id: int) -> bool:
    """Let somebody follow something no longer; False when she did not."""
    hers = (interests.c.id == interest_id, interests.c.person_id == person_id)
    return conn.execute(interests.delete().where(*hers)).rowcount == 1


def news_of(conn: Connection, person_id: int) -> News | None:
    """Return when somebody heard of what is new, None when she never has and is not to."""
    row = conn.execute(select(news).where(news.c.person_id == person_id)).one_or_none()
    return None if row is None else _news(row)


def plan_news(conn: Connection, person_id: int, next_at: datetime | None) -> None:
    """Store when somebody hears of what is new next."""
    done = conn.execute(news.update().where(news.c.person_id == person_id).values(next_at=next_at))
    if done.rowcount == 0 and next_at is not None:
        conn.execute(news.insert().values(person_id=person_id, next_at=next_at))


def wake(conn: Connection, person_ids: Sequence[int], now: datetime) -> None:
    """Let it be looked at once more when these students hear of what is new."""
    hers = listed(news.c.person_id, person_ids)
    known = set(conn.execute(select(news.c.person_id).where(hers)).scalars())
    conn.execute(news.update().where(hers).values(next_at=now))
    missing = [{"person_id": one, "next_at": now} for one in person_ids if one not in known]
    if missing:
        conn.execute(news.insert(), missing)


def forget_told(conn: Connection, person_id: int) -> None:
    """Tell somebody anew what has not gone out yet."""
    now_again = {"told_at": None, "next_at": news.c.told_at}
    conn.execute(news.update().where(news.c.person_id == person_id, news.c.told_at.is_not(None)).values(**now_again))


def news_told(conn: Connection, person_id: int, now: datetime) -> None:
    """Store that somebody has heard of what is new."""
    conn.execute(news.update().where(news.c.person_id == person_id).values(told_at=now, next_at=None))


def due_news(conn: Connection, now: datetime, limit: int) -> list[News]:
    """Claim those who are to hear of what is new by `now`."""
    return [_news(row) for row in conn.execute(_DUE, {"at": now, "most": limit})]


def count_of(conn: Connection, person_id: int) -> int:
    """Return how much is held of what somebody follows and has heard of."""
    counts = [
        select(func.count()).select_from(one).where(one.c.person_id == person_id)
        for one in (interests, opportunities_heard)
    ]
    return sum(int(conn.execute(query).scalar_one()) for query in counts)


def _interest(row: Row[Any]) -> Interest:
    return Interest(row.id, row.person_id, Follows(row.follows), row.value)


def _news(row: Row[Any]) -> News:
    return News(row.id, row.person_id, row.told_at, row.next_at)
