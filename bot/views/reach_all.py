"""How each student of a scope can be reached now, thousands at a time: three queries, and nothing sealed is opened.

Most addresses carry something or do not; only where a platform counts, or where something waits, `bot.ledger` is asked.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Date, Row, Select, and_, bindparam, exists, select

from bot.addresses.model import WAKE_ONLY, WINDOWED, AddressState
from bot.addresses.rules import TWO, Can, Reachable, plainly, reach_by, reach_over
from bot.addresses.store import addresses
from bot.ledger import Live, held_of, ways_of
from bot.listed import listed_as
from bot.people.store import people
from bot.trips.store import trips
from bot.views.scope import Scope

AT_ONCE = 500


@dataclass(frozen=True)
class How:
    """How one student can be reached; `lacks_proof` when fewer than two of her channels are proven."""

    person_id: int
    how: Reachable
    lacks_proof: bool


def _query(today: Any) -> Select[Any]:
    """Return who is away or about to leave, a row for each address that works, in the order of numbers."""
    hers = and_(trips.c.person_id == people.c.id, trips.c.cancelled_at.is_(None), trips.c.returns >= today)
    is_proven = and_(addresses.c.last_ok_at.is_not(None), addresses.c.heard_at.is_not(None)).label("is_proven")
    works = and_(addresses.c.person_id == people.c.id, addresses.c.state == AddressState.WORKING.value)
    return (
        select(people.c.id, addresses.c.id.label("address_id"), addresses.c.channel, is_proven)
        .outerjoin_from(people, addresses, works)
        .where(people.c.left_at.is_(None), people.c.absent_at.is_(None), exists(select(trips.c.id).where(hers)))
        .order_by(people.c.number)
    )


# Kept, because building a statement costs more than running it for fifty students.
_OF_IDS = _query(bindparam("today", type_=Date())).where(listed_as(people.c.id, "ids"))


def how_of_all(conn: Connection, scope: Scope, now: datetime, live: Live | None = None) -> list[How]:
    """Return how the students of a scope who are away or about to leave can be reached now, by number."""
    today = now.astimezone(UTC).date()
    return _decide(conn, conn.execute(_query(today).where(scope.students(today), scope.let_in())), now, live)


def how_of(conn: Connection, ids: Sequence[int], now: datetime, live: Live | None = None) -> list[How]:
    """Return the same of some students; the caller has made sure that the reader may know."""
    return _decide(conn, conn.execute(_OF_IDS, {"ids": ids, "today": now.astimezone(UTC).date()}), now, live)


def _decide(conn: Connection, found_rows: Iterable[Row[Any]], now: datetime, live: Live | None) -> list[How]:
    rows = [(row.id, row.address_id, row.channel, bool(row.is_proven)) for row in found_rows]
    held = held_of(conn, [address for _, address, _, _ in rows if address is not None])
    carrying: dict[int, list[tuple[str, Can]]] = {}
    proven: dict[int, set[str]] = {}
    closer: set[int] = set()
    for person, address, channel, is_proven_one in rows:
        ways = carrying.setdefault(person, [])
        if channel is None or channel in WAKE_ONLY:
            continue
        if is_proven_one:
            proven.setdefault(person, set()).add(channel)
        if live is not None and channel not in live:
            continue
        if channel in WINDOWED or address in held:
            closer.add(person)
        ways.append((channel, plainly(channel)))
    found = {person: reach_over(ways) for person, ways in carrying.items()} | _closer(conn, sorted(closer), now, live)
    return [How(person, how, len(proven.get(person, ())) < TWO) for person, how in found.items()]


def counted(found: Iterable[How]) -> dict[Reachable, int]:
    """Return how many can be reached in which way."""
    numbers = Counter(one.how for one in found)
    return {how: numbers[how] for how in Reachable}


def _closer(conn: Connection, ids: list[int], now: datetime, live: Live | None) -> dict[int, Reachable]:
    found: dict[int, Reachable] = {}
    for start in range(0, len(ids), AT_ONCE):
        ways = ways_of(conn, ids[start : start + AT_ONCE], now, live)
        found |= {one: reach_by(of) for one, of in ways.items()}
    return found
