"""What happens to one prompt whose time has come: pure.

A prompt that was never asked cannot be missed: it ends as `unreached` when she has no address that could have carried
it, and as `not_asked` when the failure is ours. Our own stop is never her silence either: a rung that comes late is
done now, alone, and what follows keeps its distance; `missed` first gives her words that are still on their way time
to arrive.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.engine.ladder import ON_TIME, times_of
from bot.local_time import Quiet, after_quiet
from bot.programmes.model import Item, Step
from bot.prompts.model import Prompt, State

GRACE = timedelta(minutes=30)
"""After a stop of ours: how long her words may still be on their way before silence counts as silence."""

ROOM = timedelta(days=1)
"""Nobody is reminded sooner than this after a question that counts down to a departure."""


class Reach(StrEnum):
    """How she can be reached."""

    PUSH = "push"
    PULL = "pull"  # only by pages that wait for her to look
    NONE = "none"


class Act(StrEnum):
    """What must be done besides storing the row."""

    ASK = "ask"
    REMIND = "remind"
    SECOND = "second"


@dataclass(frozen=True)
class Decision:
    """The row as it must be stored, and what must be done."""

    state: State
    step: int
    next_at: datetime | None
    due_at: datetime
    late_by: timedelta
    act: Act | None = None


def decide(prompt: Prompt, item: Item, quiet: Quiet, reach: Reach, now: datetime) -> Decision:
    """Return what happens to a scheduled or running prompt at `now`."""
    times = times_of(item, prompt.occasion, prompt.opens_at, prompt.zone, quiet)
    if prompt.state is State.SCHEDULED:
        return _open(prompt, item, times, quiet, now)
    if prompt.asked_at is None:
        return _still_to_ask(prompt, item, times, quiet, reach, now)
    return _climb(prompt, item, times, quiet, reach, now)


def first_rung(prompt: Prompt, item: Item, quiet: Quiet, asked_at: datetime) -> Decision:
    """Return the row of a prompt that has just been asked: a late question shifts its whole ladder.

    But for what counts down to a departure, which waits for nobody: what is over of its ladder is left out.
    """
    times = times_of(item, prompt.occasion, prompt.opens_at, prompt.zone, quiet)
    if item.counts_down:
        step = _ahead(times, 0, asked_at + ROOM)
        at = times[step] if times[step] > asked_at else asked_at + ROOM
        return Decision(State.OPEN, step, at, max(at, times[-1]), timedelta(0))
    delay = asked_at - prompt.opens_at
    late_by = delay if delay > ON_TIME else timedelta(0)
    at = times[0] + late_by
    if item.ladder[0].step is not Step.MISSED:
        at = after_quiet(at, prompt.zone, quiet)
    return Decision(State.OPEN, 0, at, at + (times[-1] - times[0]), at - times[0])


def _open(prompt: Prompt, item: Item, times: tuple[datetime, ...], quiet: Quiet, now: datetime) -> Decision:
    if times[-1] <= now:
        return Decision(State.NOT_ASKED, prompt.step, None, times[-1], timedelta(0))
    if now - prompt.opens_at > ON_TIME:
        morning = after_quiet(now, prompt.zone, quiet)
        if morning > now:  # late through our fault is no reason to wake her
            return Decision(State.SCHEDULED, 0, min(morning, times[-1]), times[-1], timedelta(0))
    step, next_at = _next_unasked(item, times, 0, now)
    return Decision(State.OPEN, step, next_at, times[-1], timedelta(0), Act.ASK)


def _still_to_ask(
    prompt: Prompt, item: Item, times: tuple[datetime, ...], quiet: Quiet, reach: Reach, now: datetime
) -> Decision:
    if times[-1] <= now:
        failed = State.NOT_ASKED if reach is Reach.PUSH else State.UNREACHED
        return Decision(failed, prompt.step, None, times[-1], timedelta(0))
    step, next_at = _next_unasked(item, times, prompt.step, now)
    passed = range(prompt.step, step)
    again = any(item.ladder[index].step is Step.SECOND_CHANNEL and times[index] <= now for index in passed)
    morning = after_quiet(now, prompt.zone, quiet)
    if again and morning > now:  # late through our fault is no reason to wake her
        return Decision(prompt.state, prompt.step, min(morning, times[-1]), times[-1], timedelta(0))
    return Decision(prompt.state, step, next_at, times[-1], timedelta(0), Act.SECOND if again else None)


def _next_unasked(item: Item, times: tuple[datetime, ...], step: int, now: datetime) -> tuple[int, datetime]:
    """Find the next rung that means something without a question: nobody is reminded of what was not asked."""
    for index in range(step, len(times)):
        if times[index] > now and item.ladder[index].step is not Step.REMIND:
            return index, times[index]
    return len(times) - 1, times[-1]


def _climb(
    prompt: Prompt, item: Item, times: tuple[datetime, ...], quiet: Quiet, reach: Reach, now: datetime
) -> Decision:
    planned = prompt.next_at or times[prompt.step]
    rung = item.ladder[prompt.step]
    rest = times[-1] - times[prompt.step]
    if planned > now:
        return Decision(prompt.state, prompt.step, planned, prompt.due_at, planned - times[prompt.step])
    overdue = now - planned > ON_TIME
    if rung.step is Step.MISSED:
        if overdue:
            later = now + GRACE
            return Decision(prompt.state, prompt.step, later, later, later - times[prompt.step])
        failed = State.UNREACHED if reach is Reach.NONE else State.MISSED
        return Decision(failed, prompt.step, None, prompt.due_at, planned - times[prompt.step])
    base = now if overdue else planned
    morning = after_quiet(base, prompt.zone, quiet)
    if morning > now:
        return Decision(prompt.state, prompt.step, morning, morning + rest, morning - times[prompt.step])
    act = Act.REMIND if rung.step is Step.REMIND else Act.SECOND
    if item.counts_down:
        step = _ahead(times, prompt.step + 1, now)
        at = max(times[step], now + GRACE)
        return Decision(State.LATE, step, at, at + (times[-1] - times[step]), at - times[step], act)
    step = prompt.step + 1
    at = base + (times[step] - times[prompt.step])
    if item.ladder[step].step is not Step.MISSED:
        at = after_quiet(at, prompt.zone, quiet)
    return Decision(State.LATE, step, at, at + (times[-1] - times[step]), at - times[step], act)


def _ahead(times: tuple[datetime, ...], step: int, after: datetime) -> int:
    """Return the first rung from `step` on that falls later than an instant; the last when none does."""
    return next((index for index in range(step, len(times)) if times[index] > after), len(times) - 1)
