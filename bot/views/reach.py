"""Who of a scope can be reached where: for each address what could be delivered now, why not, and what it has proved.

The console, the digest and `yanxin reach` ask here; `bot.views.reach_all` says how everybody can be reached, and
`bot.ledger` has the ways to those who are shown. A fixed number of queries for five hundred people.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.addresses.rules import Reachable, Way, proven, reach_by
from bot.ledger import Live, ways_of
from bot.people import store as people_store
from bot.views.reach_all import how_of_all
from bot.views.scope import Scope
from bot.views.whereabouts import where_all

AT_ONCE = 500
COLUMNS = (
    "number", "name", "city", "country", "reachable", "proven_channels",
    "channel", "order", "can", "why", "until", "left", "proven", "last_success", "last_failure", "last_heard",
)  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """One student with all ways to her, in her own order."""

    person_id: int
    number: str
    name: str
    city: str
    country: str
    zone: str
    ways: tuple[Way, ...]

    @property
    def how(self) -> Reachable:
        """Return how she can be reached now."""
        return reach_by(self.ways)

    @property
    def proven(self) -> int:
        """Return how many of her channels are proven."""
        return proven(way.address for way in self.ways)


def reachability(
    conn: Connection,
    scope: Scope,
    now: datetime,
    live: Live | None = None,
    *,
    only: Collection[Reachable] | None = None,
) -> list[Reached]:
    """Return how the students of a scope who are away or about to leave can be reached now, by number.

    `only` narrows it, say to `{Reachable.NONE}`.
    """
    every = how_of_all(conn, scope, now, live)
    return reached(conn, [one.person_id for one in every if only is None or one.how in only], now, live)


def unreachable(conn: Connection, scope: Scope, now: datetime, live: Live | None = None) -> list[Reached]:
    """Return the students of a scope whom nothing reaches now, for the digest and the office."""
    return reachability(conn, scope, now, live, only={Reachable.NONE})


def reached(conn: Connection, ids: Sequence[int], now: datetime, live: Live | None = None) -> list[Reached]:
    """Return these students with all ways to them, in this order."""
    found: list[Reached] = []
    for start in range(0, len(ids), AT_ONCE):
        found += _reached(conn, ids[start : start + AT_ONCE], now, live)
    return found


def as_rows(found: Iterable[Reached]) -> list[dict[str, str]]:
    """Return one row of `COLUMNS` for each address, and one for whoever has none."""
    return [row for one in found for row in _rows(one)]


def _reached(conn: Connection, ids: Sequence[int], now: datetime, live: Live | None) -> list[Reached]:
    known = people_store.by_ids(conn, ids)
    ways, here = ways_of(conn, ids, now, live), where_all(conn, known.values(), now)
    return [
        Reached(
            one, known[one].number, known[one].name, here[one].city, here[one].country, here[one].zone,
            tuple(ways.get(one, ())),
        )
        for one in ids
    ]  # fmt: skip


def _rows(one: Reached) -> list[dict[str, str]]:
    head = {
        "number": one.number,
        "name": one.name,
        "city": one.city,
        "country": one.country,
        "reachable": one.how.value,
        "proven_channels": str(one.proven),
    }
    rows = [head | _row(place, way) for place, way in enumerate(one.ways, start=1)]
    return rows or [head | dict.fromkeys(COLUMNS[len(head) :], "")]


def _row(place: int, way: Way) -> dict[str, str]:
    address = way.address
    return {
        "channel": address.channel,
        "order": str(place),
        "can": way.can.value,
        "why": way.why,
        "until": _iso(way.until),
        "left": "" if way.left is None else str(way.left),
        "proven": "yes" if address.is_proven else "no",
        "last_success": _iso(address.last_ok_at),
        "last_failure": _iso(address.last_failed_at),
        "last_heard": _iso(address.heard_at),
    }


def _iso(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat()
