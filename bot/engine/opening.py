"""Stores what was decided for a batch of due prompts: rows, messages, cases and journal in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam

from bot.addresses import store as addresses_store
from bot.addresses.model import Address
from bot.cases.model import Reason
from bot.engine.asking import ask
from bot.engine.casework import open_case
from bot.engine.deciding import Decision, decide
from bot.engine.planning import PER_TRIP
from bot.engine.replanning import replan
from bot.engine.telling import reach_of
from bot.journal import store as journal
from bot.outbox import store as outbox_store
from bot.programmes.versions import Programmes
from bot.prompts.model import FAILED, Prompt, State
from bot.prompts.store import prompts

_REASONS = {
    State.MISSED: Reason.MISSED,
    State.UNREACHED: Reason.UNREACHED,
    State.NOT_ASKED: Reason.NOT_ASKED,
}


def work_off_batch(conn: Connection, due: Sequence[Prompt], now: datetime, programmes: Programmes) -> None:
    """Decide every prompt of a batch and store what follows; any error leaves the caller's savepoint to undo it all."""
    addresses = addresses_store.working_of(conn, {prompt.person_id for prompt in due})
    decided = [(prompt, _decide(conn, prompt, addresses, now, programmes)) for prompt in due]
    conn.execute(
        prompts.update().where(prompts.c.id == bindparam("row_id")),
        [_columns(prompt, decision, now) for prompt, decision in decided],
    )
    messages = [ask(prompt, decision, addresses.get(prompt.person_id, []), now) for prompt, decision in decided]
    outbox_store.put(conn, [message for message in messages if message is not None])
    journal.write(
        conn,
        [
            journal.line(
                now,
                f"prompt.{decision.act or decision.state}",
                person_id=prompt.person_id,
                prompt_id=prompt.id,
                reach=reach_of(addresses.get(prompt.person_id, [])).value,
            )
            for prompt, decision in decided
            if decision.act is not None or decision.state is not prompt.state
        ],
    )
    _after_opening(conn, decided, now, programmes)
    for prompt, decision in decided:
        if decision.state in FAILED:
            open_case(conn, prompt.person_id, _REASONS[decision.state], prompt.id, now)


def _decide(
    conn: Connection, prompt: Prompt, addresses: dict[int, list[Address]], now: datetime, programmes: Programmes
) -> Decision:
    programme = programmes.version(conn, prompt.version_id)
    item = programme.item(prompt.item)
    if item is None:
        raise LookupError(f"version {prompt.version_id} of the programme has no item {prompt.item!r}")
    return decide(prompt, item, programme.quiet, reach_of(addresses.get(prompt.person_id, [])), now)


def _columns(prompt: Prompt, decision: Decision, now: datetime) -> dict[str, Any]:
    closes_at = prompt.closes_at
    if prompt.state is State.SCHEDULED and prompt.occasion.startswith(PER_TRIP):
        closes_at = decision.due_at + (decision.due_at - prompt.opens_at)  # nothing comes after it that would close it
    return {
        "row_id": prompt.id,
        "state": decision.state.value,
        "step": decision.step,
        "next_at": decision.next_at,
        "due_at": decision.due_at,
        "late_by_seconds": int(decision.late_by.total_seconds()),
        "reminded_at": now if decision.state is State.LATE and decision.act is not None else prompt.reminded_at,
        "closes_at": closes_at,
    }


def _after_opening(
    conn: Connection, decided: Sequence[tuple[Prompt, Decision]], now: datetime, programmes: Programmes
) -> None:
    """Close the occasions before those that have just opened, and give each person her next row."""
    left = [
        prompt
        for prompt, decision in decided
        if prompt.state is State.SCHEDULED and decision.state is not State.SCHEDULED
    ]
    if not left:
        return
    conn.execute(
        prompts.update().where(
            prompts.c.person_id == bindparam("whose"),
            prompts.c.item == bindparam("which"),
            prompts.c.id != bindparam("itself"),
            prompts.c.closes_at.is_(None),
            prompts.c.state != State.SCHEDULED.value,
        ),
        [{"whose": p.person_id, "which": p.item, "itself": p.id, "closes_at": p.opens_at} for p in left],
    )
    since: dict[int, dict[str, datetime]] = {}
    for prompt in left:
        since.setdefault(prompt.person_id, {})[prompt.item] = prompt.opens_at
    replan(conn, since, programmes, now, since)
