"""A round of 48 hours for a branch without a fair hour: everybody is asked in her own daytime, and speaks or writes.

Whoever has said something was there. Made by the form of sessions; spoken in by chat and page.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.engine.session_audience import whose
from bot.engine.session_inviting import follow_members
from bot.engine.session_standing import standings
from bot.journal import store as journal
from bot.local_time import Quiet
from bot.prompts import notes
from bot.prompts import store as prompts_store
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.sessions import marks, store, words
from bot.sessions.attendance import Phase, phase_of
from bot.sessions.model import How, Invitation, Mark, Session
from bot.sessions.rules import ROUND_FOR, checked_round
from bot.sessions.words import Voice

LONGEST = notes.LONGEST
MOST = 50
"""How many things one member can say."""


class Outcome(StrEnum):
    """What became of what she said."""

    KEPT = "kept"
    FULL = "full"
    GONE = "gone"  # the last thing was taken back
    NOTHING = "nothing"  # there was nothing to take back
    OVER = "over"
    REFUSED = "refused"


def begin(
    conn: Connection,
    branch_key: str,
    title: str,
    material: str | None,
    zone: str,
    author_id: int | None,
    now: datetime,
    quiet: Quiet,
) -> Session:
    """Begin a round now; SessionRefused says what is wrong, and then nothing was done."""
    plan = checked_round(title, material, zone, now)
    branch_id, audience = whose(conn, branch_key)
    made = store.add(conn, branch_id, author_id, plan, now, audience=audience, is_round=True)
    detail = {"session": made.id, "sequence": 0}
    journal.write(conn, [journal.line(now, "session.created", person_id=None, actor_id=author_id, **detail)])
    follow_members(conn, now, quiet, made.id)
    return made


def speak(conn: Connection, prompt_id: int, person_id: int, said: str | Voice, channel: str, now: datetime) -> Outcome:
    """Keep what a member says in a round; the caller owns the transaction."""
    found = _hers(conn, prompt_id, person_id, now)
    if isinstance(found, Outcome):
        return found
    session, one, row = found
    if words.count_of(conn, session.id, person_id) >= MOST:
        return Outcome.FULL
    words.add(conn, session.id, person_id, said if isinstance(said, Voice) else said.strip()[:LONGEST], channel, now)
    if one.mark in {None, Mark.ABSENT}:  # her voice may be fetched when the end has been noted already
        marks.put(conn, session.id, person_id, Mark.PRESENT, How.SAID, now, channel=channel)
    values = {"answered_at": now, "answer_channel": channel, "asked_at": row.asked_at or now, "next_at": None}
    prompts_store.update(conn, prompt_id, state=State.ANSWERED.value, **values)
    store.set_invitation(conn, one.id, next_at=session.ends_at)
    _write(conn, "session.spoke", person_id, prompt_id, now)
    return Outcome.KEPT


def take_back(conn: Connection, prompt_id: int, person_id: int, now: datetime) -> Outcome:
    """Forget the last thing that she said; who has said nothing then is asked again as the others are."""
    found = _hers(conn, prompt_id, person_id, now)
    if isinstance(found, Outcome):
        return found
    session, one, _ = found
    if not words.take_back(conn, session.id, person_id):
        return Outcome.NOTHING
    if not words.count_of(conn, session.id, person_id) and one.mark is Mark.PRESENT:
        store.set_invitation(conn, one.id, mark=None, marked_at=None, told_at=now, next_at=now)
        prompts_store.update(conn, prompt_id, state=State.OPEN.value, answered_at=None, answer_channel=None)
    _write(conn, "session.took_back", person_id, prompt_id, now)
    return Outcome.GONE


def can_speak(conn: Connection, prompt_id: int, person_id: int, now: datetime) -> Outcome | None:
    """Return why somebody cannot say anything now; None when she can."""
    found = _hers(conn, prompt_id, person_id, now)
    return found if isinstance(found, Outcome) else None


def open_for(conn: Connection, person_id: int, now: datetime) -> int | None:
    """Return the prompt of the newest round that somebody was asked about and can speak in."""
    table = store.session_invitations
    query = (
        select(table.c.prompt_id)
        .join(store.sessions, store.sessions.c.id == table.c.session_id)
        .join(prompts, prompts.c.id == table.c.prompt_id)
        .where(
            table.c.person_id == person_id,
            table.c.left_at.is_(None),
            store.sessions.c.is_round,
            store.sessions.c.starts_at > now - ROUND_FOR,
            prompts.c.asked_at.is_not(None),
        )
        .order_by(prompts.c.id.desc())
    )
    asked = conn.execute(query).scalars().all()
    return next((one for one in asked if can_speak(conn, one, person_id, now) is None), None)


def _hers(
    conn: Connection, prompt_id: int, person_id: int, now: datetime
) -> tuple[Session, Invitation, Row[Any]] | Outcome:
    row = conn.execute(select(prompts).where(prompts.c.id == prompt_id).with_for_update(key_share=True)).one_or_none()
    one = None if row is None else store.invitation_of(conn, prompt_id, locked=True)
    session = None if one is None else store.by_id(conn, one.session_id)
    standing = standings(conn, [prompt_id]).get(prompt_id)
    is_hers = one is not None and one.person_id == person_id and standing is not None and standing.is_member
    if row is None or one is None or session is None or not session.is_round or not is_hers:
        return Outcome.REFUSED
    return (session, one, row) if phase_of(session, now) is Phase.ON else Outcome.OVER


def _write(conn: Connection, action: str, person_id: int, prompt_id: int, now: datetime) -> None:
    line = journal.line(now, action, person_id=person_id, actor_id=person_id, prompt_id=prompt_id)
    journal.write(conn, [line])
