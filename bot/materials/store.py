"""The table of what branches share: branch matters, sealed with their key. There is no table of who has read it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, String, Table, select

from bot.listed import listed
from bot.materials.model import Material
from bot.schema import Id, UtcDateTime, id_column, metadata, sealed_for_branch

branch_materials = Table(
    "branch_materials",
    metadata,
    id_column(),
    Column("branch_id", Id, ForeignKey("branches.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("author_id", Id, ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("title", sealed_for_branch(), nullable=False),
    Column("link", sealed_for_branch()),
    # Of its file; the bytes lie with the files of branch matters.
    Column("digest", String(64), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("name", sealed_for_branch(), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def add(conn: Connection, **values: Any) -> int:
    """Share something; return its number."""
    made = branch_materials.insert().values(**values).returning(branch_materials.c.id)
    return int(conn.execute(made).scalar_one())


def of_branches(conn: Connection, branch_ids: Iterable[int]) -> list[Material]:
    """Return what branches share, the newest first."""
    query = select(branch_materials).where(listed(branch_materials.c.branch_id, sorted(set(branch_ids))))
    rows = conn.execute(query.order_by(branch_materials.c.at.desc(), branch_materials.c.id.desc()))
    return [from_row(row) for row in rows]


def by_id(conn: Connection, material_id: int) -> Material | None:
    """Return one."""
    row = conn.execute(select(branch_materials).where(branch_materials.c.id == material_id)).one_or_none()
    return None if row is None else from_row(row)


def remove(conn: Connection, material_id: int) -> None:
    """Take one back; its file goes with the next look at the folder (`scheduler.files_unused`)."""
    conn.execute(branch_materials.delete().where(branch_materials.c.id == material_id))


def from_row(row: Row[Any]) -> Material:
    """Turn a row into a material."""
    return Material(**row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name


def forget_before(conn: Connection, before: datetime, limit: int) -> int:
    """Forget what was shared before an instant; return how much that was."""
    old = select(branch_materials.c.id).where(branch_materials.c.at < before).limit(limit)
    return conn.execute(branch_materials.delete().where(branch_materials.c.id.in_(old))).rowcount
