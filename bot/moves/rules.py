"""Which of the things that she said of her place holds when: pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from bot.local_time import to_instant
from bot.moves.model import Move

ASK_EVERY = timedelta(days=14)
"""How long she is left alone after she was asked whether she has moved."""


def ends_at(until: date, zone: str) -> datetime:
    """Return the instant at which her last day there is over."""
    return to_instant(until + timedelta(days=1), time(0), zone)


def move_at(moves: Iterable[Move], trip_id: int | None, roster_zone: str, now: datetime) -> Move | None:
    """Return what holds at `now` of what she said for a stay: "until a day" goes before "for good"."""
    holds = [
        move
        for move in moves
        if move.trip_id == trip_id
        and move.instead_of == roster_zone
        and move.said_at <= now
        and (move.ends_at is None or now < move.ends_at)
    ]
    return max(holds, key=lambda move: (move.until is not None, move.said_at, move.id), default=None)


def move_after(moves: Iterable[Move], current: Move, roster_zone: str) -> Move | None:
    """Return what holds once a move that holds now has ended; None: what the roster says."""
    if current.ends_at is None:
        return None
    return move_at(moves, current.trip_id, roster_zone, current.ends_at)
