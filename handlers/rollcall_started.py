"""A member of staff counts a roll-call, and starts it by confirming the count. Called by the console."""

from datetime import datetime

from sqlalchemy import Connection

from bot.engine import rollcalls as engine
from bot.engine.rollcall_steps import go_on
from bot.engine.rollcalls import Draft
from bot.journal import store as journal
from bot.ledger import Live
from bot.people.model import Person
from bot.rollcalls import store
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import Area, Rollcall
from bot.rollcalls.rules import Count
from bot.views.scope import Scope

FIRST = 100
"""How many people are asked with the confirmation itself; the bell goes on from there."""
_FOREIGN = frozenset({Fault.NUMBERS, Fault.NOBODY})


def counted(conn: Connection, scope: Scope, what: str, area: Area, now: datetime, live: Live | None = None) -> Count:
    """Count whom somebody would ask; it only reads. RollcallRefused when it cannot be; `refused` journals that."""
    return engine.counted(conn, what, area, scope.students(now.date()), now, live)


def count(  # noqa: PLR0913 - what a roll-call is made of
    conn: Connection,
    author: Person,
    scope: Scope,
    what: str,
    area: Area,
    now: datetime,
    real: datetime,
    *,
    drill: bool,
    live: Live | None = None,
    found: Count | None = None,
) -> Draft:
    """Keep a counted draft, where `found` is not given counted here. RollcallRefused as above."""
    within = scope.students(now.date())
    return engine.draft(conn, author.id, what, area, within, now, real, is_drill=drill, live=live, found=found)


def refused(conn: Connection, author: Person, refusal: RollcallRefused, now: datetime) -> None:
    """Write down that somebody wanted to reach people whom the scope does not hold."""
    if refusal.fault in _FOREIGN:
        line = journal.line(now, "rollcall.refused", person_id=None, actor_id=author.id, fault=refusal.fault.value)
        journal.write(conn, [line])


def start(
    conn: Connection, rollcall_id: int, author: Person, scope: Scope, token: str, now: datetime, real: datetime
) -> Rollcall:
    """Start a counted draft and ask the first people at once. RollcallRefused when the count is not this one."""
    begun = engine.start(conn, rollcall_id, author.id, token, now, real)
    go_on(conn, begun, scope.students(now.date()), now, FIRST)
    return store.by_id(conn, rollcall_id) or begun
