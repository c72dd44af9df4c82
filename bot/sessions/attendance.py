"""Who counts as there, when somebody may say so, and what follows from the end of a session. Pure.

What she had replied is one thing, whether she came another: who said no and comes is there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.sessions.model import QUESTIONS, Invitation, Mark, Rsvp, Session, SessionState

EARLY = timedelta(minutes=10)
"""How long before the start it can be said already."""
LATE_AFTER = timedelta(minutes=15)
ASKED_FOR = timedelta(minutes=30)
"""How long the question whether she is there may go out."""
MAKEUP_FOR = timedelta(days=7)
TRIES, TRIES_IN = 5, timedelta(minutes=1)
_CAN_BE_MADE_UP = frozenset({Mark.ABSENT, Mark.EXCUSED})


class Phase(StrEnum):
    """Where a session is."""

    OFF = "off"
    AHEAD = "ahead"
    ON = "on"  # it can be said that one is there
    OVER = "over"


@dataclass(frozen=True)
class Tries:
    """How many wrong codes somebody has given, since when; `is_open` tells whether another counts."""

    number: int
    since: datetime | None
    is_open: bool


def phase_of(session: Session, now: datetime) -> Phase:
    """Return where a session is at an instant."""
    if session.state is SessionState.CANCELLED:
        return Phase.OFF
    if now < session.starts_at - EARLY:
        return Phase.AHEAD
    return Phase.ON if now < counts_until(session) else Phase.OVER


def counts_until(session: Session) -> datetime:
    """Return until when it can be said: until the end, or for half an hour where it is shorter."""
    return max(session.ends_at, session.starts_at + ASKED_FOR)


def makeup_until(session: Session) -> datetime:
    """Return until when a session can be made up."""
    return session.ends_at + MAKEUP_FOR


def mark_at(session: Session, now: datetime) -> Mark | None:
    """Return what somebody is who says at an instant that she is there; None when it is not the time for it."""
    if phase_of(session, now) is not Phase.ON:
        return None
    return Mark.PRESENT if now < session.starts_at + LATE_AFTER else Mark.LATE


def asks_here(session: Session, one: Invitation, now: datetime, *, is_awake: bool) -> bool:
    """Tell whether somebody is asked now if she is there: who comes always, who has not said no while she is awake."""
    in_time = session.starts_at <= now < session.starts_at + ASKED_FOR
    if not in_time or one.here_at is not None or one.mark is not None or one.reply is Rsvp.NO:
        return False
    return one.reply is Rsvp.YES or is_awake


def mark_after(one: Invitation, *, heard: bool, is_kept: bool) -> Mark | None:
    """Return what follows from the end for somebody who has no mark; None when nothing is known.

    `heard`: the question whether she is there got to her; `is_kept`: somebody at all was noted as there. Who was not
    asked is not absent, and nobody is where no list was kept.
    """
    if one.mark is not None or not is_kept:
        return None
    if one.reply is Rsvp.NO:
        return Mark.EXCUSED
    return Mark.ABSENT if heard else None


def can_make_up(session: Session, mark: Mark | None, now: datetime, *, is_kept: bool) -> bool:
    """Tell whether somebody can make a session up now: also who has no mark because we did not ask her in her night.

    `is_kept`: somebody at all was noted as there.
    """
    missed = mark in _CAN_BE_MADE_UP or (mark is None and is_kept)
    return missed and phase_of(session, now) is Phase.OVER and now < makeup_until(session)


def next_question(answered: frozenset[int]) -> int | None:
    """Return the number of the question that is asked next; None when all are answered."""
    return next((number for number in range(1, QUESTIONS + 1) if number not in answered), None)


def tries_now(number: int, since: datetime | None, now: datetime) -> Tries:
    """Return how the tries of a code stand at an instant: five a minute, whatever is tried."""
    if since is None or now - since >= TRIES_IN:
        return Tries(0, now, is_open=True)
    return Tries(number, since, number < TRIES)
