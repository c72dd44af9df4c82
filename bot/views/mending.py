"""What the office can do for a student whom nothing reaches now: an invitation helps only where nothing else must be
mended first. Pure.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum

from bot.addresses.model import MAIL, VOUCHED, AddressState
from bot.addresses.rules import Way
from bot.allowances.model import HERS

_USABLE = frozenset({AddressState.WORKING, AddressState.PENDING})


class Mend(StrEnum):
    """What must be done first."""

    WRITES = "writes"  # her platform carries nothing before she has written there
    CHANNEL = "channel"  # the address is right, the channel does not work
    DIRECTORY = "directory"  # the school's directory does not know the number of the roster
    NO_MAIL = "no_mail"  # the roster has no mail address
    WRONG_MAIL = "wrong_mail"  # the one that it has cannot be used
    INVITE = "invite"


def to_mend(ways: Sequence[Way], email: str | None, live: Collection[str]) -> Mend:
    """Return what to do for a student none of whose ways carries anything; `live` are the channels switched on."""
    works = [way for way in ways if way.address.state is AddressState.WORKING]
    if works:
        return Mend.WRITES if any(way.why in HERS for way in works) else Mend.CHANNEL
    unknown = {way.address.channel for way in ways if way.address.state is AddressState.WRONG}
    if unknown & (VOUCHED - {MAIL}):
        return Mend.DIRECTORY
    mails = [way.address for way in ways if way.address.channel == MAIL]
    if MAIL in live and not any(one.state in _USABLE for one in mails):
        return Mend.WRONG_MAIL if (email or "").strip() else Mend.NO_MAIL
    return Mend.INVITE
