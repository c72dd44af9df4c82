"""How much waits for one channel, for whoever is told that it is down."""

from sqlalchemy import Connection, case, func, select

from bot.outbox.model import OutboxState, Priority
from bot.outbox.store import outbox


def held_by(conn: Connection, channel: str) -> dict[str, int]:
    """Return how many messages wait for a channel, and how many of these are alarms (`held`, `held_alarms`)."""
    is_alarm = outbox.c.priority == Priority.ALARM.value
    counted = select(func.count().label("held"), func.count(case((is_alarm, 1))).label("held_alarms"))
    mine = (outbox.c.channel == channel, outbox.c.state == OutboxState.WAITING.value)
    return dict(conn.execute(counted.where(*mine)).mappings().one())
