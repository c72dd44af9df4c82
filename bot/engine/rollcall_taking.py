"""Somebody takes a city of a roll-call, to find out how the people there are of whom nobody has heard."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from bot.cases import store as cases_store
from bot.cases.model import Reason
from bot.engine.deeds import acknowledge
from bot.engine.rollcall_asking import prompts_of
from bot.engine.rollcall_steps import list_unheard
from bot.journal import store as journal
from bot.listed import listed
from bot.people.store import people
from bot.rollcalls import store
from bot.rollcalls.faults import Fault, RollcallRefused
from bot.rollcalls.model import UNHEARD, RollcallState
from bot.rollcalls.store import rollcall_members


@dataclass(frozen=True)
class Taken:
    """How many people somebody looks after now, and how many of that city somebody else has already."""

    mine: int
    others: int


def take_city(
    conn: Connection,
    rollcall_id: int,
    country: str,
    city: str,
    staff_id: int,
    within: ColumnElement[bool],
    now: datetime,
) -> Taken:
    """Take everybody of a city who is in scope, unheard, and nobody's yet; their cases are acknowledged at once.

    Nobody has to wait for the reminders to be over: whoever takes a city sooner calls sooner. RollcallRefused when
    there is no such roll-call or it has not begun.
    """
    rollcall = store.by_id(conn, rollcall_id, locked=True)
    if rollcall is None or rollcall.state is RollcallState.DRAFT:
        raise RollcallRefused(Fault.UNKNOWN if rollcall is None else Fault.NOT_OPEN, rollcall_id)
    table = rollcall_members
    query = (
        select(table.c.person_id, table.c.taken_by)
        .join(people, people.c.id == table.c.person_id)
        .where(
            table.c.rollcall_id == rollcall_id,
            table.c.country == country,
            table.c.city == city,
            table.c.state.in_([state.value for state in UNHEARD]),
            within,
        )
        .order_by(table.c.person_id)
    )
    rows = conn.execute(query).all()
    mine = [row.person_id for row in rows if row.taken_by in {None, staff_id}]
    prompts_of(conn, rollcall, mine)  # locked before the members, as everywhere: one of them may be answering now
    conn.execute(
        table.update()
        .where(table.c.rollcall_id == rollcall_id, listed(table.c.person_id, mine))
        .values(taken_by=staff_id)
    )
    if not rollcall.is_drill:
        list_unheard(conn, rollcall, mine, now, at_once=True)
        for cases in cases_store.unresolved_of(conn, mine).values():
            for case in cases:
                if case.reason is Reason.ROLLCALL:
                    acknowledge(conn, case.id, staff_id, now)
    line = journal.line(
        now, "rollcall.taken", person_id=None, actor_id=staff_id, rollcall=rollcall_id, people=len(mine)
    )
    journal.write(conn, [line])
    return Taken(len(mine), len(rows) - len(mine))
