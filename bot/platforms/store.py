"""Tables and queries of access tokens, which all processes share, of nonces, each of which opens the door once, of how
many calls a platform was asked in a month, and of channels that are down.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, Index, Integer, String, Table, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.schema import Sealed, UtcDateTime, metadata

platform_tokens = Table(
    "platform_tokens",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("token", Sealed(), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

callback_nonces = Table(
    "callback_nonces",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("nonce", String(128), primary_key=True),
    # Of what came with it, so that the platform may repeat itself and nobody else may.
    Column("digest", String(64), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Index("ix_callback_nonces_seen_at", "seen_at"),
)

platform_calls = Table(
    "platform_calls",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("calls", Integer, nullable=False),
    # When the office was told that most of the month's calls are used.
    Column("told_at", UtcDateTime),
)
channel_outages = Table(
    "channel_outages",
    metadata,
    Column("channel", String(16), primary_key=True),
    # Real time: from the first look to the last at which something was wrong with it.
    Column("since", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    # The short code of what is wrong, as the channel says it.
    Column("code", String(64), nullable=False),
)
BEIJING = timedelta(hours=8)
"""The platforms' months begin at midnight in Beijing, where no clock changes."""

NONCES_FOR = timedelta(minutes=15)
"""How long nonces are remembered: longer than a call may be old."""

_KEY = (
    callback_nonces.c.channel == bindparam("channel"),
    callback_nonces.c.account == bindparam("account"),
    callback_nonces.c.nonce == bindparam("nonce"),
)
_DIGEST = select(callback_nonces.c.digest).where(*_KEY)
_ADD = {
    "postgresql": postgresql.insert(callback_nonces).on_conflict_do_nothing().returning(callback_nonces.c.digest),
    "sqlite": sqlite.insert(callback_nonces).on_conflict_do_nothing().returning(callback_nonces.c.digest),
}


@dataclass(frozen=True)
class Token:
    """An access token and the real instant at which it ends."""

    value: str
    expires_at: datetime


def token_of(conn: Connection, channel: str, account: str) -> Token | None:
    """Return the token of an account of ours, or None."""
    table = platform_tokens
    row = conn.execute(select(table).where(table.c.channel == channel, table.c.account == account)).one_or_none()
    return None if row is None else Token(row.token, row.expires_at)


def keep_token(conn: Connection, channel: str, account: str, token: Token) -> None:
    """Store a token in the place of the one before."""
    table = platform_tokens
    conn.execute(table.delete().where(table.c.channel == channel, table.c.account == account))
    values = {"channel": channel, "account": account, "token": token.value, "expires_at": token.expires_at}
    conn.execute(table.insert().values(**values))


def take_nonce(conn: Connection, channel: str, account: str, nonce: str, digest: str, real_now: datetime) -> bool:
    """Remember a nonce with what came with it; False when something else came with it before."""
    key = {"channel": channel, "account": account, "nonce": nonce}
    added = conn.execute(_ADD[conn.dialect.name], key | {"digest": digest, "seen_at": real_now}).scalar()
    return added is not None or conn.execute(_DIGEST, key).scalar() == digest


def forget_nonces(conn: Connection, real_now: datetime) -> int:
    """Forget nonces that are too old for any call; return how many."""
    return conn.execute(callback_nonces.delete().where(callback_nonces.c.seen_at < real_now - NONCES_FOR)).rowcount


@dataclass(frozen=True)
class ChannelOutage:
    """A channel that is down, or was until a moment ago: `since` and `seen_at` in real time, why as a short code."""

    channel: str
    since: datetime
    seen_at: datetime
    code: str


def outages_of(conn: Connection) -> dict[str, ChannelOutage]:
    """Return what is known of channels that are down, by channel."""
    found = conn.execute(select(channel_outages)).mappings()
    return {row["channel"]: ChannelOutage(**row) for row in found}


def note_outage(conn: Connection, channel: str, code: str, real_now: datetime) -> None:
    """Keep that something is wrong with a channel now; when it began stays as it was."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    row = insert(channel_outages).values(channel=channel, since=real_now, seen_at=real_now, code=code)
    seen = {"seen_at": row.excluded.seen_at, "code": row.excluded.code}
    conn.execute(row.on_conflict_do_update(index_elements=[channel_outages.c.channel], set_=seen))


def end_outage(conn: Connection, channel: str) -> None:
    """Forget an outage that is over."""
    conn.execute(channel_outages.delete().where(channel_outages.c.channel == channel))


def month_of(real_now: datetime) -> str:
    """Return the platforms' month, like `2026-11`."""
    return (real_now + BEIJING).strftime("%Y-%m")


def midnight_of(real_now: datetime) -> datetime:
    """Return when the platforms' day began."""
    there = real_now.astimezone(UTC) + BEIJING
    return there.replace(hour=0, minute=0, second=0, microsecond=0) - BEIJING


def count_calls(conn: Connection, channel: str, account: str, calls: int, real_now: datetime) -> int:
    """Add to the calls of this month and return how many there are."""
    insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
    table, month = platform_calls, month_of(real_now)
    row = insert(table).values(channel=channel, account=account, month=month, calls=calls)
    counted = row.on_conflict_do_update(
        index_elements=[table.c.channel, table.c.account, table.c.month],
        set_={"calls": table.c.calls + row.excluded.calls},
    )
    return int(conn.execute(counted.returning(table.c.calls)).scalar_one())


def tell_of_calls(conn: Connection, channel: str, least: int, real_now: datetime) -> int | None:
    """Return this month's calls of a channel when they have reached `least` and nobody was told yet; once."""
    table = platform_calls
    here = (table.c.channel == channel, table.c.month == month_of(real_now))
    found = conn.execute(
        table.update()
        .where(*here, table.c.calls >= least, table.c.told_at.is_(None))
        .values(told_at=real_now)
        .returning(table.c.calls)
    ).scalars()
    return max(found, default=None)
