"""May this database be rehearsed on, and from which instant? `bot.cli.rehearse` asks, and again when it opens.

A real database is refused: time that has been moved cannot be moved back.
"""

from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.errors import UsageError
from bot.journal.store import journal
from bot.rehearsal.standing import LEASE, Standing, read, write
from bot.storage.marks import may_rehearse
from bot.storage.state import leases

REAL = (
    "A real service has lived in this database, and a rehearsal would move its time: "
    "rehearse on a copy with --copy FILE, which makes it at the first start."
)


def where_to_start(conn: Connection, start_at: datetime | None, real_now: datetime) -> datetime:
    """Return the instant at which a rehearsal of this database starts.

    Where its clock stood, or later when told so; the first time now. UsageError for a real database and for the past.
    """
    standing = read(conn)
    if standing is None and not may_rehearse(conn):
        raise UsageError(REAL)
    seen = conn.execute(select(func.max(journal.c.at))).scalar() if standing is None else standing.until
    if start_at is None:
        start = real_now if standing is None else standing.until
        return start if seen is None else max(start, seen)
    if seen is not None and start_at < seen:
        raise UsageError(
            f"--start-at {start_at:%Y-%m-%dT%H:%M:%SZ} is in this database's past: "
            f"it has lived until {seen:%Y-%m-%dT%H:%M:%SZ}; name a later instant."
        )
    return start_at


def take(conn: Connection, start: datetime, speed: float, real_now: datetime) -> None:
    """Claim a database for a rehearsal, before anything else is done with it; UsageError as above."""
    query = select(leases.c.until).where(leases.c.name == LEASE)
    held = conn.execute(query).scalar()
    if held is not None and held > real_now:
        raise UsageError("Another rehearsal runs on this database already; stop it first, or name another database.")
    where_to_start(conn, start, real_now)
    write(conn, Standing(start, start, real_now, speed, 0.0))
