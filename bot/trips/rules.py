"""Which phase a trip is in, and which trip counts on a day."""

from collections.abc import Iterable
from datetime import date, timedelta

from bot.trips.model import Phase, Trip

BACK_FOR = timedelta(days=120)
"""How long after the return a trip still counts as just back; the last follow-up is at three months."""


def phase(trip: Trip, today: date) -> Phase:
    """Return the phase of a trip on a local date; a cancelled trip is closed."""
    if trip.cancelled_at is not None:
        return Phase.CLOSED
    if today < trip.departs:
        return Phase.BEFORE
    if today <= trip.returns:
        return Phase.ABROAD
    return Phase.BACK if today <= trip.returns + BACK_FOR else Phase.CLOSED


def current(trips: Iterable[Trip], today: date) -> Trip | None:
    """Return the trip that matters on a date: the one she is on, else the next, else the last one."""
    alive = sorted((trip for trip in trips if trip.cancelled_at is None), key=lambda trip: trip.departs)
    abroad = [trip for trip in alive if trip.departs <= today <= trip.returns]
    if abroad:
        return abroad[-1]
    ahead = [trip for trip in alive if trip.departs > today]
    if ahead:
        return ahead[0]
    return alive[-1] if alive else None
