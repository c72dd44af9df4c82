"""Looks at the area of a roll-call before anybody is counted: does all that it names exist, and is it in scope?"""

import math

from sqlalchemy import ColumnElement, Connection, exists, select

from bot.branches.store import branches
from bot.engine.rollcall_people import city_test
from bot.people.store import people, units
from bot.places.cities import find_cities
from bot.places.countries import find_country
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import Area, Circle
from bot.rollcalls.rules import LARGEST_KM
from bot.trips.store import trips

MOST_NUMBERS = 5000
_PARTS_OF_CIRCLE = 3


def check(conn: Connection, area: Area, within: ColumnElement[bool]) -> None:
    """Return when a roll-call may be counted in this area; RollcallRefused names the first thing that is wrong."""
    if not area.has_place and not area.has_group:
        raise RollcallRefused(Fault.NO_AREA)
    for country in area.countries:
        if find_country(country) != country:
            raise RollcallRefused(Fault.COUNTRY, country)
    _check_cities(conn, area)
    for path in area.units:
        if not conn.execute(select(exists().where(units.c.path == path))).scalar():
            raise RollcallRefused(Fault.UNIT, path)
    for key in area.branches:
        if not conn.execute(select(exists().where(branches.c.key == key))).scalar():
            raise RollcallRefused(Fault.BRANCH, key)
    _check_numbers(conn, area, within)


def country_in(text: str) -> str:
    """Return the code of a country that somebody names; RollcallRefused when there is none."""
    found = find_country(text.strip())
    if found is None:
        raise RollcallRefused(Fault.COUNTRY, text.strip())
    return found


def city_in(text: str) -> tuple[str, str]:
    """Read "Cambridge" or "Cambridge, GB" as (name, country or "")."""
    name, comma, country = text.replace("，", ",").rpartition(",")
    return (name.strip(), country_in(country)) if comma else (text.strip(), "")


def circle_in(text: str) -> Circle:
    """Read "35.68,139.69,50": latitude and longitude in degrees, kilometres. RollcallRefused when it is no circle."""
    try:
        parts = [float(part) for part in text.replace("，", ",").split(",")]
    except ValueError:
        raise RollcallRefused(Fault.CIRCLE, text) from None
    if len(parts) != _PARTS_OF_CIRCLE or not all(map(math.isfinite, parts)):
        raise RollcallRefused(Fault.CIRCLE, text)
    latitude, longitude, km = parts
    if abs(latitude) > 90 or abs(longitude) > 180 or not 0 < km <= LARGEST_KM:  # noqa: PLR2004 - degrees of the earth
        raise RollcallRefused(Fault.CIRCLE, text)
    return Circle(latitude, longitude, km)


def _check_cities(conn: Connection, area: Area) -> None:
    unknown = [one for one in area.cities if not find_cities(one[0], one[1] or None)]
    if not unknown:
        return
    used = conn.execute(select(trips.c.city, trips.c.country).distinct()).all()
    for one in unknown:
        is_it = city_test([one])
        if not any(is_it(row.city, row.country) for row in used):
            raise RollcallRefused(Fault.CITY, one[0])


def _check_numbers(conn: Connection, area: Area, within: ColumnElement[bool]) -> None:
    """Whoever is outside the scope reads the same as a number that nobody has: whose it is stays unsaid."""
    if len(area.numbers) > MOST_NUMBERS:
        raise RollcallRefused(Fault.TOO_MANY, MOST_NUMBERS)
    if not area.numbers:
        return
    query = select(people.c.number).where(
        people.c.number.in_(area.numbers), people.c.left_at.is_(None), people.c.absent_at.is_(None), within
    )
    known = set(conn.execute(query).scalars())
    missing = [number for number in area.numbers if number not in known]
    if missing:
        more = "" if len(missing) <= 5 else f" (and {len(missing) - 5} more)"  # noqa: PLR2004 - a sentence, no list
        raise RollcallRefused(Fault.NUMBERS, ", ".join(missing[:5]) + more)
