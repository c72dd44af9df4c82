"""When everybody has been planned by the rules that hold, a start has nothing to wait for; and one cannot stop all."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from bot.engine.replanning import PlanCount, replan
from bot.programmes import store as programmes_store
from bot.programmes.versions import Programmes, default_text
from scheduler import plan_everyone
from tests.support.school import School

DAY = timedelta(days=1)


def test_it_holds_for_a_day_and_for_the_rules_by_which_it_was_done(
    any_school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = any_school

    def is_done(after: timedelta = timedelta(0)) -> bool:
        return bool(school.do(lambda conn: plan_everyone.is_done(conn, school.now + after)))

    assert not is_done()
    school.do(lambda conn: plan_everyone.note_done(conn, school.now))
    assert is_done()
    assert is_done(DAY - timedelta(seconds=1))
    assert not is_done(DAY)
    assert not is_done(-timedelta(seconds=1))
    with monkeypatch.context() as patch:
        patch.setattr(plan_everyone, "rules_release", lambda: "2099z")
        assert not is_done()
    school.do(lambda conn: programmes_store.add(conn, default_text() + "\n", "1" * 64, school.now))
    assert not is_done()


def test_whoever_cannot_be_planned_holds_up_nobody(any_school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    school = any_school
    first, broken, last = (school.student(f"S{number}") for number in range(3))
    planned: list[int] = []

    def poisoned(conn: Connection, ids: Sequence[int], programmes: Programmes, now: datetime) -> PlanCount:
        if broken in ids:
            raise ValueError("poisoned")
        planned.extend(ids)
        return replan(conn, ids, programmes, now)

    monkeypatch.setattr(plan_everyone, "replan", poisoned)
    assert school.do(lambda conn: plan_everyone.plan_everyone(conn, school.programmes, school.now)) == last
    assert planned == [first, last]
    assert school.scheduled(broken).person_id == broken
