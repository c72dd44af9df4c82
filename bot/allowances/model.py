"""What a platform lets us send to one address: until when, how much is left, and by which of our forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Means(StrEnum):
    """How a message can be handed over."""

    MESSAGE = "message"  # as it is
    FORM = "form"  # squeezed into a form that the platform has approved: outside the window
    ONCE = "once"  # the same, for which she has given leave once for each


class Why(StrEnum):
    """Why nothing can be delivered at an address now; these codes are stored as reasons."""

    WINDOW_CLOSED = "window_closed"  # she has not written for too long
    COUNT_USED = "count_used"  # we have said as much as we may since she wrote
    NO_SUBSCRIPTION = "no_subscription"  # it goes only by a leave of hers, and none is left
    REFUSED = "refused"  # she does not take it
    NOT_ALLOWED = "not_allowed"  # the platform does not let our account do that
    DAY_QUOTA = "day_quota"  # our account has used what it may in a day
    NOT_LINKED = "not_linked"  # the enrolment is not finished
    BLOCKED = "blocked"  # she blocked us or her account is no more
    WRONG = "wrong"  # there is no such address
    REVOKED = "revoked"  # taken back by her or by the office


HERS = frozenset({Why.WINDOW_CLOSED, Why.COUNT_USED, Why.NO_SUBSCRIPTION, Why.REFUSED, Why.NOT_ALLOWED})
"""What ends when she is heard again; until then the address carries nothing, though nothing is wrong with it."""
NOT_NOW = HERS | {Why.DAY_QUOTA}
"""Why a message may be waiting for its address, as its reason says."""


class Opening(StrEnum):
    """What of hers lets us send for a while."""

    WROTE = "wrote"
    TAPPED = "tapped"  # the menu, a follow, a scan: shorter and fewer


@dataclass(frozen=True)
class Form:
    """A form that the platform has approved for our account: its id, which kinds of message it carries (none: all but
    replies), and whether it needs a leave of hers for each.
    """

    id: str
    kinds: frozenset[str] = frozenset()
    once: bool = False


@dataclass(frozen=True)
class Allowance:
    """What is left at one address. A tap opens a short window of its own beside that of her words.

    `stock`: how many messages by a form she has given leave for, by the form's id.
    """

    open_until: datetime | None = None
    left: int = 0
    tap_until: datetime | None = None
    tap_left: int = 0
    stock: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """How long and for how many messages one thing of hers opens an address, by the platform's rules."""

    seconds: float
    messages: int


@dataclass(frozen=True)
class Push:
    """Whether something can be delivered at an address now.

    `means` says how, None not at all; `form` by which form; `why` not; `until` when this may change by itself, None
    for never; `left` how many messages may still go as they are, None where nobody counts.
    """

    means: Means | None
    form: Form | None = None
    why: Why | None = None
    until: datetime | None = None
    left: int | None = None
