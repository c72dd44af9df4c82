"""How people can be reached, for a batch: their reach and their first two working addresses."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from bot.addresses.model import PULL_ONLY, WAKE_ONLY, AddressState
from bot.addresses.store import addresses
from bot.engine.deciding import Reach
from bot.listed import listed


@dataclass(frozen=True)
class Way:
    """The ids of the first and of the second address to try (the first again where there is only one)."""

    reach: Reach = Reach.NONE
    first: int | None = None
    second: int | None = None


def ways_of(conn: Connection, person_ids: Iterable[int]) -> dict[int, Way]:
    """Return the ways to people who have a working address; the order is hers, but what can push comes first."""
    ids = sorted(person_ids)
    query = (
        select(addresses.c.person_id, addresses.c.id, addresses.c.channel)
        .where(
            listed(addresses.c.person_id, ids),
            addresses.c.state == AddressState.WORKING.value,
            addresses.c.channel.not_in(sorted(WAKE_ONLY)),
        )
        .order_by(addresses.c.person_id, addresses.c.position, addresses.c.id)
    )
    pushing: dict[int, list[int]] = {}
    pulling: dict[int, list[int]] = {}
    for person_id, address_id, channel in conn.execute(query):
        (pulling if channel in PULL_ONLY else pushing).setdefault(person_id, []).append(address_id)
    ways = {}
    for person_id in pushing.keys() | pulling.keys():
        turn = pushing.get(person_id, []) + pulling.get(person_id, [])
        reach = Reach.PUSH if person_id in pushing else Reach.PULL
        ways[person_id] = Way(reach, turn[0], turn[1] if len(turn) > 1 else turn[0])
    return ways
