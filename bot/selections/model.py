"""A selection: whom somebody picked, what is to be done for them, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MOST = 2000
"""How many people one selection holds; whoever means more starts a roll-call of an area."""
AT_ONCE = 50
"""For how many it is done in one transaction, so that nobody waits behind it."""


class Deed(StrEnum):
    """What can be done for everybody picked."""

    REMIND = "remind"
    EXTEND = "extend"
    ROLLCALL = "rollcall"  # asks for more, and goes on in its own page


class Came(StrEnum):
    """What came of it for one of them."""

    DONE = "done"
    ALREADY = "already"  # somebody has done so for this question
    NOTHING = "nothing"  # nothing is late: answered, not asked, or over
    CASE = "case"  # somebody looks after her already
    OUT = "out"  # not in the scope any more


@dataclass(frozen=True)
class Selection:
    """What was picked by whom. `counts` say what came of it so far, by `Came`: each member counts once, in order."""

    id: int
    author_id: int
    deed: Deed
    member_ids: tuple[int, ...]
    created_at: datetime
    done_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def next_ids(self) -> tuple[int, ...]:
        """Return for whom it is done next; none when it is done for everybody."""
        begun = sum(self.counts.values())
        return self.member_ids[begun : begun + AT_ONCE]
