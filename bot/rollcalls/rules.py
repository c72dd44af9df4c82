"""Who is in an area, and what the clock of a roll-call brings next: pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from bot.rollcalls.model import Area, Circle, Reach

EARTH_KM = 6371.0
LARGEST_KM = 5000.0
POSITION_LASTS = timedelta(hours=72)
"""How long a position that somebody sent says where she is; it is not kept longer either."""

ASK, REMIND, REMIND_AGAIN, LIST_THE_SILENT = range(4)
AFTER = (timedelta(0), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=3))
"""When each step comes after the start: the question, again, again elsewhere, and the silent as worklists."""
LOOK_AGAIN = timedelta(minutes=30)
"""How often the last step looks for those whose question got out late."""
TIME_TO_ANSWER = timedelta(minutes=20)
"""Nobody is reminded, or silent, who has had the question for less."""
ON_TIME = timedelta(minutes=5)
TOKEN_LASTS = timedelta(minutes=30)
"""How long a count may be confirmed."""


@dataclass(frozen=True)
class Here:
    """Where somebody is: city and country as the roster or she names them, and a fresh position where she sent one.

    `spot` is the position or, without one, her city's coordinates in degrees; None when neither is known.
    """

    city: str
    country: str
    is_abroad: bool
    is_listed: bool = False
    """Named by her number."""
    spot: tuple[float, float] | None = None


@dataclass(frozen=True)
class Count:
    """How many are meant, and how the question gets to them."""

    by_reach: dict[Reach, int] = field(default_factory=dict)
    by_city: dict[tuple[str, str], int] = field(default_factory=dict)
    """By (country, city)."""

    @property
    def total(self) -> int:
        """Return how many are meant."""
        return sum(self.by_reach.values())

    def of(self, reach: Reach) -> int:
        """Return how many can be reached in that way."""
        return self.by_reach.get(reach, 0)


def in_place(area: Area, here: Here, *, in_city: bool) -> bool:
    """Tell whether somebody of the right group is in the place of an area; `in_city`: in one of its cities."""
    if not area.has_place:
        return here.is_abroad or here.is_listed
    if not here.is_abroad:
        return False
    if here.country in area.countries or in_city:
        return True
    return area.circle is not None and here.spot is not None and distance_km(here.spot, area.circle) <= area.circle.km


def distance_km(spot: tuple[float, float], circle: Circle) -> float:
    """Return how far a spot (latitude, longitude in degrees) is from the middle of a circle."""
    a_lat, a_lon, b_lat, b_lon = map(radians, (*spot, circle.latitude, circle.longitude))
    chord = sin((b_lat - a_lat) / 2) ** 2 + cos(a_lat) * cos(b_lat) * sin((b_lon - a_lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def next_step(step: int, planned: datetime, now: datetime, *, late_ones: bool) -> tuple[int, datetime | None]:
    """Return the step after one that has been done, and when it comes; None: there is none.

    One that came late through our fault shifts all that follow: they keep their distance. `late_ones`: there are still
    people whose question got out too late to call them silent.
    """
    done = planned if now - planned <= ON_TIME else now
    if step >= LIST_THE_SILENT:
        return step, now + LOOK_AGAIN if late_ones else None
    return step + 1, done + (AFTER[step + 1] - AFTER[step])
