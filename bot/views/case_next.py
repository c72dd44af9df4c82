"""What happens next with a case under its policy, if nobody does anything: pure. List and page of cases show it."""

from dataclasses import dataclass
from datetime import datetime

from bot.cases.model import Case, CaseState, Reason
from bot.policies.model import Policy


@dataclass(frozen=True)
class Next:
    """What comes at `at`.

    `kind` is "" (nothing by itself), tells (`whom` is told, words of the policies), again (everybody is told again),
    lapses (whoever has it has done nothing, so it goes on to the others), wakes (whoever put it off is reminded) or
    asks_her (whether somebody else may know of her hard week).
    """

    kind: str
    at: datetime | None = None
    whom: tuple[str, ...] = ()


def what_next(case: Case, policy: Policy) -> Next:
    """Return what happens next."""
    if case.state is CaseState.RESOLVED or case.next_at is None:
        return Next("")
    if case.state is CaseState.SNOOZED:
        return Next("wakes", case.next_at)
    if case.state is CaseState.ACKNOWLEDGED:
        return Next("lapses", case.next_at)
    if case.reason is Reason.HARD:
        return Next("asks_her", case.next_at)
    if case.step < len(policy.steps):
        return Next("tells", case.next_at, tuple(whom.value for whom in policy.steps[case.step].whom))
    return Next("again", case.next_at)
