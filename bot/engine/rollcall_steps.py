"""The clock of a roll-call: asks, asks again, and lists the silent for somebody to find out; batch by batch.

`scheduler.rollcalls_due` calls `go_on` for a roll-call whose step has come, each time in a transaction of its own.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.cases.model import Reason
from bot.engine.casework import open_case
from bot.engine.deciding import Reach
from bot.engine.reaching import ways_of
from bot.engine.rollcall_asking import ask, ask_again, prompts_of
from bot.engine.rollcall_people import meant
from bot.engine.rollcall_telling import withdraw_waiting
from bot.listed import listed
from bot.people.store import people
from bot.programmes import store as programmes_store
from bot.prompts.model import RUNNING, State
from bot.prompts.store import prompts
from bot.rollcalls import store
from bot.rollcalls.model import UNHEARD, MemberState, Rollcall, RollcallState
from bot.rollcalls.rules import ASK, LIST_THE_SILENT, TIME_TO_ANSWER, next_step
from bot.rollcalls.store import rollcall_members

log = structlog.get_logger()
_REASON = {
    State.MISSED: MemberState.ASKED,
    State.UNREACHED: MemberState.UNREACHED,
    State.NOT_ASKED: MemberState.NOT_ASKED,
}


def go_on(conn: Connection, rollcall: Rollcall, within: ColumnElement[bool], now: datetime, limit: int) -> bool:
    """Do the step that is due for the next `limit` people; True when a closed roll-call has come to its end by it."""
    asks = rollcall.step == ASK
    last = _ask(conn, rollcall, within, now, limit) if asks else _members(conn, rollcall, now, limit)
    if last is not None:
        store.update(conn, rollcall.id, cursor=last)
        return False
    if rollcall.state is RollcallState.CLOSED:
        store.update(conn, rollcall.id, cursor=0, next_at=None)
        return True
    late_ones = rollcall.step == LIST_THE_SILENT and _any_running(conn, rollcall)
    step, next_at = next_step(rollcall.step, rollcall.next_at or now, now, late_ones=late_ones)
    values = {"silent_at": rollcall.silent_at or now} if rollcall.step == LIST_THE_SILENT else {}
    store.update(conn, rollcall.id, cursor=0, step=step, next_at=next_at, **values)
    return False


def _ask(conn: Connection, rollcall: Rollcall, within: ColumnElement[bool], now: datetime, limit: int) -> int | None:
    version_id = programmes_store.latest_id(conn)
    if version_id is None:
        raise LookupError("no programme was loaded yet")
    found, last = meant(conn, rollcall.area, within, now, rollcall.cursor, limit)
    ask(conn, rollcall, found, version_id, now)
    return last


def _members(conn: Connection, rollcall: Rollcall, now: datetime, limit: int) -> int | None:
    is_over = rollcall.state is RollcallState.CLOSED
    table = rollcall_members
    query = select(table.c.person_id).where(table.c.rollcall_id == rollcall.id, table.c.person_id > rollcall.cursor)
    if not is_over:
        query = query.where(table.c.state.in_([state.value for state in UNHEARD]))
    ids = list(conn.execute(query.order_by(table.c.person_id).limit(limit)).scalars())
    last = ids[-1] if len(ids) == limit else None
    gone = select(people.c.id).where(
        listed(people.c.id, ids), (people.c.left_at.is_not(None)) | (people.c.absent_at.is_not(None))
    )
    left = set(conn.execute(gone).scalars())
    store.move(conn, rollcall.id, sorted(left), UNHEARD, MemberState.LEFT, now)
    there = [one for one in ids if one not in left]
    if rollcall.step < LIST_THE_SILENT:
        ask_again(conn, rollcall, there, now)
        return last
    if is_over:
        _end_prompts(conn, rollcall, ids, now)
    list_unheard(conn, rollcall, there, now)
    return last


def _end_prompts(conn: Connection, rollcall: Rollcall, ids: Sequence[int], now: datetime) -> None:
    mine = [row.id for row in prompts_of(conn, rollcall, ids)]
    conn.execute(prompts.update().where(listed(prompts.c.id, mine)).values(closes_at=rollcall.closed_at or now))
    withdraw_waiting(conn, mine)


def list_unheard(
    conn: Connection, rollcall: Rollcall, ids: Sequence[int], now: datetime, *, at_once: bool = False
) -> None:
    """Give up asking those of these people who were not heard: a case each, unless it is a drill.

    Silent, not reached and not asked stay three things. Whoever has had the question for a few minutes only is left
    alone until the roll-call is closed, or somebody takes her city (`at_once`).
    """
    asked = prompts_of(conn, rollcall, ids)
    states = _unheard_among(conn, rollcall, ids)
    rows = [row for row in asked if row.state in RUNNING and row.person_id in states]
    if rollcall.state is RollcallState.OPEN and not at_once:
        rows = [row for row in rows if row.asked_at is None or row.asked_at <= now - TIME_TO_ANSWER]
    ways = ways_of(conn, [row.person_id for row in rows])
    for row in rows:
        state = State.MISSED
        if row.asked_at is None:
            way = ways.get(row.person_id)
            state = State.NOT_ASKED if way is not None and way.reach is Reach.PUSH else State.UNREACHED
        conn.execute(prompts.update().where(prompts.c.id == row.id).values(state=state.value))
        member = _REASON[state]
        if states[row.person_id] is not member:
            store.move(conn, rollcall.id, [row.person_id], UNHEARD, member, now)
        if not rollcall.is_drill:
            _open_case(conn, rollcall, row.person_id, row.id, now)


def _open_case(conn: Connection, rollcall: Rollcall, person_id: int, prompt_id: int, now: datetime) -> None:
    """One case that cannot be opened must not hold up the others; the board shows her all the same."""
    try:
        with conn.begin_nested():
            open_case(conn, person_id, Reason.ROLLCALL, prompt_id, now, rollcall_id=rollcall.id)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001 - see above
        log.error("rollcall.case_not_opened", rollcall_id=rollcall.id, error=type(error).__name__)  # noqa: TRY400


def _unheard_among(conn: Connection, rollcall: Rollcall, ids: Sequence[int]) -> dict[int, MemberState]:
    table = rollcall_members
    query = select(table.c.person_id, table.c.state).where(
        table.c.rollcall_id == rollcall.id,
        listed(table.c.person_id, ids),
        table.c.state.in_([state.value for state in UNHEARD]),
    )
    return {row.person_id: MemberState(row.state) for row in conn.execute(query.with_for_update())}


def _any_running(conn: Connection, rollcall: Rollcall) -> bool:
    """Tell whether somebody has had the question for too short a time to be called silent."""
    table = rollcall_members
    query = (
        select(prompts.c.id)
        .join(table, table.c.person_id == prompts.c.person_id)
        .where(
            table.c.rollcall_id == rollcall.id,
            table.c.state == MemberState.ASKED.value,
            prompts.c.occasion == rollcall.occasion,
            prompts.c.state.in_([state.value for state in RUNNING]),
        )
    )
    return conn.execute(query.limit(1)).first() is not None
