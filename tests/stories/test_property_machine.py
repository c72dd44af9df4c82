"""Anything may happen to three students in any order, on real tables and through the real use-cases.

Moves, trips, programmes, answers, silence, blocked chats, platforms that fail, a service that stops, transactions that
break and processes that die: after each of them everything that `lives_checks` knows must hold, and in the end every
question has an answer, a sign of life, or a person who was told. `--hypothesis-profile long` lives many more lives.
"""

from datetime import date, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from handlers.programme_loaded import load_programme
from tests.support.lives_case_rules import CaseRules
from tests.support.lives_post import CHANNELS, DARK, DOWN, REFUSES, THROTTLED, WORKS
from tests.support.lives_programmes import texts
from tests.support.lives_settings import lives
from tests.support.lives_student_rules import who

dates = st.integers(-10, 150).map(lambda n: date(2026, 9, 1) + timedelta(days=n))


class Lives(CaseRules):
    """What students do, and everything else that can happen: time, faults, and what staff do."""

    @rule(days=st.integers(1, 9), hours=st.integers(0, 23))
    def days_pass(self, days: int, hours: int) -> None:
        self.lives.until(self.lives.now + timedelta(days=days, hours=hours))

    @rule(minutes=st.integers(1, 23 * 60))
    def hours_pass(self, minutes: int) -> None:
        self.lives.until(self.lives.now + timedelta(minutes=minutes))

    @rule(number=st.integers(1, 6))
    def the_next_things_happen(self, number: int) -> None:
        for _ in range(number):
            self.lives.until(self.lives.next_instant())

    @rule(hours=st.one_of(st.integers(1, 30), st.integers(1, 40 * 24)))
    def the_service_stops(self, hours: int) -> None:
        self.lives.stop_until(self.lives.now + timedelta(hours=hours))
        self.lives.post.restart(self.lives.now)
        self.lives.plan_everyone()
        self.lives.work_off()

    @rule()
    def a_night_goes_by(self) -> None:
        self.lives.plan_everyone()

    @rule(transactions=st.integers(1, 4))
    def the_next_transactions_break(self, transactions: int) -> None:
        self.lives.breaks = transactions

    @rule()
    def the_process_will_die_while_it_sends(self) -> None:
        self.lives.post.dies = True

    @rule(channel=st.sampled_from(CHANNELS), mode=st.sampled_from([WORKS, WORKS, DOWN, DARK, THROTTLED, REFUSES]))
    def a_platform_changes(self, channel: str, mode: str) -> None:
        self.lives.post.change(channel, mode, self.lives.now)

    @rule(who=who, one=dates, other=dates)
    def the_trip_gets_other_dates(self, who: int, one: date, other: date) -> None:
        self.lives.change_trip(self.lives.students[who], departs=min(one, other), returns=max(one, other))

    @rule(who=who, called_off=st.booleans())
    def the_trip_is_called_off_or_takes_place_after_all(self, who: int, called_off: bool) -> None:
        self.lives.change_trip(self.lives.students[who], cancelled_at=self.lives.now if called_off else None)

    @rule(who=who, hours=st.one_of(st.none(), st.integers(-30, 60)))
    def her_landing_becomes_known(self, who: int, hours: int | None) -> None:
        at = None if hours is None else self.lives.now + timedelta(hours=hours)
        self.lives.change_trip(self.lives.students[who], landing_at=at)

    @rule(number=st.integers(0, len(texts()) - 1))
    def the_office_loads_a_programme(self, number: int) -> None:
        lives = self.lives
        lives.do(lambda conn: load_programme(conn, texts()[number], lives.now, lives.programmes))


TestLives = pytest.mark.timeout(0)(Lives.TestCase)
TestLives.settings = lives(10, steps=30, shrinks=False)
