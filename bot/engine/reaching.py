"""How people can be reached, for many at once: by their first two working addresses.

The order of addresses is hers, but what can push comes first and what is shut last: `bot.engine.telling.in_turn` says
the same of one person.
`address_for` and `reach_for` are SQL within a statement about many prompts, which then needs no row of each.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, ScalarSelect, case, func, or_, select

from bot.addresses.model import PULL_ONLY, WAKE_ONLY, AddressState
from bot.addresses.store import addresses
from bot.engine.deciding import Reach
from bot.listed import listed
from bot.people.store import people


@dataclass(frozen=True)
class Way:
    """The ids of the first and of the second address to try (the first again where there is only one)."""

    reach: Reach = Reach.NONE
    first: int | None = None
    second: int | None = None


def ways_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, Way]:
    """Return the ways to those of these people who have a working address."""
    one = people.c.id
    query = select(one, reach_for(one), address_for(one), address_for(one, second=True))
    found = conn.execute(query.where(listed(one, sorted(person_ids)))).all()
    return {row[0]: Way(Reach(row[1]), row[2], row[3]) for row in found if row[2] is not None}


def can_be_asked(way: Way | None) -> bool:
    """Tell whether somebody has an address that carries something now, be it a page that she must look at."""
    return way is not None and way.reach is not Reach.NONE


def address_for(person_id: Column[Any], *, second: bool = False) -> ColumnElement[Any]:
    """Return the id of the first working address, or of the second where there is one; NULL when none works."""
    if not second:
        return _in_turn(person_id, "id", 0)
    return func.coalesce(_in_turn(person_id, "id", 1), _in_turn(person_id, "id", 0))


def reach_for(person_id: Column[Any]) -> ColumnElement[Any]:
    """Return how a person can be reached, as a value of `Reach`."""
    best, shut = _in_turn(person_id, "channel", 0), _in_turn(person_id, "shut", 0)
    return case(
        (or_(best.is_(None), shut.is_not(None)), Reach.NONE.value),
        (_is_one_of(best, PULL_ONLY), Reach.PULL.value),
        else_=Reach.PUSH.value,
    )


def _in_turn(person_id: Column[Any], name: str, number: int) -> ScalarSelect[Any]:
    mine = addresses.alias()
    query = (
        select(mine.c[name])
        .where(
            mine.c.person_id == person_id,
            mine.c.state == AddressState.WORKING.value,
            ~_is_one_of(mine.c.channel, WAKE_ONLY),
        )
        .order_by(mine.c.shut.is_not(None), _is_one_of(mine.c.channel, PULL_ONLY), mine.c.position, mine.c.id)
        .limit(1)
    )
    return (query.offset(number) if number else query).correlate(person_id.table).scalar_subquery()


def _is_one_of(channel: ColumnElement[Any], names: Iterable[str]) -> ColumnElement[bool]:
    # Not IN: what it lists is written anew into the statement at each execution.
    return or_(*(channel == name for name in sorted(names)))
