"""Table and queries of documents: what the settings say of policies and duty, kept as it was when it was loaded.

A case keeps the version it was opened under; every process of a service reads the same one.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, String, Table, Text, select

from bot.schema import UtcDateTime, id_column, metadata

documents = Table(
    "documents",
    metadata,
    id_column(),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("loaded_at", UtcDateTime, nullable=False),
)
Index("ix_documents_kind", documents.c.kind, documents.c.id)

# Kept, because every case reads one: building a statement costs more than running it.
_COLUMNS = select(documents.c.id, documents.c.kind, documents.c.body, documents.c.loaded_at)


@dataclass(frozen=True)
class Document:
    """One version; `body` is JSON."""

    id: int
    kind: str
    body: str
    loaded_at: datetime


def put(conn: Connection, kind: str, body: str, now: datetime) -> int:
    """Store a new version and return its id; the latest one is returned when nothing has changed."""
    sha256 = hashlib.sha256(body.encode()).hexdigest()
    query = select(documents.c.id, documents.c.sha256).where(documents.c.kind == kind)
    known = conn.execute(query.order_by(documents.c.id.desc()).limit(1)).one_or_none()
    if known is not None and known.sha256 == sha256:
        return int(known.id)
    row = documents.insert().values(kind=kind, body=body, sha256=sha256, loaded_at=now)
    return int(conn.execute(row.returning(documents.c.id)).scalar_one())


def latest(conn: Connection, kind: str) -> Document | None:
    """Return the version that holds now; None when none was ever loaded."""
    row = conn.execute(_COLUMNS.where(documents.c.kind == kind).order_by(documents.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Document(*row)


def by_id(conn: Connection, document_id: int) -> Document:
    """Return one version; LookupError when there is none."""
    row = conn.execute(_COLUMNS.where(documents.c.id == document_id)).one_or_none()
    if row is None:
        raise LookupError(f"there is no document {document_id}")
    return Document(*row)
