"""What chat templates may say about a session; `bot.engine.compose` asks for it beside the prompt."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.engine.facts import load_facts
from bot.engine.session_attendance import may_make_up
from bot.prompts.model import Prompt
from bot.sessions import marks, store, words
from bot.sessions.attendance import makeup_until, next_question, phase_of
from bot.sessions.model import KIND, Invitation, Session, SessionState, session_in


def of_invitation(conn: Connection, prompt: Prompt, now: datetime) -> dict[str, Any]:
    """Return what an invitation says at an instant, nothing for other kinds; hours are on the wall where she will be.

    What is discreet has no title in what comes by itself: only what she asks for says what it is about.
    """
    if prompt.kind != KIND:
        return {}
    found = store.by_id(conn, session_in(prompt.occasion))
    one = store.invitation_of(conn, prompt.id)
    facts = load_facts(conn, [prompt.person_id]).get(prompt.person_id)
    if found is None or one is None or facts is None:
        raise LookupError(f"there is no {prompt.occasion} for her")
    number = _asked_next(conn, found, one, now)
    return {
        "title": "" if found.is_discreet else found.title,
        "full_title": found.title,
        "material": found.material or "",
        "link": found.link or "",
        "minutes": found.minutes,
        "starts_at": found.starts_at,
        "moved_from": found.moved_from,
        "meet_zone": facts.zone_now(found.starts_at),
        "rsvp_by": found.rsvp_by,
        "has_deadline": found.rsvp_by < found.starts_at,
        "reply": one.reply.value if one.reply else "",
        "is_off": found.state is SessionState.CANCELLED,
        "series_every": found.every or "",
        "series_times": _times(conn, found),
        "is_round": found.is_round,
        "open_until": found.open_until,
        "spoken": words.count_of(conn, found.id, prompt.person_id) if found.is_round else 0,
        "phase": phase_of(found, now).value,
        "mark": one.mark.value if one.mark else "",
        "wants_code": found.code is not None,
        "question": number,
        "own_question": found.questions[number - 1] if 0 < number <= len(found.questions) else "",
        "makeup_until": makeup_until(found),
    }


def _times(conn: Connection, session: Session) -> int:
    """Return how often a series meets in all, for the first question about it; 0 for every other one."""
    if session.series is None or session.place != 1:
        return 0
    return sum(one.state is SessionState.PLANNED for one in store.of_series(conn, session.series))


def _asked_next(conn: Connection, session: Session, one: Invitation, now: datetime) -> int:
    """Return the question that she has to answer next to make a session up; 0 where there is nothing to make up."""
    if not may_make_up(conn, session, one.mark, now):
        return 0
    return next_question(marks.answered_numbers(conn, session.id, one.person_id)) or 0
