"""Kinds of branch and party status, as the roster names them."""

from enum import StrEnum


class BranchKind(StrEnum):
    """What a temporary branch belongs to."""

    PARTY = "party"
    LEAGUE = "league"


class BranchPlace(StrEnum):
    """Where a branch is: a temporary one abroad, or the home branch to which its members go on belonging."""

    ABROAD = "temporary"
    HOME = "home"


class PartyStatus(StrEnum):
    """政治面貌 as the roster gives it."""

    PARTY = "party"
    PROBATIONARY = "probationary"
    LEAGUE = "league"
    NONE = "none"
