"""How people can be reached, for many at once: by their first two working addresses.

The order of addresses is hers, but what can push comes first, what is shut later and what is switched off last:
`bot.engine.telling.in_turn` says the same of one person.
`address_for` and `reach_for` are SQL within a statement about many prompts, which then needs no row of each; `ways_of`
reads each person's addresses once, for a batch that needs all of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, FromClause, ScalarSelect, case, func, or_, select

from bot.addresses.model import PULL_ONLY, WAKE_ONLY, AddressState
from bot.addresses.rules import SWITCHED_OFF
from bot.addresses.store import addresses
from bot.engine.deciding import Reach
from bot.listed import listed


@dataclass(frozen=True)
class Carrier:
    """An address that can be tried, and what the outbox repeats of it."""

    address_id: int
    channel: str
    account: str


@dataclass(frozen=True)
class Way:
    """How somebody is reached, and the first and the second address to try (the first again where it is the only)."""

    reach: Reach
    first: Carrier
    second: Carrier


def ways_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, Way]:
    """Return the ways to those of these people who have a working address."""
    table = addresses.c
    query = (
        select(table.person_id, table.id, table.channel, table.account, table.shut)
        .where(listed(table.person_id, sorted(person_ids)), *_carries(addresses))
        .order_by(table.person_id, *_turn(addresses))
    )
    found: dict[int, Way] = {}
    alone: set[int] = set()
    for who, address_id, channel, account, shut in conn.execute(query).all():
        if who not in found:
            first = Carrier(address_id, channel, account)
            reach = Reach.NONE if shut is not None else Reach.PULL if channel in PULL_ONLY else Reach.PUSH
            found[who] = Way(reach, first, first)
            alone.add(who)
        elif who in alone and shut != SWITCHED_OFF:
            found[who] = replace(found[who], second=Carrier(address_id, channel, account))
            alone.remove(who)
    return found


def can_be_asked(way: Way | None) -> bool:
    """Tell whether somebody has an address that carries something now, be it a page that she must look at."""
    return way is not None and way.reach is not Reach.NONE


def address_for(person_id: Column[Any], *, second: bool = False) -> ColumnElement[Any]:
    """Return the id of the first working address, or of the second where one can be tried; NULL when none works."""
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
    query = select(mine.c[name]).where(mine.c.person_id == person_id, *_carries(mine)).order_by(*_turn(mine))
    query = query.limit(1)
    if number:  # nobody sends where a channel is switched off: what is tried second would only wait there
        query = query.where(mine.c.shut.is_distinct_from(SWITCHED_OFF)).offset(number)
    return query.correlate(person_id.table).scalar_subquery()


def _carries(table: FromClause) -> tuple[ColumnElement[bool], ...]:
    return table.c.state == AddressState.WORKING.value, ~_is_one_of(table.c.channel, WAKE_ONLY)


def _turn(table: FromClause) -> tuple[ColumnElement[Any], ...]:
    is_off = table.c.shut.is_not_distinct_from(SWITCHED_OFF)
    return is_off, table.c.shut.is_not(None), _is_one_of(table.c.channel, PULL_ONLY), table.c.position, table.c.id


def _is_one_of(channel: ColumnElement[Any], names: Iterable[str]) -> ColumnElement[bool]:
    # Not IN: what it lists is written anew into the statement at each execution.
    return or_(*(channel == name for name in sorted(names)))
