"""Who hears of an opportunity: whoever follows something that it has, and may apply; it changes with both.

Called by the clock for what was entered, changed or taken back, and once a day. What one student does is in
`bot.engine.opportunity_deeds`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from bot.engine.facts import load_facts
from bot.engine.opportunity_telling import say_moved, say_withdrawn, take_back
from bot.local_time import Quiet
from bot.opportunities import interests, store
from bot.opportunities.interests import interests as followed
from bot.opportunities.model import Follows, Heard, Opportunity, Standing
from bot.opportunities.rules import Reminder, next_reminder
from bot.people.model import RoleKind
from bot.people.store import people, roles, units

EVERY = timedelta(days=1)
"""How often those who follow something are looked at by the clock alone."""


@dataclass(frozen=True)
class Hours:
    """By which hours people are told: the programme's quiet hours, and how many days before a last day."""

    quiet: Quiet
    days: tuple[int, ...]


def may_apply(one: Opportunity) -> ColumnElement[bool]:
    """Return the condition on `people` for who may apply for an opportunity: students of its unit and levels."""
    is_student = exists().where(roles.c.person_id == people.c.id, roles.c.kind == RoleKind.STUDENT.value)
    where = people.c.absent_at.is_(None) & people.c.left_at.is_(None) & is_student
    if one.levels:
        where &= people.c.level.in_(one.levels)
    if one.unit_id is not None:
        path = select(units.c.path).where(units.c.id == one.unit_id).scalar_subquery()
        below = select(units.c.id).where(or_(units.c.id == one.unit_id, units.c.path.startswith(path + "/")))
        where &= people.c.unit_id.in_(below)
    return where


def values_of(one: Opportunity) -> dict[Follows, str]:
    """Return by what an opportunity can be followed."""
    return {Follows.COUNTRY: one.country, Follows.TYPE: one.type, Follows.HOST: one.host}


def follow(conn: Connection, one: Opportunity, now: datetime, hours: Hours) -> None:
    """Let whom an opportunity fits hear of it, move what hangs on its day, and let go whom it fits no more."""
    known = {heard.person_id: heard for heard in store.heard_of(conn, one.id)}
    if one.withdrawn_at is not None:
        _taken_back(conn, one, known.values(), now)
        store.set_opportunity(conn, one.id, next_at=None)
        return
    _move(conn, one, [heard for heard in known.values() if heard.due_at != one.due_at], now, hours)
    if one.due_at <= now:
        let_go(conn, [heard for heard in known.values() if heard.state is Standing.WAITING], Standing.OVER)
        store.set_opportunity(conn, one.id, next_at=None)
        return
    fits = [(followed.c.follows == kind.value) & (followed.c.value == value) for kind, value in values_of(one).items()]
    follows = exists().where(followed.c.person_id == people.c.id, or_(*fits))
    meant = set(conn.execute(select(people.c.id).where(may_apply(one), follows)).scalars())
    let_go(
        conn,
        [
            heard
            for heard in known.values()
            if heard.person_id not in meant and not heard.is_own and heard.state is Standing.WAITING
        ],
    )
    _let_hear(conn, one, meant, known, now, hours)
    store.set_opportunity(conn, one.id, next_at=min(now + EVERY, one.due_at))


def columns(following: Reminder | None) -> dict[str, object]:
    """Return the columns that hold the next reminder."""
    return {"days": None, "next_at": None} if following is None else {"days": following.days, "next_at": following.at}


def let_go(conn: Connection, some: Iterable[Heard], state: Standing = Standing.WITHDRAWN) -> None:
    """Remind of something no longer, and take back what of it has not gone out yet."""
    for heard in some:
        store.set_heard(conn, heard.id, state=state.value, is_new=False, days=None, next_at=None)
        take_back(conn, heard)


def _let_hear(
    conn: Connection, one: Opportunity, meant: Collection[int], known: dict[int, Heard], now: datetime, hours: Hours
) -> None:
    """Let those hear of it with their next news who have not, or for whom it is there again."""
    wanted = {person_id: known.get(person_id) for person_id in meant}
    if one.withdrawn_at is None:  # whoever asked to be reminded of it herself, and it is offered again
        wanted |= {heard.person_id: heard for heard in known.values() if heard.is_own}
    back = [heard for heard in wanted.values() if heard is not None and heard.state is Standing.WITHDRAWN]
    new = sorted(person_id for person_id, heard in wanted.items() if heard is None)
    facts = load_facts(conn, [*new, *(heard.person_id for heard in back)])
    rows = []
    for person_id, her in facts.items():
        following = columns(next_reminder(one.due_at, hours.days, her.zone_now(now), now, None))
        heard = known.get(person_id)
        if heard is None:
            rows.append({"person_id": person_id, "opportunity_id": one.id, "due_at": one.due_at, **following})
        else:
            values = {"state": Standing.WAITING.value, "due_at": one.due_at, "is_new": True, **following}
            store.set_heard(conn, heard.id, **values)
    store.add(conn, [row | {"state": Standing.WAITING.value, "is_new": True} for row in rows])
    interests.wake(conn, sorted(facts), now)


def _taken_back(conn: Connection, one: Opportunity, known: Iterable[Heard], now: datetime) -> None:
    for heard in known:
        if heard.state is not Standing.WAITING:
            continue
        off = {"state": Standing.WITHDRAWN.value, "told_at": None, "told_due_at": None}
        store.set_heard(conn, heard.id, is_new=False, days=None, next_at=None, **off)
        unheard = take_back(conn, heard)
        if heard.told_due_at is not None and not unheard and one.due_at > now:
            say_withdrawn(conn, heard, one, now)


def _move(conn: Connection, one: Opportunity, moved: Iterable[Heard], now: datetime, hours: Hours) -> None:
    """Let reminders follow a last day that moved; whoever was told of the old one hears of it, once."""
    some = list(moved)
    facts = load_facts(conn, [heard.person_id for heard in some])
    for heard in some:
        if heard.state not in {Standing.WAITING, Standing.OVER}:
            store.set_heard(conn, heard.id, due_at=one.due_at)
            continue
        unheard = take_back(conn, heard)
        following = next_reminder(one.due_at, hours.days, facts[heard.person_id].zone_now(now), now, heard.told_at)
        state = Standing.WAITING if one.due_at > now else Standing.OVER
        values = {"due_at": one.due_at, "state": state.value, "is_new": heard.is_new or unheard, **columns(following)}
        store.set_heard(conn, heard.id, **values)
        if unheard:
            interests.wake(conn, [heard.person_id], now)
        elif heard.told_due_at not in {None, one.due_at} and one.due_at > now:
            say_moved(conn, replace(heard, due_at=one.due_at), one, now)
            store.set_heard(conn, heard.id, told_due_at=one.due_at)
