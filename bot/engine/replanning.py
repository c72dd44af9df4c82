"""Loads what planning needs, plans, and stores the difference in the caller's transaction.

Called on every change of person, trip, zone, pause or programme, when a prompt leaves `scheduled`, and nightly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam

from bot.engine.deciding import first_rung
from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.engine.planning import Plan, Wanted, plan
from bot.engine.report_asking import called_off
from bot.journal import store as journal
from bot.local_time import Quiet
from bot.outbox.model import Kind, OutboxState
from bot.outbox.store import outbox
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import RUNNING, Prompt, State
from bot.prompts.store import prompts

LOOK_BACK = timedelta(days=120)
"""How old an opened row may be to still bear on the plan: longer than any ladder."""


@dataclass(frozen=True)
class PlanCount:
    """How many rows a planning changed."""

    inserted: int = 0
    moved: int = 0
    cancelled: int = 0
    revived: int = 0


def replan(
    conn: Connection,
    person_ids: Iterable[int],
    programmes: Programmes,
    now: datetime,
    since: Mapping[int, Mapping[str, datetime]] | None = None,
    known: Mapping[int, PersonFacts] | None = None,
) -> PlanCount:
    """Make the rows of people right; `since` is by person, see `planning.plan`. Without a programme nothing is planned.

    `known` are the facts of all these people, for whoever has just loaded them.

    Idempotent: a second call with nothing changed stores nothing.
    """
    ids = sorted(set(person_ids))
    try:
        programme = programmes.current(conn)
    except LookupError:
        return PlanCount()
    facts = load_facts(conn, ids) if known is None else known
    openings = [at for by_item in (since or {}).values() for at in by_item.values()]
    rows = prompts_store.of_people(conn, ids, min([now, *openings]) - LOOK_BACK)
    made = Plan()
    for person_id, hers in facts.items():
        one = plan(hers, programme, rows.get(person_id, []), now, (since or {}).get(person_id))
        made.insert += one.insert
        made.move += one.move
        made.cancel += one.cancel
        made.revive += one.revive
        made.carry += one.carry
    _store(conn, made, programme.quiet, now)
    return PlanCount(len(made.insert), len(made.move) + len(made.carry), len(made.cancel), len(made.revive))


def _store(conn: Connection, made: Plan, quiet: Quiet, now: datetime) -> None:
    lines: list[dict[str, Any]] = []
    for row, wanted in made.carry:
        prompts_store.update(conn, row.id, **_carried(row, wanted, quiet, now))
    if made.cancel:
        conn.execute(
            prompts.update().where(prompts.c.id == bindparam("row_id")),
            [{"row_id": row.id, "state": State.WITHDRAWN.value, "next_at": None} for row in made.cancel],
        )
        _call_off(conn, [row.id for row in made.cancel if row.state in RUNNING])
        called_off(conn, [row for row in made.cancel if row.state in RUNNING], now)
        lines += [
            journal.line(now, "prompt.withdrawn", person_id=row.person_id, prompt_id=row.id, was=row.state.value)
            for row in made.cancel
        ]
    moved = [*made.move, *made.revive]
    if moved:
        conn.execute(
            prompts.update().where(prompts.c.id == bindparam("row_id")),
            [{"row_id": row.id, **columns_of(wanted)} for row, wanted in moved],
        )
        lines += [
            _moved(row, wanted, now)
            for row, wanted in moved
            if (row.occasion, row.opens_at) != (wanted.occurrence.occasion, wanted.occurrence.opens_at)
        ]
    lines += [_moved(row, wanted, now) for row, wanted in made.carry]
    prompts_store.insert_many(
        conn,
        [
            {
                "person_id": wanted.person_id,
                "item": wanted.item.key,
                "kind": wanted.item.kind.value,
                **columns_of(wanted),
            }
            for wanted in made.insert
        ],
    )
    journal.write(conn, lines)


def _moved(row: Prompt, wanted: Wanted, now: datetime) -> dict[str, Any]:
    occasion = wanted.occurrence.occasion
    return journal.line(
        now, "prompt.moved", person_id=row.person_id, prompt_id=row.id, occasion=occasion, was=row.occasion
    )


def _carried(row: Prompt, wanted: Wanted, quiet: Quiet, now: datetime) -> dict[str, Any]:
    """Return the columns of what was asked and goes on before another day: what is left of the ladder to that day."""
    occurrence = wanted.occurrence
    new = replace(row, occasion=occurrence.occasion, zone=occurrence.zone, opens_at=now, version_id=wanted.version_id)
    left = first_rung(new, wanted.item, quiet, now)
    named = {name: getattr(new, name) for name in ("occasion", "zone", "opens_at", "version_id")}
    times = {"step": left.step, "next_at": left.next_at, "due_at": left.due_at}
    state = State.LATE if row.state is State.MISSED else row.state
    late_by = int(left.late_by.total_seconds())
    return (
        named
        | times
        | {"state": state.value, "late_by_seconds": late_by, "closes_at": left.due_at + (left.due_at - now)}
    )


def _call_off(conn: Connection, prompt_ids: Sequence[int]) -> None:
    """Withdraw what still waits to be said: a row that comes back later is asked anew, not twice."""
    for start in range(0, len(prompt_ids), 500):
        conn.execute(
            outbox.update()
            .where(
                outbox.c.prompt_id.in_(prompt_ids[start : start + 500]),
                outbox.c.kind.in_([Kind.QUESTION.value, Kind.REMINDER.value]),
                outbox.c.state == OutboxState.WAITING.value,
            )
            .values(state=OutboxState.WITHDRAWN.value, reason="prompt_withdrawn")
        )


def columns_of(wanted: Wanted) -> dict[str, Any]:
    """Return the columns of a scheduled row that a plan wants, all but whose it is and which item."""
    occurrence = wanted.occurrence
    return {
        "occasion": occurrence.occasion,
        "version_id": wanted.version_id,
        "trip_id": occurrence.trip_id,
        "zone": occurrence.zone,
        "state": State.SCHEDULED.value,
        "opens_at": occurrence.opens_at,
        "due_at": wanted.due_at,
        "next_at": occurrence.opens_at,
        "step": 0,
        "late_by_seconds": 0,
        "asked_at": None,
        "reminded_at": None,
        "closes_at": None,
        "error": None,  # what broke at another time may well go now
    }
