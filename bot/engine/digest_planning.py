"""Keeps one digest planned for each member of staff who wants one: the next, by the clock of that person's wall.

Called when the service starts and once a day, when somebody chooses another rhythm or another zone, and for whoever is
new: `plan_missing` finds them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, or_, select

from bot.digests import store
from bot.digests.model import Digest, Every, Rhythm
from bot.digests.rules import next_after
from bot.digests.store import digest_readers, digests
from bot.engine.facts import facts_of_people
from bot.people import store as people_store
from bot.people.model import STAFF_ROLES, Person, RoleKind
from bot.people.store import people, roles
from bot.settings import Settings

BATCH = 500
_DIGESTED = STAFF_ROLES - {RoleKind.READER}  # a digest is for whoever can do something about it
_STAFF = sorted(kind.value for kind in _DIGESTED)


def rhythm_of(settings: Settings) -> Rhythm:
    """Return when digests come, as the settings have it."""
    section = settings.digest
    return Rhythm(section.day, section.hour, timedelta(minutes=section.spread_minutes))


_MISSING = (  # kept, because the bell needs it all the time, and building it costs many times what running it does
    select(people.c.id)
    .outerjoin(digest_readers, digest_readers.c.person_id == people.c.id)
    .where(
        people.c.id.in_(select(roles.c.person_id).where(roles.c.kind.in_(_STAFF))),
        and_(people.c.absent_at.is_(None), people.c.left_at.is_(None)),
        or_(digest_readers.c.every.is_(None), digest_readers.c.every != Every.OFF.value),
        ~exists().where(digests.c.person_id == people.c.id, digests.c.next_at.is_not(None)),
    )
    .order_by(people.c.id)
    .limit(BATCH)
)


def plan_all(conn: Connection, rhythm: Rhythm, now: datetime) -> int:
    """Make the plans of all members of staff right; return how many changed."""
    query = select(roles.c.person_id).where(roles.c.kind.in_(_STAFF)).distinct().order_by(roles.c.person_id)
    ids = list(conn.execute(query).scalars())
    return sum(plan(conn, ids[start : start + BATCH], rhythm, now) for start in range(0, len(ids), BATCH))


def plan_missing(conn: Connection, rhythm: Rhythm, now: datetime) -> int:
    """Plan for whoever should have a digest ahead and has none: new members of staff; return how many that were."""
    ids = list(conn.execute(_MISSING).scalars())
    return plan(conn, ids, rhythm, now) if ids else 0


def plan(conn: Connection, person_ids: Sequence[int], rhythm: Rhythm, now: datetime) -> int:
    """Make the plans of these people right; return how many rows were written or taken away. Idempotent."""
    persons = people_store.by_ids(conn, person_ids)
    zones = zones_of(conn, list(persons.values()), now)
    known = store.readers_of(conn, persons)
    new = [one for one, person in persons.items() if one not in known and is_reader(person)]
    store.add_readers(conn, new, now)
    planned = store.planned_of(conn, list(persons))
    done = store.occasions_of(conn, list(persons), now - timedelta(days=2))
    gone: list[int] = []
    rows: list[dict[str, Any]] = []
    for one, person in persons.items():
        every = known[one].every if one in known else Every.WEEKLY
        wanted = _wanted(person, every, rhythm, zones[one], done, now) if is_reader(person) else None
        ahead = planned.get(one, [])
        if any(row.due_at <= now for row in ahead) and wanted is not None:
            continue  # it is being worked off, and plans the next one itself
        if [_facts(row) for row in ahead] != ([] if wanted is None else [wanted]):
            gone += [row.id for row in ahead]
            if wanted is not None:
                rows.append(dict(zip(("occasion", "zone", "due_at"), wanted, strict=True)) | {"person_id": one})
    store.delete_many(conn, gone)
    store.insert_many(conn, rows)
    return len(gone) + len(rows)


def is_reader(person: Person) -> bool:
    """Tell whether somebody is a member of staff who is here."""
    return person.has_role(*_DIGESTED) and person.absent_at is None and person.left_at is None


def zones_of(conn: Connection, persons: Sequence[Person], now: datetime) -> dict[int, str]:
    """Return the zone by which each person reads, by person: where a student is, what staff named."""
    students = {person.id: person for person in persons if person.has_role(RoleKind.STUDENT)}
    here = {one: facts.zone_now(now) for one, facts in facts_of_people(conn, students).items()} if students else {}
    return {person.id: here.get(person.id, person.zone) for person in persons}


def _wanted(
    person: Person, every: Every, rhythm: Rhythm, zone: str, done: set[tuple[int, str]], now: datetime
) -> tuple[str, str, datetime] | None:
    after = now
    while (found := next_after(person.id, every, rhythm, zone, after)) is not None:
        if (person.id, found[0]) not in done:
            return found[0], zone, found[1]
        after = found[1]  # a move to the west makes the same day come again; its digest has come
    return None


def _facts(row: Digest) -> tuple[str, str, datetime]:
    return row.occasion, row.zone, row.due_at
