"""In which zone the receivers of messages read: loaded once per person, because in a simulation nobody moves house."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from bot.engine.compose_facts import reader_zone
from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.people import store as people_store
from bot.people.model import Person


class Readers:
    """Everybody who got a message so far."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._known: dict[int, tuple[Person, PersonFacts]] = {}

    def zones(self, conn: Connection, person_ids: Iterable[int], now: datetime) -> dict[int, str]:
        """Return the zone of each person at this instant."""
        ids = set(person_ids)
        new = ids - self._known.keys()
        if new:
            persons, facts = people_store.by_ids(conn, new), load_facts(conn, new)
            self._known |= {person_id: (person, facts[person_id]) for person_id, person in persons.items()}
        return {person_id: reader_zone(*self._known[person_id], now) for person_id in ids}
