"""What channels and their paces read and keep in the database: the row of a token, and what was sent before a start.

Channels know no database; the wiring gives them these.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from bot.addresses.store import addresses
from bot.outbox.attempts import WITHDRAWN
from bot.outbox.model import ResultKind
from bot.outbox.store import attempts
from bot.platforms.store import Token, count_calls, keep_token, token_of
from bot.storage.database import Database
from bot.storage.writer import Urgency
from scheduler.pace_windows import Before, Sent

_ARRIVED = [ResultKind.ACCEPTED.value, ResultKind.OUTCOME_UNKNOWN.value]
_COUNTED = and_(attempts.c.called_at.is_not(None), attempts.c.result != WITHDRAWN, attempts.c.pieces > 0)
"""A try whose first pieces may have gone though a later one failed counts, as it does while the process lives; one that
has no result yet is about to ask for its place.
"""


class TokenRow:
    """The token of one account of ours, in transactions of its own; may be used from any thread."""

    def __init__(self, database: Callable[[], Database], channel: str, account: str) -> None:
        """Take how to get the database, which need not be open yet, and whose token it is."""
        self._database = database
        self._channel = channel
        self._account = account

    def load(self) -> Token | None:
        """Return the token as any process has stored it last."""
        return self._database().read(lambda conn: token_of(conn, self._channel, self._account))

    def save(self, token: Token) -> None:
        """Store a token for all processes."""
        self._database().write(lambda conn: keep_token(conn, self._channel, self._account, token), Urgency.DELIVERY)


def sent_since(conn: Connection, channel: str, account: str, since: datetime) -> int:
    """Return how many messages an account has sent since an instant, as its platform counts them: by the piece."""
    pieces = func.coalesce(func.sum(attempts.c.pieces), 0)
    arrived = attempts.c.result.in_(_ARRIVED)
    return int(conn.execute(_of_account(select(pieces), channel, account, since).where(arrived)).scalar_one())


def _of_account(what: Select[Any], channel: str, account: str, since: datetime) -> Select[Any]:
    """Return a query for the tries of an account since an instant; ids grow with time, so older ones stay unread."""
    older = select(attempts.c.id).where(attempts.c.started_at < since).order_by(attempts.c.id.desc()).limit(1)
    return (
        what.join_from(attempts, addresses, addresses.c.id == attempts.c.address_id)
        .where(addresses.c.channel == channel, addresses.c.account == account)
        .where(attempts.c.id > func.coalesce(older.scalar_subquery(), 0), attempts.c.started_at >= since)
    )


def calls_counted(
    database: Callable[[], Database], channel: str, account: str, real: Callable[[], datetime]
) -> Callable[[int], Awaitable[int]]:
    """Return what adds to the calls of an account in this month and says how many there are."""

    async def add(calls: int) -> int:
        return await database().awrite(
            lambda conn: count_calls(conn, channel, account, calls, real()), Urgency.DELIVERY
        )

    return add


def sent_before(database: Database, channel: str, account: str) -> Before:
    """Return what looks up which messages an account has sent."""

    def look(conn: Connection, hour_ago: datetime, midnight: datetime) -> Sent:
        what = select(addresses.c.external_id, attempts.c.called_at, attempts.c.pieces)
        rows = conn.execute(_of_account(what, channel, account, hour_ago).where(_COUNTED))
        lately = [(row.external_id, row.called_at, row.pieces) for row in rows]
        return Sent(lately, sent_since(conn, channel, account, midnight))

    async def before(hour_ago: datetime, midnight: datetime) -> Sent:
        return await database.aread(lambda conn: look(conn, hour_ago, midnight))

    return before
