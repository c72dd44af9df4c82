"""What she says of her place, for the machines that live without a database."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.engine.person_facts import PersonFacts
from bot.local_time import local_date
from bot.moves.model import Move
from bot.moves.rules import ends_at


def moved(facts: PersonFacts, zone: str, now: datetime, days: int | None = None) -> PersonFacts:
    """Return her facts once she has said that she is in a zone, for good or for some days; as `bot.engine.moving`."""
    trip = facts.abroad(now)
    if trip is None:
        return replace(facts, home_zone=zone) if days is None else facts
    kept = tuple(move for move in facts.moves if move.trip_id != trip.id or (days is not None and move.until is None))
    until = None if days is None else local_date(now, zone) + timedelta(days=days)
    end = None if until is None else ends_at(until, zone)
    number = max((move.id for move in facts.moves), default=0) + 1
    new = Move(number, facts.person_id, trip.id, "", "", zone, trip.zone, now, until, end)
    return replace(facts, moves=(*kept, new))
