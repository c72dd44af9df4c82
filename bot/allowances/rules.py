"""Whether something can be delivered at an address now, and what follows when she is heard or something went. Pure.

Delivery asks before each message; whatever shows who can be reached where asks the same.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.allowances.model import Allowance, Form, Means, Opening, Push, Why, Window

_STATES = {
    "pending": Why.NOT_LINKED,
    "gone": Why.BLOCKED,
    "wrong": Why.WRONG,
    "revoked": Why.REVOKED,
}
_REPLY = "reply"


def can_push(
    state: str,
    allowance: Allowance | None,
    now: datetime,
    *,
    windowed: bool,
    forms: Sequence[Form] = (),
    kind: str = "question",
) -> Push:
    """Return whether a message of a kind could be delivered now at an address in this state (`AddressState`).

    `windowed`: its platform counts, and knows forms; any other always says yes to an address that works. A reply also
    goes to an address that is not linked yet.
    """
    if state in _STATES and not (state == "pending" and kind == _REPLY):
        return Push(None, why=_STATES[state])
    if not windowed:
        return Push(Means.MESSAGE)
    known = allowance or Allowance()
    if (left := left_now(known, now)) > 0:
        return Push(Means.MESSAGE, until=open_until(known, now), left=left)
    fitting = [form for form in forms if kind in form.kinds or (not form.kinds and kind != _REPLY)]
    for form in fitting:
        if not form.once:
            return Push(Means.FORM, form, left=0)
        if known.stock.get(form.id, 0) > 0:
            return Push(Means.ONCE, form, left=0)
    closed = Why.WINDOW_CLOSED if open_until(known, now) is None else Why.COUNT_USED
    return Push(None, why=Why.NO_SUBSCRIPTION if fitting else closed, left=0)


def left_now(known: Allowance, now: datetime) -> int:
    """Return how many messages may go now as they are."""
    words = known.left if _is_open(known.open_until, now) else 0
    taps = known.tap_left if _is_open(known.tap_until, now) else 0
    return max(words, 0) + max(taps, 0)


def open_until(known: Allowance, now: datetime) -> datetime | None:
    """Return when the last open window closes; None when none is open."""
    ends = [end for end in (known.open_until, known.tap_until) if end is not None and end > now]
    return max(ends, default=None)


def opened(known: Allowance, how: Opening, window: Window, at: datetime) -> Allowance:
    """Return what is allowed after she was heard at an instant; an older word changes nothing."""
    end = at + timedelta(seconds=window.seconds)
    if how is Opening.TAPPED:
        if known.tap_until is not None and known.tap_until > end:
            return known
        return replace(known, tap_until=end, tap_left=window.messages)
    if known.open_until is not None and known.open_until > end:
        return known
    return replace(known, open_until=end, left=window.messages)


def spent(known: Allowance, push: Push, now: datetime, count: int = 1) -> Allowance:
    """Return what is left once messages went; what a tap allowed goes first, because it ends first.

    A negative count gives back what was taken for a message that did not go.
    """
    if push.means is Means.ONCE and push.form is not None:
        stock = dict(known.stock)
        stock[push.form.id] = max(stock.get(push.form.id, 0) - count, 0)
        return replace(known, stock={name: left for name, left in stock.items() if left})
    if push.means is not Means.MESSAGE:
        return known
    if count < 0:
        return replace(known, left=known.left - count)
    taps = min(count, known.tap_left) if _is_open(known.tap_until, now) else 0
    return replace(known, tap_left=known.tap_left - taps, left=max(known.left - (count - taps), 0))


def refused(known: Allowance, push: Push, why: str | None, now: datetime) -> Allowance:
    """Return what is left when the platform says that it was less than we thought."""
    if push.means is Means.ONCE and push.form is not None:
        return replace(known, stock={name: left for name, left in known.stock.items() if name != push.form.id})
    if why == Why.WINDOW_CLOSED:
        return replace(known, open_until=now, left=0, tap_until=now, tap_left=0)
    return replace(known, left=0, tap_left=0) if why == Why.COUNT_USED else known


def stocked(known: Allowance, changes: Sequence[tuple[str, int]]) -> Allowance:
    """Return the stock after she has given leave for more (+1) by forms, or taken all back (0)."""
    stock = dict(known.stock)
    for name, more in changes:
        stock[name] = stock.get(name, 0) + more if more else 0
    return replace(known, stock={name: left for name, left in stock.items() if left > 0})


def _is_open(end: datetime | None, now: datetime) -> bool:
    return end is not None and end > now
