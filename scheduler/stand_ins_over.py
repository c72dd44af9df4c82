"""The last day on which a colleague looks after a student is over: her counsellor does again.

Its midnight is the one where the counsellor is. Runs before `cases_due`, so that what is told then is told to whom it
goes now; a stop between two batches leaves the rest for the next round.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.engine.standing_in import bring_back


def work_off(conn: Connection, now: datetime, limit: int = 50) -> int:
    """Bring up to `limit` students back in the caller's transaction; return how many."""
    return bring_back(conn, now, limit)
