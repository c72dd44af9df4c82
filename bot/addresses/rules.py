"""What could be delivered at an address now, and why not: the one place that says so. Pure.

The student's own page, the console, the counts before a roll-call and the digest all ask here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.addresses.model import PULL_ONLY, WAKE_ONLY, Address, AddressState

MAIL = "mail"
SWITCHED_OFF = "switched_off"
"""Why nothing can be delivered on a channel that the settings do not enable."""
TWO = 2
"""How many proven channels everybody should have before departure."""


class Can(StrEnum):
    """Whether an address carries something now."""

    NOW = "now"
    LOOKS = "looks"  # it lies there until she looks
    NO = "no"


class Reachable(StrEnum):
    """How somebody can be reached now, over all addresses; the values are those of a roll-call's count."""

    NOW = "now"
    MAIL = "mail"  # by mail only
    LOOKS = "looks"  # a page that waits for her to look
    NONE = "none"


@dataclass(frozen=True)
class Limits:
    """What a platform that counts says of one address: why not now (empty: it can), until when, and how many more."""

    why: str = ""
    until: datetime | None = None
    left: int | None = None


@dataclass(frozen=True)
class Way:
    """One address with whether it carries something now. `why` is a short code, empty where it does."""

    address: Address
    can: Can
    why: str = ""
    until: datetime | None = None
    left: int | None = None


def way_of(
    address: Address, *, live: Collection[str] | None = None, limits: Limits | None = None, held: str = ""
) -> Way:
    """Return what could be delivered at an address now.

    `live` are the channels that are switched on (None: all), `limits` what its platform counts, `held` why something
    waits for this address at this moment.
    """
    known = limits or Limits()
    if address.state is not AddressState.WORKING:
        return Way(address, Can.NO, address.reason or address.state.value)
    if live is not None and address.channel not in live:
        return Way(address, Can.NO, SWITCHED_OFF)
    if why := known.why or held:
        return Way(address, Can.NO, why, known.until, known.left)
    return Way(address, plainly(address.channel), until=known.until, left=known.left)


def plainly(channel: str) -> Can:
    """Return what an address that works carries where nothing holds it back."""
    return Can.LOOKS if channel in PULL_ONLY else Can.NOW


def reach_by(ways: Iterable[Way]) -> Reachable:
    """Return how somebody with these ways can be reached now."""
    return reach_over((way.address.channel, way.can) for way in ways)


def reach_over(carrying: Iterable[tuple[str, Can]]) -> Reachable:
    """Return the same from what each channel carries."""
    found = [(channel, can) for channel, can in carrying if can is not Can.NO and channel not in WAKE_ONLY]
    pushing = {channel for channel, can in found if can is Can.NOW}
    if pushing - {MAIL}:
        return Reachable.NOW
    if pushing:
        return Reachable.MAIL
    return Reachable.LOOKS if found else Reachable.NONE


def proven(addresses: Iterable[Address]) -> int:
    """Return how many channels are proven: a message was taken there and something came back."""
    return len({one.channel for one in addresses if one.is_proven})


def moved(order: list[int], address_id: int, *, up: bool) -> list[int]:
    """Return an order of addresses with one of them a place further up or down; as it is where that is no place."""
    if address_id not in order:
        return order
    here = order.index(address_id)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return order
    changed = list(order)
    changed[here], changed[there] = changed[there], changed[here]
    return changed
