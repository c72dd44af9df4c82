"""Whom nothing reaches now, for a digest: by name with why not, channel by channel. Plain JSON.

It is the word of the ledger, which holds at this moment; what was not delivered stands in the figures of the digest.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.addresses.rules import Reachable
from bot.ledger import Live
from bot.views.reach import Reached, reached
from bot.views.reach_all import how_of, how_of_all
from bot.views.scope import Scope


def unreachable_now(
    conn: Connection, scope: Scope, now: datetime, live: Live | None, ids: Sequence[int] | None, most: int
) -> dict[str, Any]:
    """Return the first `most` of them by number, and how many more; `ids` are the students of the scope, if few."""
    every = how_of_all(conn, scope, now, live) if ids is None else how_of(conn, ids, now, live)
    lost = [one.person_id for one in every if one.how is Reachable.NONE]
    return {"shown": [_line(one) for one in reached(conn, lost[:most], now, live)], "more": max(len(lost) - most, 0)}


def _line(one: Reached) -> dict[str, Any]:
    ways = [
        {"channel": way.address.channel, "why": way.why, "tried": way.address.last_ok_at is not None}
        for way in one.ways
    ]
    return {"number": one.number, "name": one.name, "city": one.city, "country": one.country, "ways": ways}
