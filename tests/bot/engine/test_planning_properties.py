"""Planning under any order of moves, pauses, new dates and passing time: pure, so thousands of lives are cheap."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.engine.deciding import Act, Reach, decide, first_rung
from bot.engine.occurrences import in_audience
from bot.engine.person_facts import PersonFacts
from bot.engine.planning import PER_TRIP, Wanted, plan
from bot.local_time import is_quiet, local_date
from bot.programmes.parse import parse
from bot.programmes.versions import default_text
from bot.prompts.model import FAILED, RUNNING, Prompt, State
from bot.trips.model import Trip, TripType
from tests.support.lives_moves import moved

PROGRAMME = parse(default_text(), 1)
ZONES = ["America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Sydney", "America/Sao_Paulo", "Asia/Urumqi"]
FIRST_DAY = date(2026, 8, 1)
days = st.integers(0, 240).map(lambda n: FIRST_DAY + timedelta(days=n))


class Life(RuleBasedStateMachine):
    """One student's rows under everything that can happen to her plan; asked at once unless the platform is down."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = count(1)
        self.now = datetime(2026, 8, 1, 12, tzinfo=UTC)
        self.rows: dict[int, Prompt] = {}
        self.questions: list[tuple[str, str, datetime]] = []
        trip = Trip(1, "T1", 1, "H", "C", "US", ZONES[0], date(2026, 9, 1), date(2027, 1, 20), TripType.EXCHANGE)
        self.facts = PersonFacts(1, "Asia/Shanghai", trips=(trip,))
        self.replan()

    @property
    def trip(self) -> Trip:
        return self.facts.trips[0]

    def change_trip(self, **values: Any) -> None:
        self.facts = replace(self.facts, trips=(replace(self.trip, **values),))
        self.replan()

    def replan(self, since: dict[str, datetime] | None = None) -> None:
        made = plan(self.facts, PROGRAMME, list(self.rows.values()), self.now, since)
        for row in made.cancel:
            self.rows[row.id] = replace(row, state=State.WITHDRAWN, next_at=None)
        for row, wanted in [*made.move, *made.revive]:
            self.rows[row.id] = self.row(row.id, wanted)
        for wanted in made.insert:
            number = next(self.ids)
            self.rows[number] = self.row(number, wanted)
        again = plan(self.facts, PROGRAMME, list(self.rows.values()), self.now, since)
        changes = [again.insert, again.move, again.cancel, again.revive]
        assert not any(changes), "planning is idempotent"

    def row(self, number: int, wanted: Wanted) -> Prompt:
        o = wanted.occurrence
        return Prompt(
            number, 1, wanted.item.key, wanted.item.kind.value, o.occasion, 1, o.trip_id, o.zone, State.SCHEDULED,
            o.opens_at, wanted.due_at, o.opens_at, 0,
        )  # fmt: skip

    @rule(days_on=st.integers(0, 9), hours=st.integers(0, 23), platform_works=st.booleans())
    def time_passes(self, days_on: int, hours: int, platform_works: bool) -> None:
        to = self.now + timedelta(days=days_on, hours=hours)
        while due := [row for row in self.rows.values() if row.next_at is not None and row.next_at <= to]:
            row = min(due, key=lambda one: (one.next_at or to, one.id))
            self.now = max(self.now, row.next_at or self.now)
            self.happens(row, asks=platform_works)
        self.now = to

    @rule(days_on=st.integers(1, 20))
    def service_stops(self, days_on: int) -> None:
        self.now += timedelta(days=days_on)
        self.time_passes(0, 0, platform_works=True)

    def happens(self, row: Prompt, *, asks: bool) -> None:
        item = PROGRAMME.item(row.item)
        assert item is not None
        decision = decide(row, item, PROGRAMME.quiet, Reach.PUSH, self.now)
        assert decision.next_at is None or decision.next_at > self.now or decision.state is not row.state
        after = replace(row, state=decision.state, step=decision.step, next_at=decision.next_at, due_at=decision.due_at)
        if decision.act is not None:
            assert not is_quiet(self.now, row.zone, PROGRAMME.quiet), "nobody is woken"
            assert row.state in (State.SCHEDULED, State.OPEN, State.LATE), "no reminder after an answer"
        if decision.act in (Act.ASK, Act.SECOND) and row.asked_at is None and asks:
            self.questions.append((row.item, row.occasion, self.now))
            first = first_rung(after, item, PROGRAMME.quiet, self.now)
            after = replace(after, asked_at=self.now, step=first.step, next_at=first.next_at, due_at=first.due_at)
        assert decision.state is not State.MISSED or row.asked_at is not None, "who was not asked has missed nothing"
        self.rows[row.id] = after
        if row.state is State.SCHEDULED and after.state is not State.SCHEDULED:
            self.replan({row.item: row.opens_at})

    @rule(zone=st.sampled_from(ZONES), length=st.one_of(st.none(), st.integers(0, 30)))
    def she_moves(self, zone: str, length: int | None) -> None:
        self.facts = moved(self.facts, zone, self.now, length)
        self.replan()

    @rule(length=st.integers(0, 30))
    def she_pauses(self, length: int) -> None:
        today = local_date(self.now, self.facts.zone_now(self.now))
        self.facts = replace(self.facts, paused_until=today + timedelta(days=length))
        self.replan()

    @rule()
    def she_is_back_from_a_pause(self) -> None:
        self.facts = replace(self.facts, paused_until=None)
        self.replan()

    @rule(one=days, other=days)
    def the_trip_gets_other_dates(self, one: date, other: date) -> None:
        self.change_trip(departs=min(one, other), returns=max(one, other))

    @rule()
    def the_trip_is_cancelled(self) -> None:
        self.change_trip(cancelled_at=self.now)

    @rule()
    def the_trip_takes_place_after_all(self) -> None:
        self.change_trip(cancelled_at=None)

    @precondition(lambda self: any(row.state in RUNNING for row in self.rows.values()))
    @rule()
    def she_answers(self) -> None:
        row = next(row for row in self.rows.values() if row.state in RUNNING)
        self.rows[row.id] = replace(row, state=State.ANSWERED, next_at=None, asked_at=row.asked_at or self.now)

    @invariant()
    def every_occasion_is_one_row(self) -> None:
        names = [(row.item, row.occasion) for row in self.rows.values()]
        assert len(names) == len(set(names))

    @invariant()
    def at_most_one_row_is_scheduled_per_item(self) -> None:
        scheduled = [row.item for row in self.rows.values() if row.state is State.SCHEDULED]
        assert len(scheduled) == len(set(scheduled))

    @invariant()
    def what_runs_has_a_next_instant_and_what_is_over_has_none(self) -> None:
        for row in self.rows.values():
            assert (row.next_at is not None) == (row.state in RUNNING | {State.SCHEDULED}), row

    @invariant()
    def nobody_is_left_out(self) -> None:
        checkin = PROGRAMME.item("checkin")
        assert checkin is not None
        today = local_date(self.now, self.facts.trip_zone(self.trip, self.now))
        last = self.trip.returns - timedelta(days=15)  # a fortnight and a day: a Tuesday is surely left
        paused = self.facts.paused_until or date.min
        if in_audience(checkin, self.facts, self.trip) and max(today, paused) < last:
            coming = [r for r in self.rows.values() if r.item == "checkin" and r.state is State.SCHEDULED]
            assert coming, "everyone in an audience has a next row"

    @invariant()
    def nobody_is_asked_twice(self) -> None:
        for item in ("checkin", "landing", "return"):
            asked = [occasion for key, occasion, _ in self.questions if key == item]
            # Called off and asked anew after a change of dates, or twice while the platform was down: else once.
            for occasion in asked:
                rows = [row for row in self.rows.values() if row.item == item and row.occasion == occasion]
                assert len(rows) == 1

    def teardown(self) -> None:
        """Whatever happened: given enough time, every row that ran ends in an answer or with a human."""
        self.time_passes(30, 0, platform_works=True)
        ended = FAILED | {State.ANSWERED, State.ALIVE, State.WITHDRAWN}
        old = [row for row in self.rows.values() if row.due_at < self.now - timedelta(days=9)]
        assert all(row.state in ended for row in old)
        assert all(row.occasion.startswith(PER_TRIP) or len(row.occasion) == len("2026-09-01") for row in old)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
