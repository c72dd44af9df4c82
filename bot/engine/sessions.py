"""Sessions are made, changed and called off: everybody who is invited hears of it once, with old and new hour.

Called by the command line and the console; SessionRefused says what is wrong, and then nothing was done.
"""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.engine.session_audience import whose
from bot.engine.session_inviting import ask, follow_members
from bot.engine.session_leading import tell_of_change
from bot.engine.session_standing import CANCELLED, FOLDER
from bot.engine.session_telling import Members, load_members, tell, waiting, withdraw
from bot.journal import store as journal
from bot.listed import listed
from bot.local_time import Quiet
from bot.outbox.model import Kind
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.sessions import store
from bot.sessions.attendance import makeup_until
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Invitation, Session, SessionState
from bot.sessions.rules import Plan, can_wait, checked

_BIGGEST = 2**63


def create(
    conn: Connection, branch_key: str, plan: Plan, author_id: int | None, now: datetime, quiet: Quiet, **series: Any
) -> Session:
    """Make a session and invite its branch, or the audience that `open:` names, at once or when its `series` asks."""
    plan = checked(plan, now)
    branch_id, audience = whose(conn, branch_key)
    made = store.add(conn, branch_id, author_id, plan, now, audience=audience, **series)
    _write(conn, now, "session.created", author_id, made)
    follow_members(conn, now, quiet, made.id)
    return made


def change(
    conn: Connection, session_id: int, changes: dict[str, Any], actor_id: int | None, now: datetime, quiet: Quiet
) -> Session:
    """Change what a plan holds (say starts_at and zone); replies stay, and may be changed until the new start."""
    before = _ahead(conn, session_id, now)
    was = Plan(**{field.name: getattr(before, field.name) for field in fields(Plan)})
    wants = checked(replace(was, **{"rsvp_by": None} | changes), now)
    if "rsvp_by" not in changes:
        deadline = before.rsvp_by + (wants.starts_at - before.starts_at)
        if now < deadline or wants.starts_at == before.starts_at:
            wants = replace(wants, rsvp_by=deadline)
    if wants == was:
        raise SessionRefused(Fault.NOTHING, session_id)
    values: dict[str, Any] = {field.name: getattr(wants, field.name) for field in fields(Plan)}
    is_news = _news(was) != _news(wants)
    if is_news:
        values |= {"sequence": before.sequence + 1, "changed_at": now}
    if wants.starts_at != before.starts_at:
        values["moved_from"] = before.starts_at
        if before.asked_from is not None:
            values["asked_from"] = before.asked_from + (wants.starts_at - before.starts_at)
    store.update(conn, session_id, **values)
    after = existing(conn, session_id)
    _write(conn, now, "session.changed", actor_id, after)
    there = _invited(conn, after)
    ids = [one.prompt_id for one in there]
    conn.execute(
        prompts.update().where(listed(prompts.c.id, ids)).values(due_at=after.starts_at, closes_at=makeup_until(after))
    )
    members = load_members(conn, [one.person_id for one in there], quiet)
    for one in there:
        if is_news:
            _tell_change(conn, members, before, after, one, now)
        else:
            store.set_invitation(conn, one.id, next_at=members.next_look(after, one, now))
    if is_news:
        tell_of_change(conn, after, "moved", actor_id, now)
    return after


def cancel(conn: Connection, session_id: int, actor_id: int | None, now: datetime, quiet: Quiet) -> Session:
    """Call a session off: nobody is asked or reminded any more, and everybody who knew of it hears that."""
    before = _ahead(conn, session_id, now)
    values = {"state": SessionState.CANCELLED.value, "sequence": before.sequence + 1, "changed_at": now}
    store.update(conn, session_id, **values)
    after = existing(conn, session_id)
    _write(conn, now, "session.cancelled", actor_id, after)
    there = _invited(conn, after)
    members = load_members(conn, [one.person_id for one in there], quiet)
    for one in there:
        unsent = waiting(conn, one.prompt_id)
        withdraw(conn, [row.id for row in unsent], "session_cancelled")
        store.set_invitation(conn, one.id, next_at=None, told_at=now)
        if any(row.template == f"{FOLDER}question" for row in unsent):
            continue  # it has never reached her: there is nothing to take back
        known = _known_start(unsent, one)
        morning = members.may_hear(one.person_id, now)
        at = morning if can_wait(one, known, None, morning) else now
        data = {"old_at": known.isoformat()}
        what = CANCELLED.removeprefix(FOLDER)
        tell(conn, members, after, one, what, Kind.NOTICE, now, at=at, expires_at=before.ends_at, data=data)
    running = [State.OPEN.value, State.LATE.value]
    mine = listed(prompts.c.id, [one.prompt_id for one in there])
    conn.execute(
        prompts.update().where(mine, prompts.c.state.in_(running)).values(state=State.EXCUSED.value, next_at=None)
    )
    tell_of_change(conn, after, "off", actor_id, now)
    return after


def _news(plan: Plan) -> Plan:
    """Return of a plan what members hear of when it changes."""
    return replace(plan, rsvp_by=None, zone="", questions=())


def _tell_change(
    conn: Connection, members: Members, before: Session, after: Session, one: Invitation, now: datetime
) -> None:
    unsent = waiting(conn, one.prompt_id)
    withdraw(conn, [row.id for row in unsent], "session_changed")
    if any(row.template == f"{FOLDER}question" for row in unsent):
        ask(conn, members, after, one, now)  # she has not heard of it yet: she is asked for the new hour
        return
    known = _known_start(unsent, one)
    was_linked = any((row.data or {}).get("is_new_link") for row in unsent)
    is_new_link = was_linked or (before.link, before.minutes) != (after.link, after.minutes)
    told = replace(one, told_at=now, told_start=after.starts_at)
    if known != after.starts_at or is_new_link or before.title != after.title or before.material != after.material:
        morning = members.may_hear(one.person_id, now)
        at = morning if can_wait(one, known, after.starts_at, morning) else now
        data = {"old_at": known.isoformat(), "is_moved": known != after.starts_at, "is_new_link": is_new_link}
        tell(conn, members, after, one, "moved", Kind.NOTICE, now, at=at, expires_at=after.ends_at, data=data)
        told = replace(told, told_at=at)
    values = {"told_at": told.told_at, "told_start": told.told_start}
    store.set_invitation(conn, one.id, **values, next_at=members.next_look(after, told, now))


def _known_start(unsent: list[Any], one: Invitation) -> datetime:
    """Return the start that she knows of: news of a change that has not gone out yet has told her nothing."""
    olds = [row.data["old_at"] for row in unsent if row.template == f"{FOLDER}moved" and row.data]
    return datetime.fromisoformat(olds[0]) if olds else one.told_start


def _invited(conn: Connection, session: Session) -> list[Invitation]:
    return [one for one in store.invitations_of(conn, session.id) if one.left_at is None]


def _ahead(conn: Connection, session_id: int, now: datetime) -> Session:
    """Return a session that can still be changed, locked; its prompts are locked before it, in their order."""
    found = existing(conn, session_id)
    ids = [one.prompt_id for one in store.invitations_of(conn, session_id)]
    conn.execute(
        select(prompts.c.id).where(listed(prompts.c.id, ids)).order_by(prompts.c.id).with_for_update(key_share=True)
    ).all()
    found = store.by_id(conn, session_id, locked=True) or found
    if found.state is SessionState.CANCELLED:
        raise SessionRefused(Fault.CANCELLED, session_id)
    if found.open_until <= now:
        raise SessionRefused(Fault.BEGUN, session_id)
    return found


def existing(conn: Connection, session_id: int) -> Session:
    """Return a session; SessionRefused when there is none of that number."""
    found = store.by_id(conn, session_id) if 0 < session_id < _BIGGEST else None
    if found is None:
        raise SessionRefused(Fault.UNKNOWN, session_id)
    return found


def _write(conn: Connection, now: datetime, action: str, actor_id: int | None, session: Session) -> None:
    detail = {"session": session.id, "sequence": session.sequence}
    journal.write(conn, [journal.line(now, action, person_id=None, actor_id=actor_id, **detail)])
