"""The clock of an invitation: who has not replied is asked again once a day at most, and who comes is reminded.

At the start she is asked whether she is there; after the end what follows is noted, and making it up is offered.

`scheduler.sessions_due` calls `go_on` for each that is due; everything is looked at anew before it is queued.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.engine.session_attendance import close, may_make_up
from bot.engine.session_standing import standings
from bot.engine.session_telling import Members, load_members, tell, waiting
from bot.local_time import Quiet
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.prompts import store as prompts_store
from bot.prompts.model import Prompt, State
from bot.prompts.store import prompts
from bot.sessions import store
from bot.sessions.attendance import ASKED_FOR, asks_here, counts_until, makeup_until
from bot.sessions.model import Invitation, Rsvp, Session, SessionState
from bot.sessions.rules import CHASE_EVERY, LEADS, Lead, lead_at

AFTERWARDS = timedelta(hours=1)
"""How long after the end making it up is offered, at the earliest: first whoever arranges it may mend the list."""


def go_on(conn: Connection, prompt_id: int, now: datetime, quiet: Quiet) -> None:
    """Do what is due for one invitation, and set when the clock looks at it again."""
    row = conn.execute(select(prompts).where(prompts.c.id == prompt_id).with_for_update(key_share=True)).one_or_none()
    one = None if row is None else store.invitation_of(conn, prompt_id, locked=True)
    if row is None or one is None or one.next_at is None or one.next_at > now:
        return  # somebody else was faster
    session = store.by_id(conn, one.session_id)
    standing = standings(conn, [prompt_id]).get(prompt_id)
    is_off = session is not None and session.state is SessionState.CANCELLED
    if session is None or is_off or standing is None or not standing.is_member:
        store.set_invitation(conn, one.id, next_at=None)
        return
    members = load_members(conn, [one.person_id], quiet)
    if now >= counts_until(session):
        _after(conn, members, session, one, now)
        return
    if now >= session.open_until:
        one = _begun(conn, members, session, one, now)
    elif session.is_round:
        if one.mark is None:
            one = _chase(conn, members, session, one, prompts_store.from_row(row), now)
    elif one.reply is Rsvp.YES:
        _remind(conn, members, session, one, now)
    elif one.reply is None:
        one = _chase(conn, members, session, one, prompts_store.from_row(row), now)
    store.set_invitation(conn, one.id, told_at=one.told_at, next_at=members.next_look(session, one, now))


def _remind(conn: Connection, members: Members, session: Session, one: Invitation, now: datetime) -> None:
    lead = lead_at(session.starts_at, now)
    until = {Lead.DAY: Lead.HOUR, Lead.HOUR: Lead.MINUTES}.get(lead)
    expires_at = session.starts_at if until is None else session.starts_at - LEADS[until]
    tell(conn, members, session, one, "soon", Kind.NOTICE, now, expires_at=expires_at, data={"lead": lead.value})


def _begun(conn: Connection, members: Members, session: Session, one: Invitation, now: datetime) -> Invitation:
    """Ask whether she is there, once; nobody is woken for it who has not said that she comes."""
    is_awake = members.may_hear(one.person_id, now) == now
    if not asks_here(session, one, now, is_awake=is_awake):
        return one
    tell(conn, members, session, one, "here", Kind.NOTICE, now, expires_at=session.starts_at + ASKED_FOR)
    store.set_invitation(conn, one.id, here_at=now)
    return replace(one, here_at=now)


def _after(conn: Connection, members: Members, session: Session, one: Invitation, now: datetime) -> None:
    """Note what follows from the end; whoever can make it up hears so once, when it is day where she is."""
    if one.closed_at is None:
        mark = close(conn, session, one, now)
        running = prompts.c.state.in_([State.OPEN.value, State.LATE.value])
        over = prompts.update().where(prompts.c.id == one.prompt_id, running)
        conn.execute(over.values(state=State.EXCUSED.value, next_at=None))
        later = members.may_hear(one.person_id, now + AFTERWARDS) if may_make_up(conn, session, mark, now) else None
        store.set_invitation(conn, one.id, closed_at=now, next_at=later)
        return
    if may_make_up(conn, session, one.mark, now):
        later = members.may_hear(one.person_id, now)
        if later != now:
            store.set_invitation(conn, one.id, next_at=later)
            return
        tell(conn, members, session, one, "makeup", Kind.NOTICE, now, expires_at=makeup_until(session))
    store.set_invitation(conn, one.id, next_at=None)


def _chase(
    conn: Connection, members: Members, session: Session, one: Invitation, prompt: Prompt, now: datetime
) -> Invitation:
    """Ask once more where she has had the question for a day; whom it never got to is asked as if for the first time.

    Return her invitation as it goes on: nobody is asked again in her night, or a second time within a day.
    """
    heard_at = prompt.asked_at or one.told_at
    if now - heard_at < CHASE_EVERY:
        return replace(one, told_at=heard_at)
    if members.in_time(session, one.person_id, now) != now:
        return replace(one, told_at=max(heard_at, now - CHASE_EVERY))
    if prompt.asked_at is None:
        if not _is_on_its_way(conn, prompt.id):
            tell(conn, members, session, one, "question", Kind.QUESTION, now)
    else:
        tell(conn, members, session, one, "reminder", Kind.REMINDER, now, expires_at=session.rsvp_by)
        prompts_store.update(conn, prompt.id, state=State.LATE.value, reminded_at=now)
    return replace(one, told_at=now)


def _is_on_its_way(conn: Connection, prompt_id: int) -> bool:
    sending = select(outbox.c.id).where(outbox.c.prompt_id == prompt_id, outbox.c.state == OutboxState.SENDING.value)
    return bool(waiting(conn, prompt_id)) or conn.execute(sending.limit(1)).first() is not None
