"""Rungs are counted once each, and quiet hours are told apart from our own delays."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine.deciding import Reach, decide, first_rung
from bot.local_time import Quiet
from bot.programmes.model import After, Audience, Item, Kind, Programme, Recurring, Rung, Step
from bot.prompts.model import Prompt, State
from bot.simulation.rungs import Rungs

ASKED = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)


def ladder(hours: int) -> Programme:
    rungs = (
        Rung(Step.REMIND, After(duration=timedelta(hours=hours))),
        Rung(Step.MISSED, After(duration=timedelta(hours=40))),
    )
    when = Recurring(ASKED.time(), "FREQ=WEEKLY;BYDAY=TU")
    return Programme(1, (Item("checkin", Kind.CHECKIN, Audience(), when, rungs),), Quiet())


def prompt(asked_at: datetime, programme: Programme) -> Prompt:
    made = Prompt(
        id=1, person_id=1, item="checkin", kind="checkin", occasion="2026-11-24", version_id=1, trip_id=None,
        zone="UTC", state=State.OPEN, opens_at=ASKED, due_at=ASKED, next_at=None, step=0, asked_at=asked_at,
    )  # fmt: skip
    decision = first_rung(made, programme.items[0], programme.quiet, asked_at)
    return moved_on(made, decision.next_at, decision.step)


def moved_on(made: Prompt, next_at: datetime | None, step: int) -> Prompt:
    return Prompt(**{**vars(made), "next_at": next_at, "step": step})


@pytest.mark.parametrize(("hours", "moved"), [(6, 2), (20, 0)], ids=["half past midnight", "half past two"])
def test_a_rung_in_quiet_hours_moves_and_takes_the_next_along(hours: int, moved: int) -> None:
    programme, rungs = ladder(hours), Rungs()
    first = prompt(ASKED, programme)
    rungs.note(first, programme)
    rungs.note(first, programme)
    assert first.next_at is not None
    after = decide(first, programme.items[0], programme.quiet, Reach.PUSH, first.next_at)
    rungs.note(moved_on(first, after.next_at, after.step), programme)
    assert (rungs.came_up, rungs.moved) == (2, moved)


def test_a_question_that_got_out_late_moves_nothing_by_quiet_hours() -> None:
    programme, rungs = ladder(20), Rungs()
    rungs.note(prompt(ASKED + timedelta(hours=1), programme), programme)
    assert (rungs.came_up, rungs.moved) == (1, 0)
