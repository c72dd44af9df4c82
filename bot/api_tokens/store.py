"""Table and queries of API tokens; only the hash of a token is stored. Instants are real time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, String, Table, select

from bot.api_tokens.model import ApiToken, Right
from bot.schema import Id, UtcDateTime, id_column, metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    id_column(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("label", String(80), nullable=False),
    # The words of `Right`, with blanks between them.
    Column("rights", String(80), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)


def add(
    conn: Connection,
    token_hash: str,
    person_id: int,
    label: str,
    rights: Iterable[Right],
    *,
    real_now: datetime,
    expires_at: datetime,
) -> int:
    """Store a new token and return its id."""
    values = {
        "token_hash": token_hash,
        "person_id": person_id,
        "label": label,
        "rights": " ".join(sorted(rights)),
        "created_at": real_now,
        "expires_at": expires_at,
    }
    return int(conn.execute(api_tokens.insert().values(**values).returning(api_tokens.c.id)).scalar_one())


def live(conn: Connection, token_hash: str, real_now: datetime) -> ApiToken | None:
    """Return a token by its hash while it is neither expired nor revoked."""
    row = conn.execute(
        select(api_tokens).where(
            api_tokens.c.token_hash == token_hash,
            api_tokens.c.revoked_at.is_(None),
            api_tokens.c.expires_at > real_now,
        )
    ).one_or_none()
    return None if row is None else _token(row)


def every(conn: Connection) -> list[ApiToken]:
    """Return all tokens, the oldest first."""
    return [_token(row) for row in conn.execute(select(api_tokens).order_by(api_tokens.c.id))]


def revoke(conn: Connection, token_id: int, real_now: datetime) -> int | None:
    """End a token and return whose it was; None when there is none that still works."""
    is_live = (api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None), api_tokens.c.expires_at > real_now)
    ended = api_tokens.update().where(*is_live).values(revoked_at=real_now).returning(api_tokens.c.person_id)
    return conn.execute(ended).scalar()


def _token(row: Row[Any]) -> ApiToken:
    rights = frozenset(Right(word) for word in row.rights.split())
    return ApiToken(row.id, row.person_id, row.label, rights, row.created_at, row.expires_at, row.revoked_at)
