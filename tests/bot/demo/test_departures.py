"""Whoever leaves soon in the demo and has a second app is not asked for one any more."""

from pathlib import Path

from sqlalchemy import select

from bot.app import App
from bot.clock import ManualClock
from bot.demo.departures import READY, Departures
from bot.prompts.model import State
from bot.prompts.store import prompts
from tests.fakes.ground import NOW, Ground
from tests.handlers.web.conftest import settings_in


def test_a_second_app_ends_the_question_for_it(tmp_path: Path) -> None:
    app = App(settings_in(tmp_path), ManualClock(NOW), paced=False)
    ground = Ground(app.database)
    her = ground.student(READY, reachable=False)
    ground.trip(her)
    ground.address(her, last_ok_at=NOW, heard_at=NOW)
    asked = ground.prompt(her, kind="channels", item="channels", state="open", asked_at=NOW)
    Departures(app, {}, lambda: NOW).reached_in_two_ways()
    state = app.database.read(lambda conn: conn.execute(select(prompts.c.state).where(prompts.c.id == asked)).scalar())
    app.close()
    assert state == State.EXCUSED.value
