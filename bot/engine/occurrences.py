"""Which occasions of an item lie ahead of a student: pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from bot.engine.ladder import after, rung_times
from bot.engine.person_facts import PersonFacts
from bot.local_time import Quiet, after_quiet, days_of_rule, local_date, to_instant
from bot.programmes.model import Anchor, Audience, Item, Once, Recurring
from bot.trips.model import Trip


@dataclass(frozen=True)
class Occurrence:
    """One coming occasion of an item: when it opens (UTC) and the zone of its wall times."""

    occasion: str
    opens_at: datetime
    zone: str
    trip_id: int


def in_audience(item: Item, facts: PersonFacts, trip: Trip) -> bool:
    """Tell whether an item is asked on a trip."""
    return is_meant(item.audience, facts, trip)


def is_meant(who: Audience, facts: PersonFacts, trip: Trip) -> bool:
    """Tell whether somebody on a trip is among an audience."""
    return (
        not facts.gone
        and trip.cancelled_at is None
        and (who.min_days is None or trip.days >= who.min_days)
        and (who.max_days is None or trip.days <= who.max_days)
        and (not who.countries or trip.country in who.countries)
        and (not who.types or trip.type in who.types)
        and (not who.levels or facts.level in who.levels)
    )


@dataclass(frozen=True)
class Pending:
    """The scheduled row that an item has now: its occasion, when it would open, and in which zone."""

    occasion: str
    opens_at: datetime
    zone: str


def next_recurring(
    rule: Recurring,
    facts: PersonFacts,
    trip: Trip,
    *,
    quiet: Quiet,
    since: datetime,
    now: datetime,
    used: set[str],
    pending: Pending | None = None,
) -> Occurrence | None:
    """Return the first occasion that opens after `since` and has no row yet; its name is the local date.

    An occasion that was still ahead and that a change of zone or hour puts into the past is not lost: it is asked now,
    outside quiet hours, or when it was going to be.
    """
    for day in _days(rule, trip):
        zone = facts.zone_on(trip, day, now)
        opens_at = to_instant(day, rule.at, zone)
        away_until = facts.elsewhere_until(trip, day, now)
        if away_until is not None and opens_at < away_until:  # her evening there may be the next day's here
            opens_at = after_quiet(away_until, zone, quiet)
        occasion = day.isoformat()
        if occasion in used or (facts.paused_until is not None and day <= facts.paused_until):
            continue
        if opens_at > since:
            return Occurrence(occasion, opens_at, zone, trip.id)
        if pending is not None and pending.occasion == occasion and pending.opens_at > now:
            kept = pending.opens_at if pending.zone == zone else now
            return Occurrence(occasion, after_quiet(kept, zone, quiet), zone, trip.id)
    return None


def next_once(
    item: Item,
    rule: Once,
    facts: PersonFacts,
    trip: Trip,
    *,
    quiet: Quiet,
    now: datetime,
    used: set[str],
    pending: Pending | None = None,
) -> Occurrence | None:
    """Return the one occasion of a trip, unless it has a row already or its time is over.

    A time that has just gone by (a roster imported on the day) is made up for now, outside quiet hours.
    """
    anchor_day = trip.returns if rule.anchor is Anchor.RETURN else trip.departs
    occasion = f"trip:{trip.key}:{rule.anchor}:{anchor_day.isoformat()}"
    if occasion in used:
        return None
    at_home = rule.anchor is Anchor.RETURN or (rule.anchor is Anchor.DEPARTURE and rule.after.days < 0)
    zone = facts.home_zone if at_home else facts.trip_zone(trip, now)
    opens_at = after_quiet(_once_at(rule, trip, anchor_day, zone), zone, quiet)
    planned = pending is not None and pending.occasion == occasion  # a pause may have put it off for long
    if not planned and rung_times(opens_at, zone, item.ladder, quiet)[-1] <= now:
        return None
    if facts.paused_until is not None and local_date(opens_at, zone) <= facts.paused_until:
        opens_at = after_quiet(to_instant(facts.paused_until + timedelta(days=1), quiet.end, zone), zone, quiet)
    if opens_at <= now:
        opens_at = after_quiet(now, zone, quiet)
    return Occurrence(occasion, opens_at, zone, trip.id)


def _once_at(rule: Once, trip: Trip, anchor_day: date, zone: str) -> datetime:
    if rule.anchor is Anchor.LANDING and trip.landing_at is not None:
        return after(trip.landing_at, zone, rule.after)
    wanted = rule.unknown if rule.anchor is Anchor.LANDING and rule.unknown is not None else rule.after
    if wanted.duration is None and wanted.at is not None:
        return to_instant(anchor_day + timedelta(days=wanted.days), wanted.at, zone)
    # A duration from a date: counted from noon of that day, the only instant of it that every zone has.
    noon = to_instant(anchor_day, time(12), zone)
    return after(noon, zone, wanted)


def _days(rule: Recurring, trip: Trip) -> Iterator[date]:
    often = trip.country in rule.often_in
    if rule.first_rule is None or (rule.first_weeks == 0 and not often):
        yield from _dates(rule.rule, trip.departs, trip.returns)
        return
    if often:
        yield from _dates(rule.first_rule, trip.departs, trip.returns)
        return
    change = trip.departs + timedelta(weeks=rule.first_weeks)
    yield from _dates(rule.first_rule, trip.departs, min(change - timedelta(days=1), trip.returns))
    if change <= trip.returns:
        yield from _dates(rule.rule, change, trip.returns)


@lru_cache(maxsize=4096)  # a cohort shares its dates, and reading a rule costs more than the rest of a plan
def _dates(rule: str, start: date, until: date) -> tuple[date, ...]:
    return tuple(days_of_rule(rule, start, until))
