"""How each channel does: what waits and since when, and what became of the messages of the last day and week.

The console shows it beside what the channels say of themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, func, or_, select

from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.views.message_list import WAITS, source, visible
from bot.views.scope import Scope

DAY, WEEK = timedelta(days=1), timedelta(days=7)
ENDS = (OutboxState.ACCEPTED, OutboxState.UNKNOWN, OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.WITHDRAWN)


@dataclass
class Health:
    """One channel. `day` and `week` count the messages of that time by what became of them.

    `oldest` is when the message that has waited longest could have gone; later ones wait for their hour. `troubles` are
    short codes with a number each.
    """

    channel: str
    is_live: bool
    waiting: int = 0
    late: int = 0
    oldest: datetime | None = None
    day: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENDS, 0))
    week: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ENDS, 0))
    troubles: Mapping[str, int] = field(default_factory=dict)


def channel_health(
    conn: Connection,
    scope: Scope,
    now: datetime,
    live: Iterable[str],
    troubles: Mapping[str, Mapping[str, int]],
) -> list[Health]:
    """Return every channel that is switched on or has messages, by name; counts are of what the scope may see."""
    on = set(live)
    found = {name: Health(name, is_live=True) for name in on}
    waits = outbox.c.state.in_(WAITS)
    may_go = and_(outbox.c.state == OutboxState.WAITING.value, outbox.c.next_try_at <= now)
    lately = case((outbox.c.created_at > now - DAY, 1), else_=0)
    query = (
        select(
            outbox.c.channel,
            outbox.c.state,
            func.count().label("week"),
            func.sum(lately).label("day"),
            func.sum(case((may_go, 1), else_=0)).label("late"),
            func.min(case((may_go, outbox.c.next_try_at))).label("oldest"),
        )
        .select_from(source())
        .where(visible(scope, now), or_(waits, outbox.c.created_at > now - WEEK))
        .group_by(outbox.c.channel, outbox.c.state)
    )
    for row in conn.execute(query):
        name = row.channel or ""
        one = found.setdefault(name, Health(name, is_live=name in on))
        if row.state in WAITS:
            one.waiting += int(row.week)
            one.late += int(row.late)
            one.oldest = min((at for at in (one.oldest, row.oldest) if at is not None), default=None)
        else:
            one.day[row.state], one.week[row.state] = int(row.day), int(row.week)
    for name, codes in troubles.items():
        found.setdefault(name, Health(name, is_live=name in on)).troubles = codes
    return [found[name] for name in sorted(found)]
