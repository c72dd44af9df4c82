"""Where the students of a scope are, counted by country, or by city in one country: how many, and how they stand.

Only counts of cities, at the place of the city: never where a person is. Called by the console.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from bot.places.cities import find_cities
from bot.places.spots import spot_in, spot_of
from bot.views.board_query import dates_on_earth, standing
from bot.views.safety import Category
from bot.views.scope import Scope


@dataclass(frozen=True)
class Spot:
    """A country, or a city of one; `at` is (latitude, longitude), None where nobody here knows it."""

    country: str
    city: str
    at: tuple[float, float] | None
    counts: dict[Category, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return how many students are there."""
        return sum(self.counts.values())

    @property
    def worst(self) -> Category:
        """Return the gravest state that anybody there is in."""
        return next(category for category in Category if self.counts.get(category))


def spots(conn: Connection, scope: Scope, now: datetime, country: str = "") -> list[Spot]:
    """Return where the students abroad are, the most first: countries, or the cities of one of them."""
    base = standing(conn, scope, now, dates_on_earth(conn, now))
    every = (
        select(base.category.label("category"), base.country, base.city).select_from(base.source).where(base.condition)
    )
    every_one = every.subquery("everybody")
    by = (every_one.c.category, every_one.c.country, every_one.c.city)
    found: dict[tuple[str, str], Counter[Category]] = {}
    for row in conn.execute(select(*by, func.count().label("number")).group_by(*by)):
        if country and row.country != country:
            continue
        place = (row.country, _named(row.city, row.country) if country else "")
        found.setdefault(place, Counter())[Category(row.category)] += row.number
    made = [
        Spot(code, city, spot_of(city, code) if country else spot_in(code), dict(counts))
        for (code, city), counts in found.items()
    ]
    return sorted(made, key=lambda one: (-one.total, one.country, one.city))


def _named(city: str, country: str) -> str:
    """Return one name for a city however a roster spells it."""
    known = find_cities(city, country)
    return known[0].name_en if known else city
