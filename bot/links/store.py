"""Table and queries of links. Instants here are real time, also in a rehearsal."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Row, String, Table, select

from bot.links.model import Link, LinkPurpose, new_token, token_hash
from bot.schema import Id, UtcDateTime, id_column, metadata

links = Table(
    "links",
    metadata,
    id_column(),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("purpose", String(16), nullable=False),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", String(16)),
    Column("prompt_id", Id, ForeignKey("prompts.id", ondelete="CASCADE"), index=True),
    Column("address_id", Id, ForeignKey("addresses.id", ondelete="CASCADE")),
    Column("outbox_id", Id, ForeignKey("outbox.id", ondelete="CASCADE"), index=True),
    Column("device", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)


def make(  # noqa: PLR0913 - what a link may be about
    conn: Connection,
    purpose: LinkPurpose,
    person_id: int,
    *,
    real_now: datetime,
    expires_at: datetime | None,
    channel: str | None = None,
    prompt_id: int | None = None,
    address_id: int | None = None,
    outbox_id: int | None = None,
) -> str:
    """Store a new link and return its token, which is not kept."""
    token = new_token()
    conn.execute(
        links.insert().values(
            token_hash=token_hash(token),
            purpose=purpose.value,
            person_id=person_id,
            channel=channel,
            prompt_id=prompt_id,
            address_id=address_id,
            outbox_id=outbox_id,
            created_at=real_now,
            expires_at=expires_at,
        )
    )
    return token


def find(conn: Connection, token: str, purpose: LinkPurpose) -> Link | None:
    """Return the link of a token whatever its state: used, expired and revoked ones too."""
    row = conn.execute(
        select(links).where(links.c.token_hash == token_hash(token), links.c.purpose == purpose.value)
    ).one_or_none()
    return None if row is None else _link(row)


def is_live(link: Link, real_now: datetime) -> bool:
    """Tell whether a link still opens anything."""
    return link.used_at is None and link.revoked_at is None and (link.expires_at is None or real_now < link.expires_at)


def use(conn: Connection, link_id: int, real_now: datetime) -> bool:
    """Mark a link as used; False when somebody else was faster."""
    done = conn.execute(
        links.update()
        .where(links.c.id == link_id, links.c.used_at.is_(None), links.c.revoked_at.is_(None))
        .values(used_at=real_now)
    )
    return done.rowcount == 1


def update(conn: Connection, link_id: int, **values: Any) -> None:
    """Change columns of one link."""
    conn.execute(links.update().where(links.c.id == link_id).values(**values))


def live_of(conn: Connection, person_id: int, purpose: LinkPurpose, real_now: datetime) -> list[Link]:
    """Return the links of one purpose with which a person can still open something, the oldest first."""
    mine = (links.c.person_id == person_id, links.c.purpose == purpose.value, links.c.revoked_at.is_(None))
    found = [_link(row) for row in conn.execute(select(links).where(*mine).order_by(links.c.id))]
    return [one for one in found if is_live(one, real_now)]


def revoke_of(conn: Connection, person_id: int, purpose: LinkPurpose, real_now: datetime) -> int:
    """Take back all links of one purpose that a person has; return how many those were."""
    done = conn.execute(
        links.update()
        .where(links.c.person_id == person_id, links.c.purpose == purpose.value, links.c.revoked_at.is_(None))
        .values(revoked_at=real_now)
    )
    return done.rowcount


def of_address(conn: Connection, address_id: int, purpose: LinkPurpose) -> Link | None:
    """Return the newest link that an address has followed, whatever its state."""
    row = conn.execute(
        select(links)
        .where(links.c.address_id == address_id, links.c.purpose == purpose.value)
        .order_by(links.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _link(row)


def _link(row: Row[Any]) -> Link:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    values.pop("token_hash")
    values["purpose"] = LinkPurpose(row.purpose)
    return Link(**values)
