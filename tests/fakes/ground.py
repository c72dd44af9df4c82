"""A small university in a database: units, staff, students, trips and questions, put there row by row.

For tests of views and pages, which read what the engine has written: here each row says exactly what the test needs.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from bot.addresses.store import addresses
from bot.cases.store import cases
from bot.moves.store import moves
from bot.outbox.model import Priority
from bot.outbox.store import outbox
from bot.people.store import people, role_scopes, roles, units
from bot.programmes.store import programme_versions
from bot.prompts.store import prompts
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables  # noqa: F401 - fills the metadata
from bot.storage.database import Database
from bot.storage.engine import parse_url
from bot.trips.store import trips

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)  # a Wednesday


def open_ground(folder: Path) -> Database:
    """Return a new SQLite database with every table and nothing in them."""
    database = Database(parse_url(f"sqlite:///{folder / 'ground.db'}"), Keyring([Keyring.new_key()]))
    metadata.create_all(database.engine)
    return database


class Ground:
    """Puts rows; every method returns the id."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def put(self, table: Table, **values: Any) -> int:
        def work(conn: Connection) -> int:
            return int(conn.execute(table.insert().values(**values).returning(table.c.id)).scalar_one())

        return self.database.write(work)

    def unit(self, path: str) -> int:
        parent = self.unit(path.rpartition("/")[0]) if "/" in path else None
        known = self.database.read(lambda conn: conn.execute(select(units.c.id).where(units.c.path == path)).scalar())
        return known or self.put(units, path=path, name=path.rpartition("/")[2], parent_id=parent)

    def staff(self, number: str, role: str, *scope: tuple[str, str], **values: Any) -> int:
        person = self._person(number, **{"language": "zh", "zone": "Asia/Shanghai"} | values)
        held = self.put(roles, person_id=person, kind=role)
        for kind, value in scope:
            self.put(role_scopes, role_id=held, kind=kind, value=value)
        return person

    def student(self, number: str, *, counsellor: int | None = None, unit: str = "", **values: Any) -> int:
        """Put a student with a working web address; `reachable=False` leaves the address out."""
        reachable = values.pop("reachable", True)
        unit_id = self.unit(unit) if unit else None
        defaults = {"language": "zh", "zone": "Asia/Shanghai", "counsellor_id": counsellor, "unit_id": unit_id}
        person = self._person(number, **defaults | values)
        self.put(roles, person_id=person, kind="student")
        if reachable:
            self.address(person)
        return person

    def address(self, person: int, *, channel: str = "web", state: str = "working", **values: Any) -> int:
        defaults = {"account": "web", "external_id": f"{channel}-{person}", "position": 0, "linked_at": NOW}
        return self.put(addresses, person_id=person, channel=channel, state=state, **defaults | values)

    def trip(
        self, person: int, country: str = "US", city: str = "纽约", zone: str = "America/New_York", **v: Any
    ) -> int:
        defaults = {
            "key": f"T{person}-{v.get('departs', '')}",
            "host": "Host University",
            "departs": date(2026, 9, 1),
            "returns": date(2027, 6, 30),
            "type": "exchange",
        }
        return self.put(trips, person_id=person, country=country, city=city, zone=zone, **defaults | v)

    def said_place(self, person: int, trip: int, zone: str, city: str = "", country: str = "", **v: Any) -> int:
        """Put what she said of her place on a trip in New York."""
        defaults = {"said_at": NOW - timedelta(days=1), "instead_of": "America/New_York", "is_over": False}
        values = {"zone": zone, "city": city, "country": country}
        return self.put(moves, person_id=person, trip_id=trip, **defaults | values | v)

    def version(self) -> int:
        return self.put(programme_versions, text="", sha256="", loaded_at=NOW)

    def prompt(self, person: int, state: str, *, opened: timedelta = timedelta(hours=18), **values: Any) -> int:
        """Put a check-in that opened that long before NOW."""
        opens_at = NOW - opened
        defaults = {
            "item": "checkin",
            "kind": "checkin",
            "occasion": f"{opens_at.date()}",
            "version_id": self._one_version(),
            "zone": "America/New_York",
            "opens_at": opens_at,
            "due_at": opens_at + timedelta(days=2),
            "step": 0,
            "late_by_seconds": 0,
            "asked_at": None if state in {"scheduled", "not_asked", "unreached", "withdrawn"} else opens_at,
        }
        return self.put(prompts, person_id=person, state=state, **defaults | values)

    def answered(self, person: int, choice: str, share_with: str | None = None, **values: Any) -> int:
        at = values.pop("answered_at", NOW - timedelta(hours=2))
        return self.prompt(
            person, "answered", choice=choice, share_with=share_with, answered_at=at, answer_channel="web", **values
        )

    def case(self, person: int, reason: str, *, state: str = "open", **values: Any) -> int:
        return self.put(cases, person_id=person, reason=reason, state=state, **{"opened_at": NOW, "round": 0} | values)

    def message(self, person: int, prompt: int | None, **values: Any) -> int:
        defaults = {
            "key": f"m:{person}:{prompt}:{values.get('kind', 'question')}",
            "kind": "question",
            "template": "checkin/question",
            "priority": Priority.PROMPT.value,
            "channel": "web",
            "account": "web",
            "state": "accepted",
            "tries": 1,
            "created_at": NOW - timedelta(hours=18),
            "next_try_at": NOW - timedelta(hours=18),
            "accepted_at": NOW - timedelta(hours=18),
        }
        return self.put(outbox, person_id=person, prompt_id=prompt, **defaults | values)

    def _person(self, number: str, **values: Any) -> int:
        return self.put(people, number=number, created_at=NOW, **{"name": f"Name {number}"} | values)

    def _one_version(self) -> int:
        known = self.database.read(lambda conn: conn.execute(select(programme_versions.c.id)).scalar())
        return known or self.version()
