"""A selection: whom somebody picked, what is to be done for them, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

MOST = 2000
"""How many people one selection holds; whoever means more starts a roll-call of an area."""
AT_ONCE = 50
"""For how many it is done in one transaction, so that nobody waits behind it."""


class Deed(StrEnum):
    """What can be done for everybody picked."""

    REMIND = "remind"
    EXTEND = "extend"
    NOTICE = "notice"  # asks for the words first
    PASS_ON = "pass_on"  # noqa: S105 - asks to whom and until when first
    ROLLCALL = "rollcall"  # asks for more, and goes on in its own page


NEEDS_A_WISH = frozenset({Deed.NOTICE, Deed.PASS_ON})
LONGEST_NOTICE = 2000
"""Characters of a notice."""


class Came(StrEnum):
    """What came of it for one of them."""

    DONE = "done"
    ALREADY = "already"  # somebody has done so for this question; an item was asked or reminded of today
    NOTHING = "nothing"  # nothing is late: answered, not asked, or over; of an item, nothing is left to remind of
    CASE = "case"  # somebody looks after her already
    UNREACHED = "unreached"  # no channel of hers works
    OUT = "out"  # not in the scope any more


@dataclass(frozen=True)
class Selection:
    """What was picked by whom. `counts` say what came of it so far, by `Came`: each member counts once, in order.

    `wish` is what the deed needs besides: of a notice `text` and `urgent`, to pass on `to` (an id) and `until` (ISO
    date). Without it such a deed cannot be done. From the pipeline, `item` names what is reminded of or put off.
    """

    id: int
    author_id: int
    deed: Deed
    member_ids: tuple[int, ...]
    created_at: datetime
    done_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)
    wish: Mapping[str, Any] = field(default_factory=dict)

    @property
    def item(self) -> str:
        """Return the item of the pipeline that it is about; "" for whatever question of safety is late."""
        return str(self.wish.get("item", ""))

    @property
    def is_ready(self) -> bool:
        """Tell whether the press that does it may come."""
        return self.deed not in NEEDS_A_WISH or bool(self.wish)

    @property
    def next_ids(self) -> tuple[int, ...]:
        """Return for whom it is done next; none when it is done for everybody."""
        begun = sum(self.counts.values())
        return self.member_ids[begun : begun + AT_ONCE]
