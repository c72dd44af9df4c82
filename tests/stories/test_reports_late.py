"""A request for a report that comes late names the day until which there is time now, not the one that was planned."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.prompts.store import prompts
from bot.rendering.filters import when
from tests.stories.test_faults_outage import cut_off
from tests.stories.test_reports import ASKED, QUESTION, START, at_home, read
from tests.stories.world import World, instant, world_at


def last_day(world: World) -> str:
    """Return how the last day reads on the wall of the student who is asked."""
    query = select(prompts.c.due_at, prompts.c.zone).where(prompts.c.kind == "report")
    row = read(world, lambda conn: conn.execute(query).one())
    return when(row.due_at, row.zone, "en")


def test_who_is_asked_after_an_outage_of_ours(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        world.stops_for(days=3, hours=11)  # 21:00 in her zone; the first reminder would fall into the night
        question = mei.hears(QUESTION)
        assert last_day(world) == "Tue 29 Dec, 06:30"
        assert "There is time until Tue 29 Dec, 06:30." in question.text


def test_whom_her_platform_did_not_reach_for_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        with cut_off(world, monkeypatch):
            world.fast_forward(to=instant(ASKED))
            world.fast_forward(days=2)
        world.clock.advance(timedelta(minutes=11))
        world.settle()
        question = mei.hears(QUESTION)
        assert last_day(world).startswith("Sun 27 Dec")
        assert f"There is time until {last_day(world)}." in question.text
