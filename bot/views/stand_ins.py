"""Whose students are with a colleague for a while, and until when: for both of them, and for who looks after all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, func, select

from bot.addresses.store import working_of
from bot.people import store as people_store
from bot.people.model import Person, RoleKind
from bot.people.store import people
from bot.stand_ins.store import stand_ins
from bot.views.scope import Scope


@dataclass(frozen=True)
class PassedOn:
    """So many students of a scope are with `to_name` in place of `from_name` until the end of a day."""

    from_id: int
    from_name: str
    to_id: int
    to_name: str
    until: date
    number: int
    may_end: bool


def passed_on(conn: Connection, scope: Scope, now: datetime) -> list[PassedOn]:
    """Return what is passed on among the students of a scope, what comes back first, first."""
    giver, taker = people.alias("giver"), people.alias("taker")
    group = (stand_ins.c.from_id, giver.c.name, stand_ins.c.to_id, taker.c.name, stand_ins.c.until)
    query = (
        select(*group, func.count())
        .join(people, people.c.id == stand_ins.c.person_id)
        .join(giver, giver.c.id == stand_ins.c.from_id)
        .join(taker, taker.c.id == stand_ins.c.to_id)
        .where(stand_ins.c.ended_at.is_(None), scope.students(now.astimezone(UTC).date()), scope.let_in())
        .group_by(*group)
        .order_by(stand_ins.c.until, giver.c.name, taker.c.name)
    )
    found = [(*row, scope.office or scope.viewer_id == row[0]) for row in conn.execute(query)]
    return [PassedOn(*one) for one in found]


def with_whom(conn: Connection, person_ids: Sequence[int]) -> dict[int, tuple[str, date]]:
    """Return by student who looks after her in place of her counsellor and until when."""
    query = (
        select(stand_ins.c.person_id, people.c.name, stand_ins.c.until)
        .join(people, people.c.id == stand_ins.c.to_id)
        .where(stand_ins.c.person_id.in_(person_ids), stand_ins.c.ended_at.is_(None))
    )
    return {row.person_id: (row.name, row.until) for row in conn.execute(query)} if person_ids else {}


def colleagues(conn: Connection, reader_id: int) -> list[Person]:
    """Return the counsellors to whom somebody may pass students on, by name; those whom no channel reaches are none."""
    ids = people_store.ids_with_role(conn, RoleKind.COUNSELLOR)
    found = people_store.by_ids(conn, [one for one in ids if one != reader_id])
    reached = working_of(conn, list(found))
    fit = [one for one in found.values() if reached.get(one.id) and not one.has_role(RoleKind.SUPERVISOR)]
    return sorted(fit, key=lambda one: (one.name, one.number))
