"""Everybody is asked at 18:30 on her own wall, on both sides of a clock change."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bot.local_time import to_wall
from bot.prompts.model import State
from tests.support.school import School, utc

ZONES = [
    "America/New_York",
    "Europe/London",
    "Asia/Kathmandu",
    "Australia/Sydney",
    "America/Sao_Paulo",
    "Asia/Urumqi",
]


@pytest.mark.parametrize("zone", ZONES)
def test_asked_at_half_past_six_on_her_wall_all_autumn(school: School, zone: str) -> None:
    student = school.student("S1", zone, departs="2026-09-01")
    school.until(utc("2026-12-20 00:00"))
    asked = [at for template, at, _ in school.sent(student) if template == "checkin/question"]
    walls = [to_wall(at, zone) for at in asked]
    assert len(walls) >= 9  # four weekly ones, then every second Tuesday
    assert {wall.strftime("%a %H:%M") for wall in walls} == {"Tue 18:30"}
    gaps = [(later.date() - earlier.date()).days for earlier, later in pairwise(walls)]
    assert gaps[:3] == [7, 7, 7]
    assert set(gaps[4:]) == {14}


def test_new_york_keeps_its_hour_when_the_clocks_go_back(school: School) -> None:
    student = school.student("S1", "America/New_York", departs="2026-09-30")
    school.until(utc("2026-11-30 00:00"))
    asked = [at for template, at, _ in school.sent(student) if template == "checkin/question"]
    assert utc("2026-10-20 22:30") in asked  # before 1 November: UTC-4
    assert utc("2026-11-10 23:30") in asked  # after it: UTC-5


def test_the_next_occasion_is_always_a_row(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    for day in range(60):
        school.until(utc("2026-09-08 00:00") + timedelta(days=day))
        coming = [prompt for prompt in school.prompts(student) if prompt.state is State.SCHEDULED]
        assert len(coming) == 1
        assert coming[0].opens_at > school.now


def test_planning_again_stores_nothing(any_school: School) -> None:
    school = any_school
    student = school.student("S1")
    school.until(utc("2026-10-07 03:00"))
    before = school.prompts(student)
    school.replan(student)
    assert school.prompts(student) == before
