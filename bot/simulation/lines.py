"""The figures of a simulation as aligned text for people; `yanxin simulate` prints it."""

from collections.abc import Iterator, Sequence

from bot.simulation.outcome import Outcome, Pressure
from bot.simulation.quotas import Used

_HOURS_PER_LINE = 12
_QUOTAS = {
    "per_member_minute": "messages to one member in a minute",
    "per_member_hour": "messages to one member in an hour",
    "per_window": "messages to one follower until she writes",
    "per_day": "messages in a day of Beijing",
    "calls_per_month": "calls in a month of Beijing",
}


def lines(outcome: Outcome) -> Iterator[str]:
    """Yield the lines of the report."""
    order = outcome.order
    roster = "of the database" if order.students is None else f"invented (seed {order.seed})"
    yield (
        f"{_many(outcome.students, 'student')}, {roster}, {_many(order.days, 'day')} "
        f"from {order.start:%Y-%m-%d %H:%M} UTC; {order.answer_rate:.0%} of the questions are answered"
    )
    yield "days and times are those of UTC; local hours are those of whoever receives a message"
    yield ""
    yield from _table(
        ("messages", "count", "busiest second", "busiest minute", "limit", "to drain"),
        [
            *(_channel(name, one) for name, one in outcome.pressure.items()),
            ("all", f"{outcome.messages}", "", "", "", ""),
        ],
    )
    yield ""
    quotas = [(name, *_quota(used)) for name, one in outcome.pressure.items() for used in one.quotas]
    if quotas:
        yield from _table(("quotas", "of", "used at most", "limit", "share", "when"), quotas)
        yield ""
    yield from _table(("by kind", "count"), [(name, f"{count}") for name, count in outcome.by_kind.items()])
    yield ""
    yield from _hours(outcome.by_local_hour)
    yield ""
    yield from _table(("questions that opened", "count"), [(name, f"{n}") for name, n in outcome.prompts.items()])
    yield ""
    share = f"{outcome.rungs_moved} ({outcome.moved_share:.1%})"
    yield f"rungs that came up: {outcome.rungs}, of which quiet hours moved {share}"
    alarms = outcome.alarms
    busiest = f" (on {alarms.busiest_day})" if alarms.busiest_day else ""
    a_day = f"{alarms.mean_per_day} on average, {alarms.most_per_day} at most{busiest}"
    yield f"alarms to staff: {alarms.total}; in a day: {a_day}"
    yield f"alarms to one counsellor in a day: {alarms.most_per_counsellor_and_day} at most"
    if outcome.not_sent:
        yield "queued and not sent: " + ", ".join(f"{name} {count}" for name, count in outcome.not_sent.items())


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _channel(name: str, one: Pressure) -> tuple[str, ...]:
    return (
        name,
        f"{one.messages}",
        f"{one.second.messages} ({one.second.at:%a %d %b %H:%M:%S})",
        f"{one.minute.messages} ({one.minute.at:%a %d %b %H:%M})",
        _limit(one),
        "" if one.drain_seconds is None else f"{one.drain_seconds:.1f} s",
    )


def _limit(one: Pressure) -> str:
    if one.limit_per_second is None:
        return "see quotas" if one.quotas else "none"
    return f"{one.limit_per_second} calls/s" if one.together > 1 else f"{one.limit_per_second}/s"


def _quota(used: Used) -> tuple[str, ...]:
    return _QUOTAS[used.quota], f"{used.used}", f"{used.most}", f"{used.share:.1%}", used.when


def _hours(counts: dict[int, int]) -> Iterator[str]:
    """Yield the messages by hour of the receiver's day, twelve hours to a line."""
    width = max(len(f"{count}") for count in counts.values())
    width = max(width, 2)
    for start in range(0, len(counts), _HOURS_PER_LINE):
        hours = range(start, start + _HOURS_PER_LINE)
        yield "local hour  " + "  ".join(f"{hour:0>2}".rjust(width) for hour in hours)
        yield "messages    " + "  ".join(f"{counts[hour]}".rjust(width) for hour in hours)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows in columns, the first to the left, numbers to the right."""
    widths = [max(len(row[index]) for row in [head, *rows]) for index in range(len(head))]
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()
