"""Who counts as there, and what follows from the end: rules that take the time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sessions.attendance import (
    TRIES,
    TRIES_IN,
    Phase,
    asks_here,
    can_make_up,
    mark_after,
    mark_at,
    next_question,
    phase_of,
    tries_now,
)
from bot.sessions.model import Invitation, Mark, Rsvp, Session, SessionState

START = datetime(2026, 10, 25, 12, tzinfo=UTC)


def session(minutes: int = 60, state: SessionState = SessionState.PLANNED) -> Session:
    asked = START - timedelta(days=3)
    return Session(
        1, 1, None, state, "x", START, "UTC", minutes, None, None, START, is_discreet=True, sequence=0,
        created_at=asked, changed_at=asked,
    )  # fmt: skip


def invitation(reply: Rsvp | None = None, mark: Mark | None = None, here_at: datetime | None = None) -> Invitation:
    told = START - timedelta(days=3)
    return Invitation(1, 1, 1, 1, reply, None, told, START, None, None, mark=mark, here_at=here_at)


@pytest.mark.parametrize(
    ("minute", "mark"),
    [
        (-11, None),
        (-10, Mark.PRESENT),
        (0, Mark.PRESENT),
        (14, Mark.PRESENT),
        (15, Mark.LATE),
        (59, Mark.LATE),
        (60, None),
    ],
)
def test_who_says_so_is_there_or_late(minute: int, mark: Mark | None) -> None:
    assert mark_at(session(), START + timedelta(minutes=minute)) is mark


def test_a_short_one_leaves_half_an_hour_to_say_so_and_one_that_is_off_none() -> None:
    assert mark_at(session(minutes=10), START + timedelta(minutes=29)) is Mark.LATE
    assert phase_of(session(minutes=10), START + timedelta(minutes=30)) is Phase.OVER
    assert mark_at(session(state=SessionState.CANCELLED), START) is None


@pytest.mark.parametrize(
    ("reply", "awake", "asked"),
    [
        (Rsvp.YES, False, True),
        (Rsvp.MAYBE, True, True),
        (None, True, True),
        (None, False, False),
        (Rsvp.NO, True, False),
    ],
)
def test_nobody_is_woken_who_has_not_said_that_she_comes(reply: Rsvp | None, awake: bool, asked: bool) -> None:
    assert asks_here(session(), invitation(reply), START, is_awake=awake) is asked
    assert not asks_here(session(), invitation(reply), START + timedelta(minutes=30), is_awake=awake)
    assert not asks_here(session(), invitation(reply, here_at=START), START, is_awake=awake)


@pytest.mark.parametrize(
    ("reply", "heard", "kept", "mark"),
    [
        (Rsvp.YES, True, True, Mark.ABSENT),
        (Rsvp.YES, False, True, None),  # we never asked her: that is not her absence
        (Rsvp.YES, True, False, None),  # nobody was noted: no list was kept
        (Rsvp.NO, False, True, Mark.EXCUSED),
        (None, True, True, Mark.ABSENT),
    ],
)
def test_what_follows_from_the_end(reply: Rsvp | None, heard: bool, kept: bool, mark: Mark | None) -> None:
    assert mark_after(invitation(reply), heard=heard, is_kept=kept) is mark
    assert mark_after(invitation(reply, Mark.PRESENT), heard=heard, is_kept=kept) is None


def test_a_week_to_make_it_up() -> None:
    end = START + timedelta(hours=1)
    assert can_make_up(session(), Mark.ABSENT, end, is_kept=True)
    assert can_make_up(session(), Mark.EXCUSED, end + timedelta(days=7) - timedelta(seconds=1), is_kept=True)
    assert not can_make_up(session(), Mark.ABSENT, end + timedelta(days=7), is_kept=True)
    assert not can_make_up(session(), Mark.PRESENT, end, is_kept=True)
    assert not can_make_up(session(), Mark.ABSENT, end - timedelta(seconds=1), is_kept=True)
    assert can_make_up(session(), None, end, is_kept=True)  # in her night nobody asked her
    assert not can_make_up(session(), None, end, is_kept=False)
    assert [next_question(frozenset(range(1, n))) for n in (1, 2, 3, 4)] == [1, 2, 3, None]


@given(st.lists(st.integers(0, 40), max_size=60))
def test_never_more_than_five_tries_in_a_window_of_a_minute(waits: list[int]) -> None:
    now, number, since, counted = START, 0, None, []
    for wait in waits:
        now += timedelta(seconds=wait)
        tries = tries_now(number, since, now)
        if tries.is_open:
            number, since = tries.number + 1, tries.since
            counted.append((since, now))
    for begin in {since for since, _ in counted}:
        mine = [at for since, at in counted if since == begin]
        assert len(mine) <= TRIES
        assert max(mine) - min(mine) < TRIES_IN
