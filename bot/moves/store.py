"""Tables and queries of what students said of their place, and of when they were asked about it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    ForeignKey,
    Row,
    String,
    Table,
    bindparam,
    delete,
    false,
    select,
    update,
)

from bot.listed import listed, listed_as
from bot.moves.model import Move, Place
from bot.schema import Id, UtcDateTime, id_column, metadata

moves = Table(
    "moves",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("trip_id", Id, ForeignKey("trips.id", ondelete="CASCADE"), index=True),
    Column("city", String(120), nullable=False),
    Column("country", String(2), nullable=False),
    Column("zone", String(64), nullable=False),
    # The zone that the roster gave when she said so: when the roster gives another one, that is newer.
    Column("instead_of", String(64), nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("until", Date),
    Column("ends_at", UtcDateTime, index=True),
    # Its end has come and her questions have been put on the clock of where she is again.
    Column("is_over", Boolean, nullable=False),
)

place_asks = Table(
    "place_asks",
    metadata,
    id_column(),
    Column("person_id", Id, ForeignKey("people.id", ondelete="CASCADE"), nullable=False, unique=True),
    # When she was last asked whether she has moved; not where she seemed to be.
    Column("at", UtcDateTime, nullable=False),
)


# Kept, because every answer needs it: building a statement costs twice as much as running it.
# Statements that the bell needs all the time are kept: building one costs many times what running it does.
_ENDED = (
    select(moves.c.id, moves.c.person_id)
    .where(moves.c.ends_at <= bindparam("now"), moves.c.is_over == false())
    .order_by(moves.c.ends_at, moves.c.id)
    .limit(bindparam("most"))
)
_LIVE_OF = select(moves).where(listed_as(moves.c.person_id, "ids"), moves.c.is_over == false()).order_by(moves.c.id)


def live_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, tuple[Move, ...]]:
    """Return by person what is not over; those who are where the roster says are not there."""
    ids = sorted(set(person_ids))
    if not ids:
        return {}
    found: dict[int, list[Move]] = {}
    for row in conn.execute(_LIVE_OF, {"ids": ids}):
        found.setdefault(row.person_id, []).append(_move(row))
    return {person_id: tuple(of_one) for person_id, of_one in found.items()}


def put(
    conn: Connection,
    person_id: int,
    trip_id: int | None,
    place: Place,
    *,
    instead_of: str,
    now: datetime,
    until: date | None,
    ends_at: datetime | None,
) -> None:
    """Store where she is; it replaces what it overlaps: for good everything, until a day what had an end too."""
    clear(conn, person_id, trip_id, for_good=until is None)
    conn.execute(
        moves.insert().values(
            person_id=person_id,
            trip_id=trip_id,
            city=place.city,
            country=place.country,
            zone=place.zone,
            instead_of=instead_of,
            said_at=now,
            until=until,
            ends_at=ends_at,
            is_over=False,
        )
    )


def clear(conn: Connection, person_id: int, trip_id: int | None, *, for_good: bool) -> int:
    """Forget what she said for a stay and is not over: all of it, or only what has an end. Return how much it was."""
    of_trip = moves.c.trip_id.is_(None) if trip_id is None else moves.c.trip_id == trip_id
    query = delete(moves).where(moves.c.person_id == person_id, of_trip, moves.c.is_over == false())
    return conn.execute(query if for_good else query.where(moves.c.until.is_not(None))).rowcount


def ended(conn: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Return (id, person) of moves whose end has come and that nobody has looked at since, the oldest first."""
    return [(row.id, row.person_id) for row in conn.execute(_ENDED, {"now": now, "most": limit})]


def set_over(conn: Connection, ids: Sequence[int]) -> None:
    """Mark moves as over."""
    conn.execute(update(moves).where(listed(moves.c.id, ids)).values(is_over=True))


def asked_at(conn: Connection, person_id: int) -> datetime | None:
    """Return when she was last asked whether she has moved."""
    found: datetime | None = conn.execute(select(place_asks.c.at).where(place_asks.c.person_id == person_id)).scalar()
    return found


def set_asked(conn: Connection, person_id: int, now: datetime) -> None:
    """Record that she is asked now whether she has moved."""
    conn.execute(delete(place_asks).where(place_asks.c.person_id == person_id))
    conn.execute(place_asks.insert().values(person_id=person_id, at=now))


def _move(row: Row[Any]) -> Move:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    del values["is_over"]
    return Move(**values)
