"""The plan of one student: pure and idempotent.

From her facts, the programme and the rows that exist it follows which rows must be added, moved, withdrawn or revived
so that the next occasion of everything is always a row, and nothing is expanded further ahead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.engine.ladder import times_of
from bot.engine.occurrences import Occurrence, Pending, in_audience, next_once, next_recurring
from bot.engine.person_facts import PersonFacts
from bot.local_time import after_quiet
from bot.programmes.model import Item, Kind, Once, Programme
from bot.prompts.model import RUNNING, Prompt, State
from bot.rollcalls.model import OCCASION as ROLLCALL
from bot.sessions.model import OCCASION as SESSION
from bot.trips.model import Trip

SELF = "self:"
"""Begins the occasion of an answer that nobody asked for."""
PER_TRIP = "trip:"
"""Begins the occasion of what is asked once per trip."""
CARRIED = frozenset({Kind.CHECKLIST, Kind.CHANNELS, Kind.FLIGHT})
"""What is asked before a departure and goes on when its day moves: what was done of it is done."""
GOES_ON = RUNNING | {State.MISSED}


@dataclass(frozen=True)
class Wanted:
    """A scheduled row as it must be."""

    item: Item
    version_id: int
    person_id: int
    occurrence: Occurrence
    due_at: datetime


@dataclass
class Plan:
    """What must change so that the rows are right."""

    insert: list[Wanted] = field(default_factory=list)
    move: list[tuple[Prompt, Wanted]] = field(default_factory=list)
    cancel: list[Prompt] = field(default_factory=list)
    revive: list[tuple[Prompt, Wanted]] = field(default_factory=list)
    carry: list[tuple[Prompt, Wanted]] = field(default_factory=list)
    """What was asked before a departure that has moved since, and would be asked again at once: it goes on instead."""


def plan(
    facts: PersonFacts,
    programme: Programme,
    rows: Sequence[Prompt],
    now: datetime,
    since: Mapping[str, datetime] | None = None,
) -> Plan:
    """Return what must change.

    `rows` are the rows of the person that are scheduled or running, and those that opened lately. `since` gives, by
    item key, the opening of a row that has just left `scheduled`: occasions after it count even when they are in the
    past, so that an outage leaves a row for each occasion that it swallowed.
    """
    made = Plan()
    trips = {trip.id: trip for trip in facts.trips}
    kept = {row.id for row in rows if row.state in RUNNING and _still_meant(facts, trips.get(row.trip_id or 0), row)}
    for item in programme.items:
        of_item = [row for row in rows if row.item == item.key]
        taken = {row.occasion for row in of_item if row.state is not State.WITHDRAWN}
        for trip in facts.trips:
            if in_audience(item, facts, trip):
                _Place(facts, programme, item, trip, now, (since or {}).get(item.key, now)).plan(
                    of_item, taken, made, kept
                )
    made.cancel += [row for row in rows if row.id not in kept and row.state in RUNNING | {State.SCHEDULED}]
    return made


@dataclass(frozen=True)
class _Place:
    """One item on one trip: the place in which at most one row is scheduled."""

    facts: PersonFacts
    programme: Programme
    item: Item
    trip: Trip
    now: datetime
    since: datetime

    def plan(self, of_item: Sequence[Prompt], taken: set[str], made: Plan, kept: set[int]) -> None:
        mine = [row for row in of_item if row.trip_id == self.trip.id and row.state is State.SCHEDULED]
        row = mine[0] if mine else None
        if row is not None and row.opens_at <= self.now and _still_meant(self.facts, self.trip, row):
            kept.add(row.id)  # due this moment: opening it comes first, its successor is planned then
            return
        occurrence = self._next(taken - {row.occasion} if row else taken, row)
        if occurrence is None:
            return
        taken.add(occurrence.occasion)
        wanted = self._wanted(occurrence)
        withdrawn = [old for old in of_item if old.state is State.WITHDRAWN and old.occasion == occurrence.occasion]
        if withdrawn:  # the name is taken by a row that was called off: that one comes back, whatever else there is
            made.revive.append((withdrawn[0], wanted))
        elif row is None and (asked := self._asked(of_item, occurrence, kept)) is not None:
            kept.add(asked.id)
            made.carry.append((asked, wanted))
        elif row is None:
            made.insert.append(wanted)
        else:
            kept.add(row.id)
            if not _same(row, wanted):
                made.move.append((row, wanted))

    def _asked(self, of_item: Sequence[Prompt], occurrence: Occurrence, kept: set[int]) -> Prompt | None:
        """Return what was asked for another day of departure, where the new occasion would open at once."""
        if self.item.kind not in CARRIED or occurrence.opens_at > after_quiet(
            self.now, occurrence.zone, self.programme.quiet
        ):
            return None
        return next(
            (
                row
                for row in of_item
                if row.trip_id == self.trip.id and row.state in GOES_ON and row.asked_at and row.id not in kept
            ),
            None,
        )

    def _next(self, used: set[str], row: Prompt | None) -> Occurrence | None:
        when = self.item.when
        quiet = self.programme.quiet
        pending = Pending(row.occasion, row.opens_at, row.zone) if row is not None else None
        if isinstance(when, Once):
            return next_once(
                self.item, when, self.facts, self.trip, quiet=quiet, now=self.now, used=used, pending=pending
            )
        return next_recurring(
            when,
            self.facts,
            self.trip,
            quiet=quiet,
            since=self.since,
            now=self.now,
            used=used,
            pending=pending,
        )

    def _wanted(self, occurrence: Occurrence) -> Wanted:
        times = times_of(self.item, occurrence.occasion, occurrence.opens_at, occurrence.zone, self.programme.quiet)
        return Wanted(self.item, self.programme.version_id, self.facts.person_id, occurrence, times[-1])


def _still_meant(facts: PersonFacts, trip: Trip | None, row: Prompt) -> bool:
    """Tell whether the occasion of a row still exists: trip, dates or pause may have changed since it was planned."""
    if row.occasion.startswith(SELF):
        return True
    if row.occasion.startswith((ROLLCALL, SESSION)):
        return not facts.gone  # neither trip nor pause ends it
    if facts.gone or trip is None or trip.cancelled_at is not None:
        return False
    if row.occasion.startswith(PER_TRIP):
        return row.occasion.endswith((f":{trip.departs.isoformat()}", f":{trip.returns.isoformat()}"))
    paused = facts.paused_until is not None and row.occasion <= facts.paused_until.isoformat()
    if paused and row.asked_at is None and row.state in RUNNING | {State.SCHEDULED}:
        return False  # also one that is open and still on its way out
    return trip.departs.isoformat() <= row.occasion <= trip.returns.isoformat()


def _same(row: Prompt, wanted: Wanted) -> bool:
    occurrence = wanted.occurrence
    return (
        row.occasion == occurrence.occasion
        and row.opens_at == occurrence.opens_at
        and row.zone == occurrence.zone
        and row.version_id == wanted.version_id
        and row.due_at == wanted.due_at
    )
