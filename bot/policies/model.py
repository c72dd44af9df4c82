"""An escalation policy: steps of delay and whom, a repeat, and how long an acknowledgement holds without a deed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Whom(StrEnum):
    """Who is told at a step."""

    BUDDY = "buddy"  # friends who agreed to be asked; they see one question and nothing else
    COUNSELLOR = "counsellor"
    DUTY = "duty"  # whoever is on duty for her at that moment
    COORDINATOR = "coordinator"
    OFFICE = "office"
    CHOSEN = "chosen"  # whom she chose for a hard week; in the policy of "hard" and nowhere else


@dataclass(frozen=True)
class Step:
    """`after` counts from the step before, that of the first from the opening of the case."""

    after: timedelta
    whom: tuple[Whom, ...]


@dataclass(frozen=True)
class Policy:
    """What happens for one reason.

    `wakes`: it goes out at night and through alarm URLs. `repeat`: how long after the last step everyone is told again
    until somebody acknowledges; None: never. `act_within`: an acknowledgement without a deed for so long resumes the
    steps; `again_within`: the same after a deed.
    """

    wakes: bool
    steps: tuple[Step, ...]
    repeat: timedelta | None
    act_within: timedelta
    again_within: timedelta


@dataclass(frozen=True)
class Policies:
    """One version of all policies, by reason of the case."""

    of: Mapping[str, Policy]
