"""In which order a service took up what waited, for stories of outages.

What is claimed together is handed over together, on several threads or connections: which of it arrives first is the
network's affair. That nothing important is claimed behind something that could wait is ours.
"""

from datetime import datetime
from itertools import groupby

from sqlalchemy import select

from bot.outbox.store import attempts, outbox
from tests.stories.world import World


def batches_after(world: World, channel: str, since: datetime) -> list[list[int]]:
    """Return the priorities of what was claimed for a channel since an instant, claim by claim, in the order taken."""
    query = (
        select(attempts.c.started_at, outbox.c.priority)
        .join(outbox, outbox.c.id == attempts.c.outbox_id)
        .where(outbox.c.channel == channel, attempts.c.started_at >= since)
        .order_by(attempts.c.id)
    )
    rows = world.app.database.read(lambda conn: list(conn.execute(query)))
    return [[row.priority for row in batch] for _, batch in groupby(rows, key=lambda row: row.started_at)]


def drained_in_order(world: World, channel: str, since: datetime) -> bool:
    """Tell whether the first claim took alarms, each claim the most important first, and none behind a question."""
    batches = batches_after(world, channel, since)
    lasting = [batch for batch in batches if batch]
    if not lasting or lasting[0][0] != 0:
        return False
    return all(batch == sorted(batch) for batch in lasting)
