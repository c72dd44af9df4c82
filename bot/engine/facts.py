"""Loads what planning must know of people, for many at once."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from bot.engine.person_facts import PersonFacts
from bot.moves import store as moves_store
from bot.people import store as people_store
from bot.people.model import Person, RoleKind
from bot.trips import store as trips_store


def load_facts(conn: Connection, person_ids: Iterable[int]) -> dict[int, PersonFacts]:
    """Return the facts of people by id."""
    return facts_of_people(conn, people_store.by_ids(conn, person_ids))


def facts_of_people(conn: Connection, people: Mapping[int, Person]) -> dict[int, PersonFacts]:
    """Return the facts of people who are loaded already, by id."""
    trips = trips_store.of_people(conn, people)
    moves = moves_store.live_of(conn, people)
    return {
        person.id: PersonFacts(
            person_id=person.id,
            home_zone=person.zone,
            level=person.level,
            gone=(person.left_at is not None or person.absent_at is not None or not person.has_role(RoleKind.STUDENT)),
            paused_until=person.paused_until,
            trips=tuple(trips.get(person.id, ())),
            moves=moves.get(person.id, ()),
        )
        for person in people.values()
    }
