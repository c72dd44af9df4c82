"""What happens to a step: she does it, answers its questions, or takes it back; the office signs it or returns it."""

from datetime import datetime

from sqlalchemy import Connection

from bot.checklists import store
from bot.checklists.model import StepState
from bot.engine.checklist import Checklist, checklist_of, looked_at
from bot.engine.checklist_rules import SAID, Line
from bot.engine.telling import not_before_her_morning, tell
from bot.journal import store as journal
from bot.outbox.model import Kind, Priority
from bot.programmes.model import Programme, Proof

_WRITABLE = frozenset({StepState.OPEN, StepState.RETURNED})
LONGEST = 500
"""Characters of what the office says to a step."""


def say_done(conn: Connection, checklist: Checklist, key: str, programme: Programme, now: datetime) -> bool:
    """Record that she has done a step, whose questions are answered; False when that is not hers to say."""
    line = _hers(checklist, key)
    if line is None or line.step.proof not in SAID or line.question is not None:
        return False
    store.mark(conn, checklist.trip.id, key, said_at=now, returned="")
    _note(conn, checklist, "step.said", key, checklist.trip.person_id, now)
    _look(conn, checklist, programme, now)
    return True


def answer(
    conn: Connection, checklist: Checklist, key: str, number: int, programme: Programme, now: datetime, *, yes: bool
) -> bool | None:
    """Record her answer to a question of a step; True when it is right, None when it is not asked now."""
    line = _hers(checklist, key)
    if line is None or line.question is None or line.question != number:
        return None
    if line.step.questions[number].right is not yes:
        return False
    store.mark(conn, checklist.trip.id, key, answered=number + 1)
    _look(conn, checklist, programme, now)
    return True


def take_back(conn: Connection, checklist: Checklist, key: str, now: datetime) -> bool:
    """Let a step be open again that she said was done, unless the office has signed it."""
    line = checklist.line(key)
    mark = store.marks_of(conn, [checklist.trip.id]).get(checklist.trip.id, {}).get(key)
    if line is None or line.step.proof not in SAID or mark is None or mark.signed_at is not None:
        return False
    store.mark(conn, checklist.trip.id, key, said_at=None)
    _note(conn, checklist, "step.taken_back", key, checklist.trip.person_id, now)
    return True


def file_came(conn: Connection, checklist: Checklist, key: str, programme: Programme, now: datetime) -> None:
    """Note that a file proves a step, also anew after it was returned."""
    store.mark(conn, checklist.trip.id, key, said_at=now, returned="")
    _note(conn, checklist, "step.file", key, checklist.trip.person_id, now)
    _look(conn, checklist, programme, now)


def takes_file(checklist: Checklist, key: str) -> bool:
    """Tell whether a step may have a file now."""
    line = checklist.line(key)
    may = _WRITABLE | {StepState.WAITING}
    return line is not None and line.state in may and (line.step.proof is Proof.FILE or line.step.is_signed)


def sign(
    conn: Connection,
    checklist: Checklist,
    key: str,
    actor_id: int,
    programme: Programme,
    now: datetime,
    words: str = "",
) -> bool:
    """Sign a step for the office or, with words, return it; False when there is nothing of it to look at."""
    line = checklist.line(key)
    if line is None or not line.step.is_signed or line.state is not StepState.WAITING:
        return False
    if words:
        store.mark(conn, checklist.trip.id, key, said_at=None, returned=words[:LONGEST])
        _note(conn, checklist, "step.returned", key, actor_id, now)
        tell(
            conn,
            checklist.trip.person_id,
            Kind.NOTICE,
            "checklist/returned",
            key=f"step:{checklist.trip.id}:{key}:{int(now.timestamp())}",
            priority=Priority.PROMPT,
            now=now,
            data={"step": {"named": dict(line.step.title), "key": key}, "words": words[:LONGEST]},
            not_before=not_before_her_morning(conn, checklist.trip.person_id, now),
        )
        return True
    store.mark(conn, checklist.trip.id, key, signed_at=now, signed_by=actor_id, returned="")
    _note(conn, checklist, "step.signed", key, actor_id, now)
    _look(conn, checklist, programme, now)
    return True


def _hers(checklist: Checklist, key: str) -> Line | None:
    line = checklist.line(key)
    return line if line is not None and line.state in _WRITABLE else None


def _look(conn: Connection, checklist: Checklist, programme: Programme, now: datetime) -> None:
    changed = checklist_of(conn, checklist.trip, programme)
    if changed is not None and not checklist.is_ready:
        looked_at(conn, changed, now)


def _note(conn: Connection, checklist: Checklist, action: str, key: str, actor_id: int, now: datetime) -> None:
    trip = checklist.trip
    line = journal.line(now, action, person_id=trip.person_id, actor_id=actor_id, trip=trip.id, step=key)
    journal.write(conn, [line])
