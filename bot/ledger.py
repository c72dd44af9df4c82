"""The ledger of who can be reached where: loads what `bot.addresses.rules` decides from, for many people at once.

Views show it, and the engine counts by it before it asks many people. A fixed number of queries for all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection

from bot.addresses.model import WAKE_ONLY, WINDOWED, Address
from bot.addresses.rules import SWITCHED_OFF, Limits, Way, way_of
from bot.addresses.store import all_of
from bot.allowances.model import NOT_NOW, Form, Means
from bot.allowances.rules import can_push
from bot.allowances.store import of_addresses
from bot.channels.known import KNOWN
from bot.outbox.store import held_back, is_held_back
from bot.settings import Settings

_ELSEWHERE = frozenset({"quiet_hours", "address_failed", SWITCHED_OFF, *(why.value for why in NOT_NOW)})
"""Reasons of what waits that say nothing of its address: a platform that counts is asked itself."""

Live = Mapping[str, Sequence[Form]]
"""The channels that are switched on, each with the forms in which it sends where nothing else may go."""


def live_of(settings: Settings) -> Live:
    """Return the channels that the settings switch on."""
    return {name: KNOWN[name].ours(settings.channels).forms for name in settings.channels.live}


def ways_of(
    conn: Connection,
    person_ids: Iterable[int],
    now: datetime,
    live: Live | None = None,
) -> dict[int, list[Way]]:
    """Return the ways to people, by person, in each person's own order; `live` None: every channel is on."""
    found = {who: [one for one in of if one.channel not in WAKE_ONLY] for who, of in all_of(conn, person_ids).items()}
    every = [one for of in found.values() for one in of]
    held = held_back(conn, [one.id for one in every], _ELSEWHERE)
    limits = _limits(conn, every, now, live or {})
    return {
        who: [way_of(one, live=live, limits=limits.get(one.id), held=held.get(one.id, "")) for one in of]
        for who, of in found.items()
    }


def may_be_held(address_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that something waits at an address, for a reason that is the address's."""
    return is_held_back(address_id, _ELSEWHERE)


def held_of(conn: Connection, address_ids: Iterable[int]) -> set[int]:
    """Return those of these addresses at which something waits, for a reason that is theirs."""
    return set(held_back(conn, address_ids, _ELSEWHERE))


def _limits(
    conn: Connection, addresses: Iterable[Address], now: datetime, forms: Mapping[str, Sequence[Form]]
) -> Mapping[int, Limits]:
    """Return what platforms that count say of addresses, by address."""
    counting = [one for one in addresses if one.channel in WINDOWED]
    known = of_addresses(conn, [one.id for one in counting]) if counting else {}
    found = {}
    for one in counting:
        allowed = forms.get(one.channel, ())
        push = can_push(one.state.value, known.get(one.id), now, windowed=True, forms=allowed)
        why = "" if push.means is not None or push.why is None else push.why.value
        found[one.id] = Limits(why, push.until, push.left if push.means is Means.MESSAGE else None)
    return found
