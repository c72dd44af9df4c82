"""What holds of the prompts of anybody, at any moment: for the machine on the pure rules and the one on a database."""

from collections import Counter
from collections.abc import Iterable

from bot.engine.planning import SELF
from bot.prompts.model import FAILED, RUNNING, Prompt, State


def row_faults(rows: Iterable[Prompt]) -> list[str]:
    """Return in plain words what is wrong with these rows."""
    rows = list(rows)
    found = [fault for row in rows for fault in _faults(row)]
    names = Counter((row.person_id, row.item, row.occasion) for row in rows)
    found += [f"{name} is there {times} times" for name, times in names.items() if times > 1]
    ahead = Counter((row.person_id, row.item, row.trip_id) for row in rows if row.state is State.SCHEDULED)
    found += [f"{place} has {times} rows ahead" for place, times in ahead.items() if times > 1]
    return found


def _faults(row: Prompt) -> list[str]:
    found = []
    live = row.state in RUNNING | {State.SCHEDULED}
    if live != (row.next_at is not None):
        found.append("runs without a next instant, or is over and has one")
    if row.state is State.MISSED and row.asked_at is None:
        found.append("is missed and was never asked")
    if row.state is State.NOT_ASKED and row.asked_at is not None:
        found.append("was asked and counts as not asked")
    if row.state is State.SCHEDULED and (row.asked_at is not None or row.step != 0):
        found.append("lies ahead and was asked already")
    if row.state is State.SCHEDULED and row.closes_at is not None and row.closes_at <= row.opens_at:
        found.append("lies ahead and is closed already")
    if (row.state is State.ANSWERED) != (row.choice is not None) or (row.choice is None) != (row.answered_at is None):
        found.append("has a choice without an answer, or an answer without a choice")
    if row.occasion.startswith(SELF) and row.state not in {State.ANSWERED, State.WITHDRAWN}:
        found.append("was said unasked and is not answered")
    if row.state in FAILED | {State.ALIVE} and row.answered_at is not None:
        found.append("is over without an answer and has one")
    if row.error is not None:
        found.append(f"was set aside with {row.error}")
    return [f"prompt {row.id} ({row.item} {row.occasion}, {row.state}) {fault}" for fault in found]
