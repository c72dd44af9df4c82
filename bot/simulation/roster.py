"""An invented roster of any size for a simulation: the same seed and day give the same people, trips and addresses.

Student number k is the same person in a small and in a large roster. Only rows that planning, asking and alarms read
are made; nobody in it has a name.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from bot.addresses.model import AddressState
from bot.addresses.store import addresses
from bot.channels.web import channel as web
from bot.local_time import BEIJING
from bot.people.model import Level, RoleKind
from bot.people.store import people, roles
from bot.places.tables import rows
from bot.trips.model import TripType
from bot.trips.store import trips

STUDENTS_PER_COUNSELLOR = 30
ACCOUNT = "simulated"
COUNTRIES = {
    "US": 22, "GB": 17, "AU": 9, "JP": 8, "SG": 7, "CA": 6, "DE": 6, "FR": 5, "HK": 3, "KR": 3, "NL": 2, "IT": 2,
    "RU": 2, "NZ": 2, "CH": 1, "SE": 1, "ES": 1, "IE": 1, "MY": 1, "BR": 1, "IN": 1, "NP": 1,
}  # fmt: skip
"""How often students go where, roughly as Chinese universities send them."""
CHANNELS: dict[tuple[str, ...], int] = {
    ("wecom",): 28,
    ("wecom", "web"): 12,
    ("wechat", "web"): 14,
    ("telegram",): 14,
    ("telegram", "web"): 8,
    ("web", "telegram"): 2,
    ("dingtalk", "web"): 6,
    ("web",): 10,
    ("mail",): 4,
    (): 2,
}
"""How often which addresses are linked, in whose order; the last have none. Who follows our WeChat has her page too."""
SHORT_SHARE = 0.12
LONG_TYPES = (TripType.DEGREE, TripType.EXCHANGE, TripType.JOINT_TRAINING, TripType.RESEARCH_VISIT, TripType.INTERNSHIP)
SHORT_TYPES = (TripType.CONFERENCE, TripType.SHORT_VISIT, TripType.SUMMER_SCHOOL, TripType.COMPETITION)


@dataclass
class _Rows:
    """Rows by table, in the order in which they are stored."""

    people: list[dict[str, Any]] = field(default_factory=list)
    roles: list[dict[str, Any]] = field(default_factory=list)
    trips: list[dict[str, Any]] = field(default_factory=list)
    addresses: list[dict[str, Any]] = field(default_factory=list)


def invent(conn: Connection, students: int, seed: int, now: datetime) -> None:
    """Store an office, a counsellor for each thirty students, and the students, in an empty database."""
    counsellors = -(-students // STUDENTS_PER_COUNSELLOR)
    made = _Rows()
    _person(made, 1, "O1", RoleKind.OFFICE, ("web",), now)
    for number in range(1, counsellors + 1):
        _person(made, 1 + number, f"C{number:04}", RoleKind.COUNSELLOR, ("web",), now)
    for number in range(1, students + 1):
        chance = random.Random(f"{seed}:{number}")  # noqa: S311 - an invented roster is no secret
        channels = _one_of(chance, CHANNELS)
        level = chance.choice(list(Level)).value
        counsellor = 2 + (number - 1) // STUDENTS_PER_COUNSELLOR
        person_id = 1 + counsellors + number
        _person(
            made, person_id, f"S{number:06}", RoleKind.STUDENT, channels, now, counsellor_id=counsellor, level=level
        )
        made.trips.append(_trip(chance, person_id, number, now.date()))
    for table, values in ((people, made.people), (roles, made.roles), (trips, made.trips), (addresses, made.addresses)):
        _insert(conn, table, values)


def _person(
    made: _Rows, person_id: int, number: str, kind: RoleKind, channels: Sequence[str], now: datetime, **values: Any
) -> None:
    defaults = {"level": None, "counsellor_id": None}
    made.people.append(
        defaults
        | {
            "id": person_id,
            "number": number,
            "name": number,
            "language": "zh",
            "zone": BEIJING,
            "consent_at": now if channels else None,
            "created_at": now,
        }
        | values
    )
    made.roles.append({"person_id": person_id, "kind": kind.value})
    made.addresses += [
        {
            "person_id": person_id,
            "channel": channel,
            "account": web.ACCOUNT if channel == web.NAME else ACCOUNT,
            "external_id": number,
            "state": AddressState.WORKING.value,
            "position": position,
            "linked_at": now,
        }
        for position, channel in enumerate(channels)
    ]


def _trip(chance: random.Random, person_id: int, number: int, today: date) -> dict[str, Any]:
    """Return a stay: some short ones around today, else one that began within four months or begins in three weeks."""
    country = _one_of(chance, COUNTRIES)
    cities = _cities()[country]
    place = cities[min(int(chance.expovariate(0.5)), len(cities) - 1)]  # the table lists the greater cities first
    is_short = chance.random() < SHORT_SHARE
    if is_short:
        departs = today + timedelta(days=chance.randint(-7, 27))
        returns = departs + timedelta(days=chance.randint(3, 12))
    else:
        departs = today + timedelta(days=chance.randint(-120, 21))
        returns = max(departs + timedelta(days=chance.randint(90, 360)), today + timedelta(days=chance.randint(0, 60)))
    return {
        "key": f"P{number:06}",
        "person_id": person_id,
        "host": "University",
        "city": place["en"],
        "country": country,
        "zone": place["zone"],
        "departs": departs,
        "returns": returns,
        "type": chance.choice(SHORT_TYPES if is_short else LONG_TYPES).value,
    }


def _one_of(chance: random.Random, weights: dict[Any, int]) -> Any:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


@cache
def _cities() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows("cities.csv"):
        found[row["country"]].append(row)
    return dict(found)


def _insert(conn: Connection, table: Table, values: list[dict[str, Any]]) -> None:
    if values:
        conn.execute(table.insert(), values)
