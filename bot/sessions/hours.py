"""Finds hours at which people across time zones can meet: the worst hour that anybody gets is made as good as it can
be, and then whoever has borne bad hours before is spared. Pure; the form of sessions asks it.

Everybody's week is a table of quarters of an hour on her wall. A slot reads it at the offset that her zone has at that
moment, so a clock change within the weeks ahead is one more offset and no special case.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import groupby

from bot.local_time import Quiet, to_wall
from bot.sessions.hours_model import Attendee, Busy, Level, Slot, Why

QUARTER = timedelta(minutes=15)
DAY = 96
WEEK = 7 * DAY
DEEP_UNTIL = time(6)
GOOD_FROM = time(8)
GOOD_UNTIL = time(21, 30)
APART = timedelta(hours=6)
"""How far apart proposals lie: 18:00 and 18:30 of one evening are one idea."""
MOST = 6
SAME_HOUR, NEXT_DAY = timedelta(hours=2), timedelta(days=2)
_EPOCH = datetime(1970, 1, 5, tzinfo=UTC)  # a Monday


def propose(
    attendees: Sequence[Attendee],
    start: datetime,
    end: datetime,
    *,
    length: timedelta,
    step: timedelta = 2 * QUARTER,
    most: int = MOST,
    host: Attendee | None = None,
) -> list[Slot]:
    """Return the best slots that begin from `start` to before `end`, the best first, no two of them close together.

    No slot of the span has a better worst hour than the first one; among those it leaves burdens the least apart. What
    is equally good for all who attend is then looked at from where `host` is, who arranges it and only leads it.
    """
    return best_of(attendees, _all(attendees, start, end, length, step), length, most, host)


def best_of(
    attendees: Sequence[Attendee],
    slots: Iterable[tuple[datetime, tuple[Level, ...]]],
    length: timedelta,
    most: int = MOST,
    host: Attendee | None = None,
) -> list[Slot]:
    """Return the best of slots, given as starts with everybody's levels, no two of them close together.

    Among slots that are equally good for everybody, other days and other hours than those chosen already go first.
    """
    ranked = sorted(
        (
            (
                (*_rank(attendees, levels), Level.GOOD if host is None else _level(host, starts_at, length)),
                starts_at,
                levels,
            )
            for starts_at, levels in slots
        ),
        key=lambda one: (one[0], one[1]),
    )
    chosen: list[Slot] = []
    for _, alike in groupby(ranked, key=lambda one: one[0]):
        left = [(starts_at, levels) for _, starts_at, levels in alike]
        while len(chosen) < most:
            left = [one for one in left if all(abs(one[0] - other.starts_at) >= APART for other in chosen)]
            if not left:
                break
            starts_at, levels = min(left, key=lambda one: (_likeness(one[0], chosen), one[0]))
            chosen.append(Slot(starts_at, levels, _why(levels)))
    return chosen


def _likeness(starts_at: datetime, chosen: Sequence[Slot]) -> int:
    """Return how much a slot repeats what is offered already: the same hour, the same weekday, the day after."""
    found = 0
    for other in chosen:
        apart = abs(starts_at - other.starts_at)
        off = apart % timedelta(days=1)
        found += 2 * (min(off, timedelta(days=1) - off) < SAME_HOUR)
        found += 2 * (starts_at.weekday() == other.starts_at.weekday()) + (apart < NEXT_DAY)
    return found


def weigh(attendees: Sequence[Attendee], starts_at: datetime, length: timedelta) -> Slot:
    """Return what one hour means to everybody; it may be any hour, say one that the secretary has in mind."""
    levels = tuple(_level(one, starts_at, length) for one in attendees)
    return Slot(starts_at, levels, _why(levels))


def spread(attendees: Sequence[Attendee], levels: Sequence[Level]) -> int:
    """Return how far the burdens of all sessions would lie apart after this one, in points."""
    after = [one.borne + level for one, level in zip(attendees, levels, strict=True)]
    return max(after, default=0) - min(after, default=0)


def _rank(attendees: Sequence[Attendee], levels: tuple[Level, ...]) -> tuple[int, int, int]:
    points = sum(one.many * level for one, level in zip(attendees, levels, strict=True))
    return max(levels, default=Level.GOOD), spread(attendees, levels), points


def _why(levels: Sequence[Level]) -> Why:
    worst = max(levels, default=Level.GOOD)
    if worst is Level.GOOD:
        return Why.ALL_GOOD
    if worst is Level.EDGE:
        return Why.FAIR
    return Why.LEAST_BAD if worst is Level.QUIET else Why.NONE_FAIR


def _all(
    attendees: Sequence[Attendee], start: datetime, end: datetime, length: timedelta, step: timedelta
) -> list[tuple[datetime, tuple[Level, ...]]]:
    """Return every slot on the grid with everybody's levels."""
    first = -((_EPOCH - start) // QUARTER)
    first += -first % (step // QUARTER)
    stride, quarters = step // QUARTER, max(-(-length // QUARTER), 1)
    last = -((_EPOCH - end) // QUARTER)
    starts = range(first, last, stride)
    rows: dict[tuple[str, Quiet, tuple[Busy, ...]], list[Level]] = {}
    for one in attendees:
        key = (one.zone, one.quiet, one.busy)
        if key not in rows:
            rows[key] = _hardest(key, first, last + quarters, starts, quarters)
    columns = [rows[(one.zone, one.quiet, one.busy)] for one in attendees]
    whens = [_EPOCH + number * QUARTER for number in starts]
    if not columns:
        return [(when, ()) for when in whens]
    return list(zip(whens, zip(*columns, strict=True), strict=True))


def _hardest(
    key: tuple[str, Quiet, tuple[Busy, ...]], first: int, last: int, starts: range, quarters: int
) -> list[Level]:
    zone, quiet, busy = key
    week, levels = _week(quiet, busy), []
    for begin, end, offset in _offsets(zone, first, last):
        levels += [week[(number + offset) % WEEK] for number in range(begin, end)]
    return [max(levels[number - first : number - first + quarters]) for number in starts]


def _level(one: Attendee, starts_at: datetime, length: timedelta) -> Level:
    week = _week(one.quiet, one.busy)
    found, at = Level.GOOD, starts_at
    while at < starts_at + length or at == starts_at:
        wall = to_wall(at, one.zone)
        found = max(found, week[wall.weekday() * DAY + _quarter(wall.time())])
        at += QUARTER
    return found


def _offsets(zone: str, first: int, last: int) -> list[tuple[int, int, int]]:
    """Return the spans of quarters from `first` to `last` with the offset of the zone in quarters."""
    found: list[tuple[int, int, int]] = []
    at = first
    while at < last:
        offset, end = _offset(zone, at), min(at + DAY, last)
        if _offset(zone, end - 1) != offset:  # a clock change within this day
            end = next(number for number in range(at, end) if _offset(zone, number) != offset)
        if found and found[-1][2] == offset:
            found[-1] = (found[-1][0], end, offset)
        else:
            found.append((at, end, offset))
        at = end
    return found


def _offset(zone: str, number: int) -> int:
    offset = to_wall(_EPOCH + number * QUARTER, zone).utcoffset() or timedelta(0)
    return offset // QUARTER


@cache
def _week(quiet: Quiet, busy: tuple[Busy, ...]) -> tuple[Level, ...]:
    """Return the level of each quarter of a week on the wall, from Monday 00:00."""
    day = [_of_day(_time(number), quiet) for number in range(DAY)]
    week = day * 7
    for one in busy:
        begin, end = _quarter(one.start), _quarter(one.end) + (0 if one.end.minute % 15 == 0 else 1)
        many = end - begin if one.end > one.start else end + DAY - begin
        for weekday in one.weekdays:
            for number in range(begin, begin + many):
                at = (weekday * DAY + number) % WEEK
                week[at] = max(week[at], Level.QUIET)
    return tuple(week)


def _of_day(at: time, quiet: Quiet) -> Level:
    if at < DEEP_UNTIL:
        return Level.DEEP
    spans_midnight = quiet.start > quiet.end
    in_quiet = at >= quiet.start or at < quiet.end if spans_midnight else quiet.start <= at < quiet.end
    if in_quiet:
        return Level.QUIET
    return Level.GOOD if GOOD_FROM <= at < GOOD_UNTIL else Level.EDGE


def _quarter(at: time) -> int:
    return at.hour * 4 + at.minute // 15


def _time(number: int) -> time:
    return time(number // 4, number % 4 * 15)
