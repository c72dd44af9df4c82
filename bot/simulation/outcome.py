"""What a simulation found, ready for JSON; `bot.simulation.lines` and `plot` show it to people."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from bot.outbox.model import OutboxState
from bot.outbox.store import outbox
from bot.people.model import RoleKind
from bot.people.store import ids_with_role
from bot.prompts.model import RUNNING, State
from bot.prompts.store import prompts
from bot.simulation.order import Order
from bot.simulation.peaks import Peak
from bot.simulation.quotas import Used
from bot.simulation.rungs import Rungs
from bot.simulation.tally import Tally

_OPEN = "open"


@dataclass(frozen=True)
class Pressure:
    """How hard one channel was pressed; without a limit there is nothing to drain."""

    messages: int
    second: Peak
    minute: Peak
    limit_per_second: int | None
    drain_seconds: float | None
    drained_from: datetime | None
    chat_wait_seconds: float | None
    together: int = 1
    """How many messages a call may carry; the limit counts calls."""
    quotas: tuple[Used, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "messages": self.messages,
            "peak_second": {"at": _text(self.second.at), "messages": self.second.messages},
            "peak_minute": {"at": _text(self.minute.at), "messages": self.minute.messages},
            "limit_per_second": self.limit_per_second,
            "drain_seconds": self.drain_seconds,
            "drained_from": None if self.drained_from is None else _text(self.drained_from),
            "chat_wait_seconds": self.chat_wait_seconds,
            "messages_per_call": self.together,
            "quotas": {
                one.quota: {"used": one.used, "most": one.most, "share": one.share, "when": one.when}
                for one in self.quotas
            },
        }


@dataclass(frozen=True)
class Alarms:
    """What staff would hear: messages of kind alarm, days of UTC."""

    total: int
    mean_per_day: float
    most_per_day: int
    busiest_day: date | None
    most_per_counsellor_and_day: int

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "total": self.total,
            "mean_per_day": self.mean_per_day,
            "most_per_day": self.most_per_day,
            "busiest_day": None if self.busiest_day is None else self.busiest_day.isoformat(),
            "most_per_counsellor_and_day": self.most_per_counsellor_and_day,
        }


@dataclass(frozen=True)
class Outcome:
    """All figures; `prompts` are those that opened in the time, by the state in which it left them."""

    order: Order
    students: int
    messages: int
    by_channel: dict[str, int]
    by_kind: dict[str, int]
    by_template: dict[str, int]
    by_local_hour: dict[int, int]
    by_day: dict[date, int]
    pressure: dict[str, Pressure]
    rungs: int
    rungs_moved: int
    alarms: Alarms
    prompts: dict[str, int]
    not_sent: dict[str, int]

    @property
    def moved_share(self) -> float:
        """Return the share of rungs that quiet hours moved."""
        return round(self.rungs_moved / self.rungs, 4) if self.rungs else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON; instants are UTC."""
        order = self.order
        return {
            "roster": "database" if order.students is None else "invented",
            "students": self.students,
            "start": _text(order.start),
            "days": order.days,
            "seed": order.seed,
            "answer_rate": order.answer_rate,
            "messages": {
                "total": self.messages,
                "by_channel": self.by_channel,
                "by_kind": self.by_kind,
                "by_template": self.by_template,
                "by_local_hour": {f"{hour:02}": count for hour, count in self.by_local_hour.items()},
                "by_day": {day.isoformat(): count for day, count in self.by_day.items()},
            },
            "channels": {name: one.to_json() for name, one in self.pressure.items()},
            "rungs": {"came_up": self.rungs, "moved_by_quiet_hours": self.rungs_moved, "share_moved": self.moved_share},
            "alarms": self.alarms.to_json(),
            "prompts": self.prompts,
            "not_sent": self.not_sent,
        }


def conclude(conn: Connection, order: Order, tally: Tally, rungs: Rungs) -> Outcome:
    """Gather the figures when the time is over."""
    first, last = order.start.astimezone(UTC).date(), (order.end - timedelta(microseconds=1)).astimezone(UTC).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return Outcome(
        order=order,
        students=len(ids_with_role(conn, RoleKind.STUDENT)),
        messages=tally.total,
        by_channel=dict(sorted(tally.by_channel.items())),
        by_kind=dict(sorted(tally.by_kind.items())),
        by_template=dict(sorted(tally.by_template.items())),
        by_local_hour={hour: tally.by_local_hour[hour] for hour in range(24)},
        by_day={day: tally.by_day[day] for day in days},
        pressure={name: _pressure(tally, name) for name in sorted(tally.peaks)},
        rungs=rungs.came_up,
        rungs_moved=rungs.moved,
        alarms=_alarms(conn, order, tally),
        prompts=_prompts(conn, order),
        not_sent=_not_sent(conn, order),
    )


def _pressure(tally: Tally, channel: str) -> Pressure:
    peaks, messages, used = tally.peaks[channel], tally.by_channel[channel], tuple(tally.quotas[channel].used())
    second, minute = peaks.busiest_second(), peaks.busiest_minute()
    if second is None or minute is None:
        raise LookupError("a channel that sent something has a busiest second")
    if peaks.rate is None:
        return Pressure(messages, second, minute, None, None, None, None, quotas=used)
    rate = peaks.rate
    return Pressure(
        messages, second, minute, rate.per_second, peaks.drain_seconds, peaks.drained_from, peaks.chat_wait_seconds,
        rate.together, used,
    )  # fmt: skip


def _alarms(conn: Connection, order: Order, tally: Tally) -> Alarms:
    counsellors = set(ids_with_role(conn, RoleKind.COUNSELLOR))
    total = tally.alarms_by_day.total()
    busiest = min(tally.alarms_by_day, key=lambda day: (-tally.alarms_by_day[day], day), default=None)
    of_counsellors = [count for (_, who), count in tally.alarms_by_receiver.items() if who in counsellors]
    return Alarms(
        total=total,
        mean_per_day=round(total / order.days, 2),
        most_per_day=0 if busiest is None else tally.alarms_by_day[busiest],
        busiest_day=busiest,
        most_per_counsellor_and_day=max(of_counsellors, default=0),
    )


def _prompts(conn: Connection, order: Order) -> dict[str, int]:
    query = (
        select(prompts.c.state, func.count())
        .where(prompts.c.opens_at >= order.start, prompts.c.opens_at < order.end)
        .where(prompts.c.state != State.SCHEDULED.value)
        .group_by(prompts.c.state)
    )
    shown = (State.ANSWERED, State.MISSED, State.UNREACHED, State.NOT_ASKED)
    found = {state.value: 0 for state in shown} | {_OPEN: 0}
    for state, count in conn.execute(query):
        name = _OPEN if state in RUNNING else state
        found[name] = found.get(name, 0) + count
    return found


def _not_sent(conn: Connection, order: Order) -> dict[str, int]:
    """Count what was queued in the time and did not go out, by its reason."""
    query = (
        select(outbox.c.state, outbox.c.reason, func.count())
        .where(outbox.c.created_at >= order.start, outbox.c.state != OutboxState.ACCEPTED.value)
        .group_by(outbox.c.state, outbox.c.reason)
    )
    found: dict[str, int] = {}
    for state, reason, count in conn.execute(query):
        name = reason or state
        found[name] = found.get(name, 0) + count
    return dict(sorted(found.items()))


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
