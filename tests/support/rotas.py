"""Rotas for tests: those of a settings text, loaded into a database as the start of the service loads them."""

import tomllib
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection

from bot.documents import store as documents
from bot.duty.model import Duty
from bot.duty.parse import parse, to_json
from bot.people.model import RoleKind
from bot.people.store import people, roles, units
from bot.trips.store import trips

LOADED = datetime(2026, 9, 1, tzinfo=UTC)

EUROPE = """
[[rota]]
name = "Europe"
scope = ["region:EU"]
zone = "Europe/Berlin"
handover = "Mon 09:00"
members = ["D1", "D2"]
since = 2026-09-07
hours = ["daily 08:00-20:00"]
"""
EVERYBODY = """
[[rota]]
name = "Everybody"
zone = "Asia/Shanghai"
handover = "Mon 09:00"
members = ["O1"]
since = 2026-09-07
hours = ["Mon-Fri 09:00-18:00"]
"""


def utc(text: str) -> datetime:
    """Read "2026-11-24 18:30" as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rotas(text: str) -> Duty:
    return parse(tomllib.loads(text), "test")


def load_rotas(conn: Connection, text: str) -> None:
    documents.put(conn, "duty", to_json(rotas(text)), LOADED)


def staff(conn: Connection, number: str, kind: RoleKind = RoleKind.COUNSELLOR, **values: Any) -> int:
    """Add a member of staff and return the id."""
    defaults = {"name": f"Teacher {number}", "language": "en", "zone": "Asia/Shanghai", "created_at": LOADED}
    row = people.insert().values(number=number, **defaults | values).returning(people.c.id)
    person_id = int(conn.execute(row).scalar_one())
    conn.execute(roles.insert().values(person_id=person_id, kind=kind.value))
    return person_id


def student(conn: Connection, number: str, city: str, country: str, zone: str, **values: Any) -> int:
    """Add a student who is abroad from August 2026 to January 2027, and return the id."""
    person_id = staff(conn, number, RoleKind.STUDENT, **values)
    stay = {"departs": date(2026, 8, 24), "returns": date(2027, 1, 31), "type": "exchange", "host": "Host"}
    where = {"city": city, "country": country, "zone": zone}
    conn.execute(trips.insert().values(person_id=person_id, key=f"T{number}", **stay, **where))
    return person_id


def unit(conn: Connection, path: str) -> int:
    """Add a unit by its path and return the id."""
    row = units.insert().values(name=path.rpartition("/")[2], path=path).returning(units.c.id)
    return int(conn.execute(row).scalar_one())
