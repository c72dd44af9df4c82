"""The table of kept filters and its queries: each of them takes whose they are, nobody sees another's."""

from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, String, Table, UniqueConstraint, func, select

from bot.filters.model import LONGEST_NAME, LONGEST_QUERY, MOST, Filter
from bot.schema import Id, UtcDateTime, id_column, metadata

saved_filters = Table(
    "saved_filters",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("query", String(LONGEST_QUERY), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "name"),
)
_MINE = select(saved_filters.c.id, saved_filters.c.name, saved_filters.c.query)


def of_person(conn: Connection, person_id: int) -> list[Filter]:
    """Return what somebody keeps, by name."""
    query = _MINE.where(saved_filters.c.person_id == person_id).order_by(saved_filters.c.name)
    return [Filter(row.id, row.name, row.query) for row in conn.execute(query)]


def keep(conn: Connection, person_id: int, name: str, query: str, now: datetime) -> bool:
    """Keep a filter under a name, in the place of what had it; False when she keeps as many as she can."""
    hers = saved_filters.c.person_id == person_id
    changed = conn.execute(saved_filters.update().where(hers, saved_filters.c.name == name).values(query=query))
    if changed.rowcount:
        return True
    if conn.execute(select(func.count()).select_from(saved_filters).where(hers)).scalar_one() >= MOST:
        return False
    values = {"person_id": person_id, "name": name, "query": query, "created_at": now}
    conn.execute(saved_filters.insert().values(**values))
    return True


def drop(conn: Connection, person_id: int, filter_id: int) -> None:
    """Forget one of hers; another's is not there for her."""
    hers = saved_filters.c.person_id == person_id
    conn.execute(saved_filters.delete().where(hers, saved_filters.c.id == filter_id))
