"""Who is on duty at an instant, who is next, and when nobody is: pure. `bot.engine.on_duty` and the pages ask.

Wall times become instants one by one, so a hand-over on the night of a clock change happens when the wall shows it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.duty.model import Hours, Override, Rota, Shift, Wall
from bot.local_time import local_date, to_instant

DAY = timedelta(days=1)
WEEK = 7
LOOK_AHEAD = timedelta(days=60)
"""How far ahead the next turn is looked for."""
Scopes = frozenset[tuple[str, str]]
Rank = tuple[int, int]


@dataclass(frozen=True)
class Standing:
    """One rota now: who is on until when (None: nobody, or no end in sight), and who comes next and when."""

    rota: Rota
    on: str | None
    until: datetime | None
    then: str | None
    then_at: datetime | None


def who_at(rota: Rota, at: datetime) -> str | None:
    """Return the number of whoever is on at an instant; None when nobody is."""
    for override in reversed(rota.overrides):
        if override.start.instant(rota.zone) <= at < override.end.instant(rota.zone):
            return override.who
    today = local_date(at, rota.zone)
    if today in rota.holidays or at < to_instant(rota.since, time(0), rota.zone) or not _is_staffed(rota, at, today):
        return None
    return rota.members[_turns_until(rota, at, today) % len(rota.members)]


def timeline(rota: Rota, start: datetime, end: datetime) -> list[Shift]:
    """Return the spans of a rota from `start` to `end`, without holes, neighbours always different."""
    if end <= start:
        return []
    edges = sorted({start, *(edge for edge in _edges(rota, start, end) if start < edge < end)})
    shifts: list[Shift] = []
    for edge, after in zip(edges, [*edges[1:], end], strict=True):
        who = who_at(rota, edge)
        if shifts and shifts[-1].who == who:
            shifts[-1] = replace(shifts[-1], end=after)
        else:
            shifts.append(Shift(edge, after, who))
    return shifts


def standing(rota: Rota, now: datetime) -> Standing:
    """Return who is on now and until when, and who is next and from when."""
    end = now + LOOK_AHEAD
    first, *later = timeline(rota, now, end)
    then = next((shift for shift in later if shift.who is not None), None)
    return Standing(
        rota,
        first.who,
        first.end if first.end < end else None,
        None if then is None else then.who,
        None if then is None else then.start,
    )


def gaps(rotas: Iterable[Rota], start: datetime, end: datetime, present: frozenset[str]) -> list[Shift]:
    """Return the spans in which no rota of several has anybody who is `present` (by number), in order."""
    staffed = sorted(
        (shift.start, shift.end) for rota in rotas for shift in timeline(rota, start, end) if shift.who in present
    )
    found, free_from = [], start
    for begins, ends in staffed:
        if begins > free_from:
            found.append(Shift(free_from, begins, None))
        free_from = max(free_from, ends)
    if free_from < end:
        found.append(Shift(free_from, end, None))
    return found


def rank(rota: Rota, places: Scopes) -> Rank | None:
    """Return how closely a rota is meant for a student with these scope values; None: not at all.

    A unit inside the school is closer than a country, that than a region, that than the whole school, and that than a
    rota for everybody; of two units the deeper one.
    """
    if not rota.scope:
        return (0, 0)
    return max((_closeness(kind, value) for kind, value in rota.scope if (kind, value) in places), default=None)


def covering(rotas: Sequence[Rota], places: Scopes) -> list[list[Rota]]:
    """Return the rotas that cover a student, those of the same rank together, the closest first."""
    ranks: dict[Rank, list[Rota]] = {}
    for rota in rotas:
        if (found := rank(rota, places)) is not None:
            ranks.setdefault(found, []).append(rota)
    return [ranks[found] for found in sorted(ranks, reverse=True)]


def with_overrides(rota: Rota, overrides: Iterable[Override]) -> Rota:
    """Return a rota with more overrides, which count before those that it has."""
    return replace(rota, overrides=(*rota.overrides, *overrides))


def _closeness(kind: str, value: str) -> Rank:
    if kind == "unit":
        depth = value.count("/")
        return (4, depth) if depth else (1, 0)
    return (3, 0) if kind == "country" else (2, 0)


def _is_staffed(rota: Rota, at: datetime, today: date) -> bool:
    if not rota.hours:
        return True
    return any(
        start <= at < end
        for hours in rota.hours
        for day in (today - DAY, today)
        if day.weekday() in hours.weekdays
        for start, end in [_span(hours, day, rota.zone)]
    )


def _span(hours: Hours, day: date, zone: str) -> tuple[datetime, datetime]:
    over_midnight = hours.end is None or hours.end <= hours.start
    end = Wall(day + DAY if over_midnight else day, hours.end or time(0))
    return Wall(day, hours.start).instant(zone), end.instant(zone)


def _turns_until(rota: Rota, at: datetime, today: date) -> int:
    """Return how many hand-overs there were since the turn began; the hand-over of the first day is none."""
    anchor = _back_to(rota.since, rota.handover_weekday)
    last = _back_to(today, rota.handover_weekday)
    if at < to_instant(last, rota.handover_at, rota.zone):
        last -= timedelta(days=WEEK)
    return max((last - anchor).days // WEEK, 0)


def _back_to(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % WEEK)


def _edges(rota: Rota, start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield every instant near a span at which a rota may change."""
    for override in rota.overrides:
        yield override.start.instant(rota.zone)
        yield override.end.instant(rota.zone)
    day, last = local_date(start, rota.zone) - DAY, local_date(end, rota.zone) + DAY
    while day <= last:
        yield to_instant(day, time(0), rota.zone)
        if day.weekday() == rota.handover_weekday:
            yield to_instant(day, rota.handover_at, rota.zone)
        for hours in rota.hours:
            if day.weekday() in hours.weekdays:
                yield from _span(hours, day, rota.zone)
        day += DAY
