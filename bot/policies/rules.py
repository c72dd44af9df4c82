"""When a case comes up next under its policy: pure."""

from datetime import timedelta

from bot.policies.model import Policy

SLOWED = 6
"""How many times as long each wait is after she said that her call for help was a false alarm."""


def wait_before(policy: Policy, step: int, *, slowed: bool = False) -> timedelta | None:
    """Return how long after the step before the step of this number comes; behind the last one, the repeat.

    None: nothing comes any more.
    """
    wait = policy.steps[step].after if step < len(policy.steps) else policy.repeat
    return wait * SLOWED if slowed and wait is not None else wait


def holds_for(policy: Policy, *, acted: bool) -> timedelta:
    """Return how long an acknowledgement holds from now on; `acted` says whether something has been done since."""
    return policy.again_within if acted else policy.act_within
