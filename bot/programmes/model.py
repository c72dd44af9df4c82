"""What is asked of whom and when, as data: a programme has items with audience, time rule and ladder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

from bot.local_time import Quiet


class Kind(StrEnum):
    """How an item is asked; each kind has a file in `bot/engine/kinds/`."""

    CHECKIN = "checkin"
    LANDING = "landing"
    CHANNELS = "channels"  # two proven ones before departure
    REPORT = "report"  # what she writes about a stay after it
    CHECKLIST = "checklist"  # the steps before departure
    FLIGHT = "flight"  # when she lands, asked before departure


class Step(StrEnum):
    """What a rung of a ladder does."""

    REMIND = "remind"
    SECOND_CHANNEL = "second_channel"
    MISSED = "missed"


class Anchor(StrEnum):
    """What an item that is asked once per trip is tied to."""

    DEPARTURE = "departure"
    LANDING = "landing"
    RETURN = "return"


@dataclass(frozen=True)
class After:
    """When something falls after a start: whole days plus a wall time, or (for short ones) a duration.

    Days below zero lie before the start.
    """

    days: int = 0
    at: time | None = None
    duration: timedelta | None = None


@dataclass(frozen=True)
class Rung:
    """One rung of a ladder: what is done and when after the opening."""

    step: Step
    after: After


@dataclass(frozen=True)
class Audience:
    """Whose trips an item is for; empty tuples and None mean all."""

    min_days: int | None = None
    max_days: int | None = None
    countries: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recurring:
    """Asked again and again while she is abroad, at a wall time on the days of a rule.

    `first_rule` (RFC 5545 RRULE) holds for `first_weeks` weeks from departure, `rule` after that; in `often_in`
    (ISO country codes that the office marks) `first_rule` holds for the whole stay.
    """

    at: time
    rule: str
    first_weeks: int = 0
    first_rule: str | None = None
    often_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Once:
    """Asked once per trip, after an anchor; `unknown` counts from departure while no landing time is known."""

    anchor: Anchor
    after: After
    unknown: After | None = None


@dataclass(frozen=True)
class Item:
    """One thing that is asked. The key names it in prompts and never changes its meaning."""

    key: str
    kind: Kind
    audience: Audience
    when: Recurring | Once
    ladder: tuple[Rung, ...]

    @property
    def counts_down(self) -> bool:
        """Tell whether its rungs are days before departure, which stay where they are however late it is asked."""
        return self.kind in {Kind.CHECKLIST, Kind.FLIGHT}


class Proof(StrEnum):
    """How a step of the checklist comes to be done: she says so, hands in a file, or it is seen by itself."""

    TICK = "tick"
    FILE = "file"
    SOS = "sos"  # she has tried the call for help
    CHANNELS = "channels"  # two proven ones
    BUDDY = "buddy"
    CONTACT = "contact"  # the roster has somebody to call
    APPROVAL = "approval"  # the roster has the number of the approval
    PASSPORT = "passport"  # its last day is known, and later than the return
    VISA = "visa"
    INSURANCE = "insurance"


@dataclass(frozen=True)
class Question:
    """A question of a step, by language; `right` is the answer that counts."""

    words: Mapping[str, str]
    right: bool


@dataclass(frozen=True)
class ChecklistStep:
    """One step before departure; `after` names the steps that unlock it, `is_signed`: the office looks at it too."""

    key: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    link: str
    proof: Proof
    after: tuple[str, ...]
    is_signed: bool
    audience: Audience
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Programme:
    """An immutable version of the programme; `quiet` holds for every item, `steps` are those of the checklist."""

    version_id: int
    items: tuple[Item, ...]
    quiet: Quiet
    steps: tuple[ChecklistStep, ...] = ()

    def item(self, key: str) -> Item | None:
        """Return an item by its key."""
        return next((item for item in self.items if item.key == key), None)

    def step(self, key: str) -> ChecklistStep | None:
        """Return a step of the checklist by its key."""
        return next((step for step in self.steps if step.key == key), None)
