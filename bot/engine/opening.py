"""Stores what was decided for a batch of due prompts: rows, messages, cases and journal in one transaction.

Prompts that are in the same situation (thousands of students are asked at the same hour of the same zone) share one
decision, which is made once by the rules. A handful of statements writes all decisions of a batch, however many they
are: a database takes longer to be asked once more than to write another twenty rows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal, select

from bot.cases.model import Reason
from bot.cases.store import ended_by_staff
from bot.engine import checklist, flight, report_asking, second_channel
from bot.engine.asking import queue, what_to_ask
from bot.engine.casework import open_case
from bot.engine.deciding import Decision, decide
from bot.engine.planning import PER_TRIP
from bot.engine.settling import left_of
from bot.engine.situations import Situation, situations_of
from bot.engine.succeeding import plan_successors
from bot.given import given, given_to, parameters
from bot.journal.store import journal
from bot.listed import listed_as
from bot.programmes.versions import Programmes
from bot.prompts.model import FAILED, Prompt, State
from bot.prompts.store import Claimed, prompts
from bot.reports.model import KIND as REPORT

_REASONS = {
    State.MISSED: Reason.MISSED,
    State.UNREACHED: Reason.UNREACHED,
    State.NOT_ASKED: Reason.NOT_ASKED,
}
_NOTICES = {
    second_channel.KIND: second_channel.not_proven,
    REPORT: report_asking.overdue,
    checklist.KIND: checklist.not_ready,
    flight.KIND: lambda *_: None,  # whoever tells nothing is asked on the day after departure
}
"""Kinds whose end without a word is a notice and no alarm."""
Decided = tuple[Situation, Decision]


def work_off_batch(conn: Connection, due: Sequence[Claimed], now: datetime, programmes: Programmes) -> None:
    """Decide every prompt of `prompts.store.claim` and store what follows; an error leaves all of it to be undone."""
    situations = situations_of(conn, [one.id for one in due])
    versions = {
        version_id: programmes.version(conn, version_id) for version_id in {one.alike.version_id for one in situations}
    }
    whose = {one.id: one.person_id for one in due}
    named = []
    for one in situations:
        item = versions[one.alike.version_id].item(one.alike.item)
        if item is None:
            raise LookupError(f"version {one.alike.version_id} of the programme has no item {one.alike.item!r}")
        named.append((one, item))
    decided = [
        (one, decide(one.alike, item, versions[one.alike.version_id].quiet, one.reach, now))
        for one, item in left_of(conn, named, whose, now, programmes)
    ]
    if not decided:
        return
    _store(conn, decided, now)
    _open_cases(conn, decided, whose, now)
    opened = [
        one for one, decision in decided if one.alike.state is State.SCHEDULED and decision.state is not State.SCHEDULED
    ]
    if opened:
        conn.execute(_CLOSE, {"ids": sorted(prompt_id for one in opened for prompt_id in one.ids)})
        plan_successors(conn, opened, now, programmes)


def _store(conn: Connection, decided: Sequence[Decided], now: datetime) -> None:
    rows = [(one.ids, _columns(one.alike, decision, now)) for one, decision in decided]
    conn.execute(_UPDATE, parameters("rows", rows))
    asks = [(ask, one.ids) for one, decision in decided if (ask := what_to_ask(one.alike, decision)) is not None]
    queue(conn, asks, now)
    lines = [
        (one.ids, {"action": f"prompt.{decision.act or decision.state}"})
        for one, decision in decided
        if decision.act is not None or decision.state is not one.alike.state
    ]
    if lines:
        conn.execute(_JOURNAL, parameters("lines", lines) | {"its_time": now})


def _open_cases(conn: Connection, decided: Sequence[Decided], whose: dict[int, int], now: datetime) -> None:
    for one, decision in decided:
        if decision.state in FAILED:
            # Whoever took one on before her time was up may have ended it: nobody is alarmed of her again.
            had = ended_by_staff(conn, [whose[one_id] for one_id in one.ids], one.ids)
            for prompt_id in sorted(set(one.ids) - had):
                if (notice := _NOTICES.get(one.alike.kind)) is not None:
                    notice(conn, prompt_id, whose[prompt_id], now)
                    continue
                open_case(conn, whose[prompt_id], _REASONS[decision.state], prompt_id, now)


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


# What is not given for all keeps its value.
_SOMETIMES = ("reminded_at", "closes_at")
_ALWAYS = ("state", "step", "next_at", "due_at", "late_by_seconds")
_ROWS = given("rows", **{name: prompts.c[name].type for name in (*_ALWAYS, *_SOMETIMES)})
_UPDATE = (
    prompts.update()
    .where(given_to(prompts.c.id, _ROWS))
    .values(
        {name: _ROWS.c[name] for name in _ALWAYS}
        | {name: func.coalesce(_ROWS.c[name], prompts.c[name]) for name in _SOMETIMES}
    )
)

_LINES = given("lines", action=journal.c.action.type)
_LINE = {
    "at": bindparam("its_time", type_=journal.c.at.type),
    "person_id": prompts.c.person_id,
    "action": _LINES.c.action,
    "prompt_id": prompts.c.id,
}
_JOURNAL = journal.insert().from_select(
    list(_LINE), select(*_LINE.values()).select_from(prompts.join(_LINES, given_to(prompts.c.id, _LINES)))
)

_earlier, _opened = prompts.alias(), prompts.alias()
# The occasions before those that have just opened, and when the first of these opened. Of two that open together, on
# two stays of hers, only the earlier one is such an occasion.
_before = (
    select(_earlier.c.id, func.min(_opened.c.opens_at).label("closing_at"))
    .join_from(
        _opened,
        _earlier,
        (_earlier.c.person_id == _opened.c.person_id) & (_earlier.c.item == _opened.c.item),
    )
    .where(
        listed_as(_opened.c.id, "ids"),
        ~listed_as(_earlier.c.id, "ids") | (_earlier.c.opens_at < _opened.c.opens_at),
        _earlier.c.closes_at.is_(None),
        _earlier.c.state != literal(State.SCHEDULED.value),
    )
    .group_by(_earlier.c.id)
    .subquery()
)
_CLOSE = prompts.update().where(prompts.c.id == _before.c.id).values(closes_at=_before.c.closing_at)
