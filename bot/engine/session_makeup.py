"""Who has missed a session makes it up within a week: what there was to read, and three questions in her own words."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from bot.engine.session_attendance import may_make_up
from bot.engine.session_standing import standings
from bot.journal import store as journal
from bot.prompts import notes
from bot.prompts.store import prompts
from bot.sessions import marks, store
from bot.sessions.attendance import next_question
from bot.sessions.model import How, Invitation, Mark, Session

LONGEST = notes.LONGEST


class Step(StrEnum):
    """Where somebody is with it."""

    ASKING = "asking"
    DONE = "done"
    REFUSED = "refused"  # nothing to make up, or not any more


def step_of(conn: Connection, prompt_id: int, person_id: int, now: datetime) -> Step:
    """Return where she is with the session that an invitation of hers is about."""
    found = _hers(conn, prompt_id, person_id)
    if found is None:
        return Step.REFUSED
    session, one = found
    if one.mark is Mark.MADE_UP:
        return Step.DONE
    return Step.ASKING if may_make_up(conn, session, one.mark, now) else Step.REFUSED


def answer(conn: Connection, prompt_id: int, person_id: int, text: str, channel: str, now: datetime) -> Step:
    """Keep what she writes to the question that is next, and return where she is then; the last makes it up."""
    conn.execute(select(prompts.c.id).where(prompts.c.id == prompt_id).with_for_update(key_share=True)).all()
    step = step_of(conn, prompt_id, person_id, now)
    found = _hers(conn, prompt_id, person_id)
    if step is not Step.ASKING or found is None:
        return step
    session, _ = found
    done = marks.answered_numbers(conn, session.id, person_id)
    number = next_question(done)
    if number is not None:
        marks.add_answer(conn, session.id, person_id, number, text.strip()[:LONGEST], channel, now)
    if number is not None and next_question(done | {number}) is not None:
        return Step.ASKING
    marks.put(conn, session.id, person_id, Mark.MADE_UP, How.MAKEUP, now, channel=channel)
    line = journal.line(now, "session.made_up", person_id=person_id, actor_id=person_id, prompt_id=prompt_id)
    journal.write(conn, [line])
    return Step.DONE


def _hers(conn: Connection, prompt_id: int, person_id: int) -> tuple[Session, Invitation] | None:
    one = store.invitation_of(conn, prompt_id)
    session = None if one is None else store.by_id(conn, one.session_id)
    standing = standings(conn, [prompt_id]).get(prompt_id)
    if one is None or session is None or one.person_id != person_id or standing is None or not standing.is_member:
        return None
    return session, one
