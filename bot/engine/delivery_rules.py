"""What becomes of a message: pure decisions of delivery, before a try and after its result.

`bot.engine.delivery` asks them inside its transactions. They take the time and the jitter and return what to store.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.addresses.model import AddressState
from bot.cases.model import Case, CaseState
from bot.engine.ladder import ON_TIME
from bot.local_time import Quiet, after_quiet
from bot.outbox.model import (
    AGAIN_WHEN_UNKNOWN,
    PROCESS_ENDED,
    SERVER_ERROR,
    UNLIKELY_COPIES,
    Kind,
    Message,
    OutboxState,
    Priority,
    Result,
    ResultKind,
    Sent,
)
from bot.prompts.model import RUNNING, Prompt, State
from bot.rollcalls.model import KIND as ROLLCALL

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)
EDIT_WAIT = timedelta(seconds=2)
"""How long an edit waits for the result of what it edits before it looks again."""
MOST_UNKNOWN = 3
"""How often a message goes out with an unknown outcome: two copies are better than none, ten are not."""
MOST_DEATHS = 10
"""How often a message is claimed again after its process has died. More often, because a process that dies has hardly
ever called the channel for it: three deaths in a row must not cost an alarm."""
LONGEST_AFTER_DEATH = timedelta(seconds=30)
"""How long it waits after such a death: nothing is wrong with the platform, and it may be the answer to a cry."""
LONGEST_HOLD = timedelta(days=30)
"""How long a message waits for an address that carries nothing now before it is looked at again."""
LIFETIME = {Kind.REPLY: timedelta(hours=24), Kind.EDIT: timedelta(hours=24)}
"""How long a message without an end of its own is worth sending; kinds that are not here are worth it for ever."""

ADDRESS_FAULTS = {ResultKind.PERSON_GONE: AddressState.GONE, ResultKind.ADDRESS_WRONG: AddressState.WRONG}
_ASKABLE = {Kind.QUESTION: RUNNING | {State.NOT_ASKED, State.UNREACHED}, Kind.REMINDER: RUNNING}
"""In which states of its prompt a question or a reminder is wanted: a question that got out late is still asked."""


@dataclass(frozen=True)
class Verdict:
    """What to store: the new state; when to try again (waiting only); why; what is now known of the address."""

    state: OutboxState
    next_try_at: datetime | None = None
    reason: str | None = None
    address: AddressState | None = None
    pause_seconds: float = 0.0
    not_now: bool = False
    """The address carries nothing now, though nothing is wrong with it: another one should, else it waits there."""

    @property
    def elsewhere(self) -> bool:
        """Tell whether another address of the person should take the message."""
        return self.address is not None


def ends_at(message: Message) -> datetime | None:
    """Return when a message is no longer worth sending, or None."""
    if message.expires_at is not None:
        return message.expires_at
    life = LIFETIME.get(message.kind)
    return None if life is None else message.created_at + life


def backoff(tries: int, jitter: float) -> timedelta:
    """Return how long to wait after so many tries: 5 s, doubled each time up to 10 min, less up to a quarter.

    `jitter` lies between 0 and 1.
    """
    doubled = FIRST_WAIT * (1 << min(max(tries - 1, 0), 10))
    return min(doubled, LONGEST_WAIT) * (1 - jitter / 4)


def before_try(
    message: Message,
    now: datetime,
    *,
    prompt: Prompt | None,
    case: Case | None,
    address: AddressState | None,
    quiet: Quiet | None = None,
) -> Verdict | None:
    """Decide whether a message is still wanted: None to send it, else what becomes of it instead.

    `quiet` are the quiet hours of the prompt's programme; they matter only to a message that is late.
    """
    end = ends_at(message)
    if end is not None and end <= now:
        return Verdict(OutboxState.EXPIRED, reason="expired")
    if prompt is not None and prompt.state not in _ASKABLE.get(message.kind, frozenset(State)):
        return Verdict(OutboxState.WITHDRAWN, reason=f"prompt_{prompt.state.value}")
    hers = case is not None and case.is_held and case.acknowledged_by == message.person_id  # handed over to this person
    if message.kind is Kind.ALARM and case is not None and case.state is not CaseState.OPEN and not hers:
        return Verdict(OutboxState.WITHDRAWN, reason=f"case_{case.state.value}")
    usable = {AddressState.WORKING, AddressState.PENDING} if message.kind is Kind.REPLY else {AddressState.WORKING}
    if address not in usable:
        return Verdict(OutboxState.FAILED, reason="address_not_working", address=address or AddressState.WRONG)
    return None if prompt is None or quiet is None else _not_at_night(message, prompt, quiet, now)


def is_late(message: Message, now: datetime) -> bool:
    """Tell whether something has held a question or a reminder back since it was queued."""
    return message.kind in _ASKABLE and now - message.created_at > ON_TIME


def _not_at_night(message: Message, prompt: Prompt, quiet: Quiet, now: datetime) -> Verdict | None:
    """Let a question or reminder that an outage has held back wait for her morning.

    The rules keep to her quiet hours when they queue it; an outage may end in the middle of her night.
    """
    morning = after_quiet(now, prompt.zone, quiet)
    if prompt.kind == ROLLCALL:
        return None  # whether she is safe is asked at night too
    if morning <= now or not is_late(message, now):
        return None
    end = ends_at(message)
    wait = morning if end is None else min(morning, end)
    return Verdict(OutboxState.WAITING, next_try_at=wait, reason="quiet_hours")


def before_edit(original: Sent | None, now: datetime, *, can_edit: bool, is_latest: bool) -> Verdict | None:
    """Decide whether an edit can go: None to send it, else to wait for what it edits or to give it up."""
    if not can_edit:
        return Verdict(OutboxState.WITHDRAWN, reason="cannot_edit")
    if not is_latest:
        return Verdict(OutboxState.WITHDRAWN, reason="later_edit")
    if original is not None and original.result is None:
        return Verdict(OutboxState.WAITING, next_try_at=now + EDIT_WAIT)
    if original is None or original.result != ResultKind.ACCEPTED or original.external_id is None:
        return Verdict(OutboxState.WITHDRAWN, reason="nothing_to_edit")
    return None


def after_result(
    message: Message, result: Result, now: datetime, *, unknown_before: int = 0, jitter: float = 0.0
) -> Verdict:
    """Decide what becomes of a message after a try; `message.tries` counts this try.

    `unknown_before` counts earlier tries with an unknown outcome of the same sort: cut short by a death of our process,
    or with a copy that may have arrived. A platform that says itself that it failed is asked again until the end.
    """
    if result.kind is ResultKind.ACCEPTED:
        return Verdict(OutboxState.ACCEPTED)
    if result.kind in ADDRESS_FAULTS:
        return Verdict(OutboxState.FAILED, reason=_why(result), address=ADDRESS_FAULTS[result.kind])
    if result.kind is ResultKind.NOT_NOW:
        again = None if result.wait is None else now + timedelta(seconds=result.wait)
        return not_now(message, _why(result), again, now)
    if result.kind is ResultKind.THROTTLED:
        pause = FIRST_WAIT.total_seconds() if result.wait is None else result.wait
        return _again(message, result, now, timedelta(seconds=pause), pause=pause)
    if result.kind is ResultKind.OUTCOME_UNKNOWN and not _goes_again(message, result, unknown_before + 1):
        return Verdict(OutboxState.UNKNOWN, reason=_why(result))
    return _again(message, result, now, _wait(message, result, unknown_before, jitter))


def not_now(message: Message, why: str, again: datetime | None, now: datetime) -> Verdict:
    """Return what becomes of a message that its address does not carry now: `again` is when it may, None for never.

    It is looked at once more when it ends at the latest: until then a word of hers may open the way.
    """
    end = ends_at(message)
    if end is not None and end <= now:
        return Verdict(OutboxState.EXPIRED, reason=why)
    times = [now + LONGEST_HOLD, *(at for at in (end, again) if at is not None)]
    return Verdict(OutboxState.WAITING, next_try_at=min(times), reason=why, not_now=True)


def _wait(message: Message, result: Result, unknown_before: int, jitter: float) -> timedelta:
    if result.new_address is not None or (result.reason == PROCESS_ENDED and not unknown_before):
        return timedelta(0)
    if result.kind is ResultKind.OUTCOME_UNKNOWN and result.reason not in UNLIKELY_COPIES and unknown_before:
        return LONGEST_WAIT  # a second copy may be out; the third waits until a short disturbance is over
    wait = backoff(message.tries, jitter)
    if result.reason == PROCESS_ENDED:
        return min(wait, LONGEST_AFTER_DEATH)
    return max(wait, timedelta(seconds=result.wait or 0))


def _goes_again(message: Message, result: Result, unknown: int) -> bool:
    """Tell whether a message goes again after so many unknown outcomes: what is about safety, numbers to dial too."""
    matters = message.kind in AGAIN_WHEN_UNKNOWN or message.priority is Priority.ALARM
    if not matters or result.reason == SERVER_ERROR:
        return matters
    return unknown < (MOST_DEATHS if result.reason == PROCESS_ENDED else MOST_UNKNOWN)


def _again(message: Message, result: Result, now: datetime, wait: timedelta, pause: float = 0.0) -> Verdict:
    end = ends_at(message)
    if end is not None and now + wait >= end:
        return Verdict(OutboxState.EXPIRED, reason=_why(result), pause_seconds=pause)
    return Verdict(OutboxState.WAITING, next_try_at=now + wait, reason=_why(result), pause_seconds=pause)


def _why(result: Result) -> str:
    return (result.reason or result.kind.value)[:120]
