"""Stores what was decided for a batch of due prompts: rows, messages, cases and journal in one transaction.

Prompts that are in the same situation (thousands of students are asked at the same hour of the same zone) share one
decision, which is made once by the rules and written with a handful of statements for all of them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, literal, select

from bot.cases.model import Reason
from bot.engine.asking import queue, what_to_ask
from bot.engine.casework import open_case
from bot.engine.deciding import Decision, Reach, decide
from bot.engine.planning import PER_TRIP
from bot.engine.reaching import Way, ways_of
from bot.engine.succeeding import plan_successors
from bot.journal.store import journal
from bot.listed import listed
from bot.programmes.model import Programme
from bot.programmes.versions import Programmes
from bot.prompts.model import FAILED, Prompt, State
from bot.prompts.store import from_due, prompts

_REASONS = {
    State.MISSED: Reason.MISSED,
    State.UNREACHED: Reason.UNREACHED,
    State.NOT_ASKED: Reason.NOT_ASKED,
}


def work_off_batch(conn: Connection, due: Sequence[Row[Any]], now: datetime, programmes: Programmes) -> None:
    """Decide every row of `prompts.store.due` and store what follows; an error leaves all of it to be undone."""
    ways = ways_of(conn, {row.person_id for row in due})
    versions = {version_id: programmes.version(conn, version_id) for version_id in {row.version_id for row in due}}
    situations: dict[tuple[object, ...], list[Row[Any]]] = {}
    nowhere = Way()
    for row in due:
        # All that tells one prompt from another but whose it is.
        situation: tuple[object, ...] = (*row[2:], ways.get(row.person_id, nowhere).reach)
        situations.setdefault(situation, []).append(row)
    for rows in situations.values():
        alike = from_due(rows[0])
        reach = ways.get(alike.person_id, nowhere).reach
        decision = _decide(alike, versions[alike.version_id], reach, now)
        _store(conn, alike, decision, rows, ways, now)
    _after_opening(conn, due, now, programmes)


def _decide(prompt: Prompt, programme: Programme, reach: Reach, now: datetime) -> Decision:
    item = programme.item(prompt.item)
    if item is None:
        raise LookupError(f"version {prompt.version_id} of the programme has no item {prompt.item!r}")
    return decide(prompt, item, programme.quiet, reach, now)


def _store(
    conn: Connection, alike: Prompt, decision: Decision, rows: Sequence[Row[Any]], ways: dict[int, Way], now: datetime
) -> None:
    ids = [row.id for row in rows]
    conn.execute(prompts.update().where(listed(prompts.c.id, ids)).values(**_columns(alike, decision, now)))
    ask = what_to_ask(alike, decision)
    if ask is not None:
        found = [ways[row.person_id] for row in rows if row.person_id in ways]
        chosen = [way.second if ask.second else way.first for way in found]
        queue(conn, ask, ids, [address_id for address_id in chosen if address_id is not None], now)
    if decision.act is not None or decision.state is not alike.state:
        line = {
            "at": literal(now, journal.c.at.type),
            "person_id": prompts.c.person_id,
            "action": literal(f"prompt.{decision.act or decision.state}"),
            "prompt_id": prompts.c.id,
        }
        conn.execute(journal.insert().from_select(list(line), select(*line.values()).where(listed(prompts.c.id, ids))))
    if decision.state in FAILED:
        for row in rows:
            open_case(conn, row.person_id, _REASONS[decision.state], row.id, now)


def _columns(prompt: Prompt, decision: Decision, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": decision.state.value,
        "step": decision.step,
        "next_at": decision.next_at,
        "due_at": decision.due_at,
        "late_by_seconds": int(decision.late_by.total_seconds()),
    }
    if decision.state is State.LATE and decision.act is not None:
        values["reminded_at"] = now
    if prompt.state is State.SCHEDULED and prompt.occasion.startswith(PER_TRIP):
        # Nothing comes after it that would close it.
        values["closes_at"] = decision.due_at + (decision.due_at - prompt.opens_at)
    return values


def _after_opening(conn: Connection, due: Sequence[Row[Any]], now: datetime, programmes: Programmes) -> None:
    """Close the occasions before those that have just opened, and give each person her next row."""
    was_scheduled = [row for row in due if row.state == State.SCHEDULED.value]
    if not was_scheduled:
        return
    ids = [row.id for row in was_scheduled]
    still = set(
        conn.execute(
            select(prompts.c.id).where(listed(prompts.c.id, ids), prompts.c.state == State.SCHEDULED.value)
        ).scalars()
    )
    cohorts: dict[tuple[str, datetime], list[Row[Any]]] = {}
    for row in was_scheduled:
        if row.id not in still:
            cohorts.setdefault((row.item, row.opens_at), []).append(row)
    for (item, opens_at), rows in cohorts.items():
        conn.execute(
            prompts.update()
            .where(
                listed(prompts.c.person_id, [row.person_id for row in rows]),
                prompts.c.item == item,
                ~listed(prompts.c.id, [row.id for row in rows]),
                prompts.c.closes_at.is_(None),
                prompts.c.state != State.SCHEDULED.value,
            )
            .values(closes_at=opens_at)
        )
        plan_successors(conn, from_due(rows[0]), [row.id for row in rows], now, programmes)
