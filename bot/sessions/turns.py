"""Whose turn it is to meet at a bad hour: what past sessions have cost each member, said in two words only. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from bot.sessions.hours_model import Level

APART = int(Level.QUIET)
"""How many points burdens may lie apart before it is anybody's turn: one hour in the night."""


class Turn(StrEnum):
    """All that is shown of the burdens: no points, no order of people."""

    FAIR = "fair"
    HERS = "hers"


def turns(borne: Mapping[int, int]) -> dict[int, Turn]:
    """Return for each member whether it would be her turn: others have had a worse time than she by a whole night."""
    most = max(borne.values(), default=0)
    return {one: Turn.HERS if most - points >= APART else Turn.FAIR for one, points in borne.items()}
