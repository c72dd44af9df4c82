"""The same as `test_property_machine`, on the pure rules alone: no database, so thousands of lives are cheap."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.addresses.model import AddressState
from bot.engine.occurrences import in_audience
from bot.local_time import local_date
from bot.prompts.model import FAILED, RUNNING, State
from tests.support.lives_post import DARK, DOWN, THROTTLED, WORKS
from tests.support.lives_programmes import texts
from tests.support.lives_rows import row_faults
from tests.support.lives_rules import RuleLife, version
from tests.support.lives_settings import lives

ZONES = ("America/New_York", "Europe/London", "Asia/Kathmandu", "Australia/Sydney", "Pacific/Honolulu", "Asia/Urumqi")
LONGEST_GAP = timedelta(days=32)
ANSWERABLE = RUNNING | FAILED | {State.ALIVE}

dates = st.integers(0, 240).map(lambda n: date(2026, 8, 1) + timedelta(days=n))


class Rules(RuleBasedStateMachine):
    """One student; everything that can happen to her plan, her questions and their messages."""

    def __init__(self) -> None:
        super().__init__()
        self.life = RuleLife()
        self.life.replan()

    @rule(days=st.integers(0, 9), minutes=st.integers(0, 24 * 60))
    def time_passes(self, days: int, minutes: int) -> None:
        self.life.until(self.life.now + timedelta(days=days, minutes=minutes))

    @rule(number=st.integers(1, 9))
    def the_next_things_happen(self, number: int) -> None:
        for _ in range(number):
            self.life.until(self.life.next_instant() or self.life.now + timedelta(days=7))

    @rule(hours=st.integers(1, 50 * 24))
    def the_service_stops(self, hours: int) -> None:
        self.life.now += timedelta(hours=hours)
        self.life.work_off()
        self.life.replan()

    @rule(mode=st.sampled_from([WORKS, WORKS, DOWN, DARK, THROTTLED]))
    def the_platform_changes(self, mode: str) -> None:
        self.life.mode = mode

    @rule(number=st.integers(1, 2), comes_back=st.booleans())
    def an_address_is_lost_or_found(self, number: int, *, comes_back: bool) -> None:
        if comes_back:
            self.life.blocked.discard(number)
            self.life.addresses[number] = AddressState.WORKING
        else:
            self.life.blocked.add(number)

    @rule(number=st.integers(0, len(texts()) - 1))
    def the_office_loads_a_programme(self, number: int) -> None:
        self.life.current = number
        self.life.replan()

    @rule(zone=st.sampled_from(ZONES), days=st.one_of(st.none(), st.integers(0, 40)))
    def she_moves(self, zone: str, days: int | None) -> None:
        self.life.moves(zone, days)

    @rule(days=st.one_of(st.none(), st.integers(0, 30)))
    def she_pauses_or_is_back(self, days: int | None) -> None:
        today = local_date(self.life.now, self.life.facts.zone_now(self.life.now))
        until = None if days is None else today + timedelta(days=days)
        self.life.facts = replace(self.life.facts, paused_until=until)
        self.life.replan()

    @rule(gone=st.booleans())
    def she_leaves_or_comes_back(self, *, gone: bool) -> None:
        self.life.facts = replace(self.life.facts, gone=gone)
        self.life.replan()

    @rule(one=dates, other=dates)
    def the_trip_gets_other_dates(self, one: date, other: date) -> None:
        self.life.change_trip(departs=min(one, other), returns=max(one, other))

    @rule(called_off=st.booleans())
    def the_trip_is_called_off_or_takes_place(self, *, called_off: bool) -> None:
        self.life.change_trip(cancelled_at=self.life.now if called_off else None)

    @rule(hours=st.one_of(st.none(), st.integers(-30, 60)))
    def her_landing_becomes_known(self, hours: int | None) -> None:
        self.life.change_trip(landing_at=None if hours is None else self.life.now + timedelta(hours=hours))

    @precondition(lambda self: any(row.state in ANSWERABLE for row in self.life.rows.values()))
    @rule(which=st.integers(0, 5))
    def she_answers(self, which: int) -> None:
        rows = [row for row in self.life.rows.values() if row.state in ANSWERABLE]
        self.life.answers(rows[::-1][which % len(rows)])

    @rule()
    def she_answers_on_the_day_before_she_is_asked(self) -> None:
        now = self.life.now
        ahead = [row for row in self.life.rows.values() if row.state is State.SCHEDULED]
        today = [row for row in ahead if local_date(row.opens_at, row.zone) == local_date(now, row.zone)]
        if today:
            self.life.answers(today[0])

    @rule(sendings=st.integers(1, 4))
    def she_will_answer_while_we_are_sending(self, sendings: int) -> None:
        self.life.answers_in = sendings

    @rule()
    def she_says_something_else(self) -> None:
        self.life.is_alive()

    @invariant()
    def the_rows_are_sound(self) -> None:
        found = row_faults(self.life.rows.values())
        assert not found, found

    @invariant()
    def nothing_lives_that_is_not_meant(self) -> None:
        live = [row for row in self.life.rows.values() if row.state in RUNNING | {State.SCHEDULED}]
        off = {trip.id for trip in self.life.facts.trips if trip.cancelled_at is not None}
        assert not live or not self.life.facts.gone, "she left"
        assert not [row for row in live if row.trip_id in off], "the stay was called off"
        items = {item.key for item in version(self.life.current).items}
        dropped = [row for row in live if row.state is State.SCHEDULED and row.item not in items]
        assert not dropped, "nobody asks this any more"

    @invariant()
    def every_silence_became_a_case(self) -> None:
        silent = {row.id for row in self.life.rows.values() if row.state in FAILED}
        assert silent <= self.life.told

    @invariant()
    def everyone_in_an_audience_has_a_next_row(self) -> None:
        facts = self.life.facts
        item = version(self.life.current).item("checkin")
        assert item is not None
        for trip in facts.trips:
            today = local_date(self.life.now, facts.trip_zone(trip, self.life.now))
            start = max(today, trip.departs, facts.paused_until or date.min)
            if in_audience(item, facts, trip) and trip.returns - start > LONGEST_GAP:
                ahead = [row for row in self.life.rows.values() if row.item == "checkin" and row.trip_id == trip.id]
                assert [row for row in ahead if row.state is State.SCHEDULED], f"no check-in ahead on {trip.key}"

    def teardown(self) -> None:
        """Given enough time, whatever ran has ended: in an answer, in a sign of life, or with somebody who was told."""
        self.life.mode = WORKS
        self.life.until(self.life.now + timedelta(days=25))
        old = self.life.now - timedelta(days=1)
        assert not [row for row in self.life.rows.values() if row.state in RUNNING and row.due_at < old]
        self.the_rows_are_sound()
        self.every_silence_became_a_case()


TestRules = pytest.mark.timeout(0)(Rules.TestCase)
TestRules.settings = lives(150, steps=40, shrinks=True)
