"""Table and queries of programme versions; the text is kept as it was loaded."""

from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, Text, func, select

from bot.schema import UtcDateTime, id_column, metadata

programme_versions = Table(
    "programme_versions",
    metadata,
    id_column(),
    Column("text", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
)


# Kept, because every answer needs it: building a statement costs twice as much as running it.
_LATEST = select(programme_versions.c.id, programme_versions.c.sha256).order_by(programme_versions.c.id.desc()).limit(1)


def add(conn: Connection, text: str, sha256: str, now: datetime) -> int:
    """Store a new version and return its id, which is its number too."""
    inserted = conn.execute(
        programme_versions.insert().values(text=text, sha256=sha256, loaded_at=now).returning(programme_versions.c.id)
    )
    return int(inserted.scalar_one())


def latest_id(conn: Connection) -> int | None:
    """Return the id of the version that runs: the last one loaded."""
    return conn.execute(select(func.max(programme_versions.c.id))).scalar()


def latest(conn: Connection) -> tuple[int, str] | None:
    """Return the id and the hash of the version that runs."""
    row = conn.execute(_LATEST).one_or_none()
    return None if row is None else (row.id, row.sha256)


def text_of(conn: Connection, version_id: int) -> str | None:
    """Return the TOML of a version."""
    query = select(programme_versions.c.text).where(programme_versions.c.id == version_id)
    return conn.execute(query).scalar()
