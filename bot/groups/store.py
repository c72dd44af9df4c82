"""The table of texts for groups, and its queries."""

from collections.abc import Collection, Sequence
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
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.groups.model import About, Post, PostState
from bot.schema import Id, Sealed, UtcDateTime, id_column, metadata

group_posts = Table(
    "group_posts",
    metadata,
    id_column(),
    # Says which notice to which group this is and no other, so that a form that is sent twice queues nothing twice.
    Column("about_key", String(120), nullable=False),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("about", String(16), nullable=False),
    Column("rollcall_id", Id, ForeignKey("rollcalls.id", ondelete="SET NULL")),
    # None: the command line.
    Column("author_id", Id, ForeignKey("people.id", ondelete="SET NULL")),
    Column("text", Sealed(), nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    # Tries whose outcome nobody knows.
    Column("unknown", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    # Real time of the last try: the platform counts by its own clock, also in a rehearsal.
    Column("called_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("reason", String(120)),
    UniqueConstraint("about_key", "part"),
)
UNDER_WAY = (PostState.WAITING.value, PostState.SENDING.value)
_under_way = group_posts.c.state.in_(UNDER_WAY)
Index("ix_group_posts_under_way", group_posts.c.id, sqlite_where=_under_way, postgresql_where=_under_way)
_PUT = {
    name: dialect.insert(group_posts).on_conflict_do_nothing(index_elements=["about_key", "part"])
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


def put(conn: Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Queue texts; one that is there already changes nothing. Return how many are new."""
    if not rows:
        return 0
    before = _count(conn)
    conn.execute(_PUT[conn.dialect.name], list(rows))
    return _count(conn) - before


def firsts(conn: Connection) -> list[Post]:
    """Return of each group the oldest text that is under way: only that one may go, so that parts keep their order."""
    oldest = select(func.min(group_posts.c.id)).where(_under_way).group_by(group_posts.c.channel, group_posts.c.name)
    query = select(group_posts).where(group_posts.c.id.in_(oldest)).order_by(group_posts.c.id).with_for_update()
    return [_post(row) for row in conn.execute(query)]


def has_due(conn: Connection, now: datetime) -> bool:
    """Tell whether anything may go now, or was left in the middle; claims nothing."""
    query = select(group_posts.c.id).where(_under_way, group_posts.c.next_try_at <= now).limit(1)
    return conn.execute(query).first() is not None


def called_since(conn: Connection, channel: str, name: str, since: datetime) -> list[datetime]:
    """Return when a group was written to after a real instant, the oldest first."""
    query = select(group_posts.c.called_at).where(
        group_posts.c.channel == channel, group_posts.c.name == name, group_posts.c.called_at > since
    )
    return list(conn.execute(query.order_by(group_posts.c.called_at)).scalars())


def change(conn: Connection, post_id: int, **values: Any) -> None:
    """Write down what became of a text."""
    conn.execute(group_posts.update().where(group_posts.c.id == post_id).values(**values))


def drop_rest(conn: Connection, post: Post, state: PostState, reason: str, now: datetime) -> None:
    """Give up the later parts of a notice one of whose parts did not get there: half of it helps nobody."""
    conn.execute(
        group_posts.update()
        .where(group_posts.c.about_key == post.about_key, group_posts.c.part > post.part, _under_way)
        .values(state=state.value, reason=reason, ended_at=now)
    )


def newest(conn: Connection, limit: int, author_ids: Collection[int] | None = None) -> list[Post]:
    """Return the last part of the newest notices, the newest first; of some authors only, unless None."""
    last = group_posts.c.part == group_posts.c.parts
    query = select(group_posts).where(last).order_by(group_posts.c.id.desc()).limit(limit)
    if author_ids is not None:
        query = query.where(group_posts.c.author_id.in_(sorted(author_ids)))
    return [_post(row) for row in conn.execute(query)]


def _count(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(group_posts)).scalar_one())


def _post(row: Row[Any]) -> Post:
    values = {name: getattr(row, name) for name in Post.__dataclass_fields__}
    return Post(**values | {"state": PostState(row.state), "about": About(row.about)})
