"""Which temporary branches are worth proposing for those who leave soon, by region, zone and dates: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MOST = 12
"""Members of one proposed branch; more can hardly meet at one hour."""
LEAST = 3
"""Fewer are no branch of their own; where nothing fits them they are named for the office to decide."""
NEAR = 3 * 60
"""Minutes by which the clocks of one branch may differ."""
FAR = 6 * 60
"""The same for a branch that would be too small without."""
TOGETHER = timedelta(days=30)
"""How long all of one branch must be away at the same time."""


@dataclass(frozen=True)
class Leaver:
    """Somebody who leaves soon: to which kind of branch she belongs, where to, her clock there (minutes), and when."""

    person_id: int
    kind: str
    region: str
    offset: int
    departs: date
    returns: date


@dataclass(frozen=True)
class Proposed:
    """A branch that is proposed; nobody is in two."""

    kind: str
    region: str
    members: tuple[Leaver, ...]

    @property
    def is_small(self) -> bool:
        """Tell whether it has fewer members than a branch should."""
        return len(self.members) < LEAST


def propose(leavers: Sequence[Leaver]) -> list[Proposed]:
    """Return the branches that are worth proposing; everybody is in exactly one, be it too small."""
    groups: list[list[Leaver]] = []
    for one in sorted(leavers, key=lambda each: (each.kind, each.region, each.offset, each.departs, each.person_id)):
        takes = next((group for group in groups if len(group) < MOST and fits([*group, one], NEAR)), None)
        if takes is None:
            groups.append([one])
        else:
            takes.append(one)
    return [Proposed(group[0].kind, group[0].region, tuple(group)) for group in _joined(groups)]


def fits(group: Sequence[Leaver], spread: int) -> bool:
    """Tell whether people can be one branch: of one kind and region, clocks that are near, away together for long."""
    if len({(one.kind, one.region) for one in group}) > 1:
        return False
    offsets = [one.offset for one in group]
    shared = min(one.returns for one in group) - max(one.departs for one in group)
    return max(offsets) - min(offsets) <= spread and (len(group) == 1 or shared >= TOGETHER)


def _joined(groups: list[list[Leaver]]) -> list[list[Leaver]]:
    """Let groups that are too small join the nearest one that takes them."""
    found = list(groups)
    for small in sorted(groups, key=len):
        if len(small) >= LEAST or small not in found:
            continue
        others = [one for one in found if one is not small and len(one) + len(small) <= MOST]
        takes = [one for one in others if fits([*one, *small], FAR)]
        if takes:
            best = min(takes, key=lambda one: (abs(one[0].offset - small[0].offset), len(one)))
            found.remove(small)
            best.extend(small)
    return found
