"""Console sessions of staff: server-side, only the hash of the cookie is stored. Instants are real time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, String, Table, select

from bot.listed import listed
from bot.schema import Id, UtcDateTime, id_column, metadata

signins = Table(
    "signins",
    metadata,
    id_column(),
    Column("cookie_hash", String(64), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)


@dataclass(frozen=True)
class SignIn:
    """A live console session; `csrf` must come back with every form."""

    id: int
    person_id: int
    csrf: str


def add(
    conn: Connection, cookie_hash: str, person_id: int, csrf: str, *, real_now: datetime, expires_at: datetime
) -> None:
    """Store a new session."""
    conn.execute(
        signins.insert().values(
            cookie_hash=cookie_hash,
            person_id=person_id,
            csrf=csrf,
            created_at=real_now,
            expires_at=expires_at,
        )
    )


def live(conn: Connection, cookie_hash: str, real_now: datetime) -> SignIn | None:
    """Return the session of a cookie while it is neither expired nor revoked."""
    row = conn.execute(
        select(signins).where(
            signins.c.cookie_hash == cookie_hash,
            signins.c.revoked_at.is_(None),
            signins.c.expires_at > real_now,
        )
    ).one_or_none()
    return None if row is None else SignIn(row.id, row.person_id, row.csrf)


def revoke(conn: Connection, signin_id: int, real_now: datetime) -> None:
    """End a session."""
    conn.execute(signins.update().where(signins.c.id == signin_id).values(revoked_at=real_now))


@dataclass(frozen=True)
class Session:
    """A session that still opens the console."""

    id: int
    person_id: int
    created_at: datetime
    expires_at: datetime


def of_people(conn: Connection, person_ids: Iterable[int], real_now: datetime) -> list[Session]:
    """Return the live sessions of some people, the newest first."""
    query = (
        select(signins.c.id, signins.c.person_id, signins.c.created_at, signins.c.expires_at)
        .where(
            listed(signins.c.person_id, sorted(set(person_ids))),
            signins.c.revoked_at.is_(None),
            signins.c.expires_at > real_now,
        )
        .order_by(signins.c.id.desc())
    )
    return [Session(*row) for row in conn.execute(query)]


def revoke_live(conn: Connection, signin_id: int, real_now: datetime, owner_id: int | None = None) -> int | None:
    """End a session that is live and, where `owner_id` is given, that person's; return whose it was, None: no such."""
    mine = () if owner_id is None else (signins.c.person_id == owner_id,)
    ended = (
        signins.update()
        .where(signins.c.id == signin_id, signins.c.revoked_at.is_(None), signins.c.expires_at > real_now, *mine)
        .values(revoked_at=real_now)
        .returning(signins.c.person_id)
    )
    return conn.execute(ended).scalar()
