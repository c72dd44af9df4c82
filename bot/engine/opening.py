"""Stores what was decided for a batch of due prompts: rows, messages, cases and journal in one transaction.

Prompts that are in the same situation (thousands of students are asked at the same hour of the same zone) share one
decision, which is made once by the rules and written with a handful of statements for all of them.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, literal, select

from bot.cases.model import Reason
from bot.cases.store import ended_by_staff
from bot.engine.asking import queue, what_to_ask
from bot.engine.casework import open_case
from bot.engine.deciding import Decision, decide
from bot.engine.planning import PER_TRIP
from bot.engine.situations import Situation, situations_of
from bot.engine.succeeding import plan_successors
from bot.journal.store import journal
from bot.listed import listed_as
from bot.programmes.versions import Programmes
from bot.prompts.model import FAILED, Prompt, State
from bot.prompts.store import Claimed, prompts

_REASONS = {
    State.MISSED: Reason.MISSED,
    State.UNREACHED: Reason.UNREACHED,
    State.NOT_ASKED: Reason.NOT_ASKED,
}


def work_off_batch(conn: Connection, due: Sequence[Claimed], now: datetime, programmes: Programmes) -> None:
    """Decide every prompt of `prompts.store.claim` and store what follows; an error leaves all of it to be undone."""
    situations = situations_of(conn, [one.id for one in due])
    whose = {one.id: one.person_id for one in due}
    versions = {
        version_id: programmes.version(conn, version_id) for version_id in {one.alike.version_id for one in situations}
    }
    opened: dict[tuple[str, datetime], tuple[Prompt, list[int]]] = {}
    for one in situations:
        item = versions[one.alike.version_id].item(one.alike.item)
        if item is None:
            raise LookupError(f"version {one.alike.version_id} of the programme has no item {one.alike.item!r}")
        decision = decide(one.alike, item, versions[one.alike.version_id].quiet, one.reach, now)
        _store(conn, one, decision, now)
        if decision.state in FAILED:
            # Whoever took one on before her time was up may have ended it: nobody is alarmed of her again.
            had = ended_by_staff(conn, [whose[one_id] for one_id in one.ids], one.ids)
            for prompt_id in sorted(set(one.ids) - had):
                open_case(conn, whose[prompt_id], _REASONS[decision.state], prompt_id, now)
        if one.alike.state is State.SCHEDULED and decision.state is not State.SCHEDULED:
            _, ids = opened.setdefault((one.alike.item, one.alike.opens_at), (one.alike, []))
            ids.extend(one.ids)
    for alike, ids in opened.values():
        conn.execute(_CLOSE, {"its_item": alike.item, "ids": ids, "closing_at": alike.opens_at})
        plan_successors(conn, alike, ids, now, programmes)


def _store(conn: Connection, one: Situation, decision: Decision, now: datetime) -> None:
    values = _columns(one.alike, decision, now)
    conn.execute(_update(tuple(values)), {"ids": one.ids} | {f"new_{name}": value for name, value in values.items()})
    ask = what_to_ask(one.alike, decision)
    if ask is not None:
        queue(conn, ask, one.ids, now)
    if decision.act is not None or decision.state is not one.alike.state:
        action = f"prompt.{decision.act or decision.state}"
        conn.execute(_JOURNAL, {"ids": one.ids, "its_time": now, "its_action": action})


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


# Kept, because building a statement costs more than running it.
@lru_cache
def _update(names: tuple[str, ...]) -> Update:
    values = {name: bindparam(f"new_{name}", type_=prompts.c[name].type) for name in names}
    return prompts.update().where(listed_as(prompts.c.id, "ids")).values(values)


_LINE = {
    "at": bindparam("its_time", type_=journal.c.at.type),
    "person_id": prompts.c.person_id,
    "action": bindparam("its_action", type_=journal.c.action.type),
    "prompt_id": prompts.c.id,
}
_JOURNAL = journal.insert().from_select(list(_LINE), select(*_LINE.values()).where(listed_as(prompts.c.id, "ids")))

_earlier, _opened = prompts.alias(), prompts.alias()
# The occasions before those that have just opened.
_CLOSE = (
    prompts.update()
    .where(
        prompts.c.id.in_(
            select(_earlier.c.id)
            .join_from(_opened, _earlier, (_earlier.c.person_id == _opened.c.person_id))
            .where(
                listed_as(_opened.c.id, "ids"),
                _earlier.c.item == bindparam("its_item", type_=prompts.c.item.type),
                ~listed_as(_earlier.c.id, "ids"),
                _earlier.c.closes_at.is_(None),
                _earlier.c.state != literal(State.SCHEDULED.value),
            )
        )
    )
    .values(closes_at=bindparam("closing_at", type_=prompts.c.closes_at.type))
)
