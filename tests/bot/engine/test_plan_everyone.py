"""When everybody has been planned by the rules that hold, a start has nothing to wait for."""

from datetime import timedelta

import pytest

from bot.programmes import store as programmes_store
from bot.programmes.versions import default_text
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
