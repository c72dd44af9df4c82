"""The last day of a stay elsewhere is over, or of the trip itself: what is asked goes on by the clock of where she is.

Runs before `prompts_due`: what is due there need not be due here.
"""

from datetime import datetime

from sqlalchemy import Connection

from bot.engine.moving import come_back, come_home
from bot.moves import store as moves_store
from bot.programmes.versions import Programmes

BATCH = 50
HOMECOMERS = 1000


def work_off(conn: Connection, now: datetime, programmes: Programmes, limit: int = BATCH) -> int:
    """Bring up to `limit` students back in the caller's transaction; return for how many anything changed."""
    ended = moves_store.ended(conn, now, limit)
    moves_store.set_over(conn, [move_id for move_id, _ in ended])
    for person_id in sorted({person_id for _, person_id in ended}):
        come_back(conn, person_id, now, programmes)
    return len(ended) + come_home(conn, now, HOMECOMERS, programmes)
