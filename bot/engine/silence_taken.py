"""What members of staff do about a student who is silent and of whom there is no case yet: each deed is done once.

Whoever calls her takes her on: the reminders end, and there is a case with a name on it, which everybody sees. Her
question stays open until her time is up, and is missed only if she has not answered by then. Called by the buttons of
a digest in chat and by its page.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from bot.cases.model import Case, Reason
from bot.engine import deeds
from bot.engine.casework import open_case
from bot.engine.telling import not_before_her_morning, tell
from bot.journal import store as journal
from bot.outbox.model import Kind, Priority
from bot.programmes.model import Kind as Asked
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import RUNNING, Prompt, State
from bot.prompts.store import from_row, prompts

MORE_TIME = timedelta(days=2)
EXTENDED = "prompt.extended"
REMINDED = "prompt.reminded_by_hand"
_SAFETY = (Asked.CHECKIN.value, Asked.LANDING.value)
_CAN_WAIT = (*_SAFETY, Asked.CHANNELS.value, Asked.CHECKLIST.value)


@dataclass(frozen=True)
class Done:
    """Whether it was done; else why not: `extended`, `reminded` (somebody has done so), `over` (nothing is late)."""

    done: bool
    why: str = ""


def take(
    conn: Connection, programmes: Programmes, student_id: int, prompt_id: int, staff_id: int, now: datetime
) -> Case | None:
    """Take on a student who is late to answer, or whom no message reaches; None when she has answered meanwhile."""
    prompt = _locked(conn, student_id, prompt_id)
    if prompt is not None and prompt.state is State.LATE and prompt.next_at is not None:
        _end_reminders(conn, programmes, prompt)
        _note(conn, "prompt.taken_on", prompt, staff_id, now, until=None)
        case = open_case(conn, student_id, Reason.MISSED, prompt.id, now)
    elif prompt is None or prompt.state is State.UNREACHED:
        case = open_case(conn, student_id, Reason.UNREACHED, prompt.id if prompt else None, now)
    else:
        return None
    return deeds.acknowledge(conn, case.id, staff_id, now).case


def _end_reminders(conn: Connection, programmes: Programmes, prompt: Prompt) -> None:
    """Leave of the ladder only its end, at the time when it would have come."""
    item = programmes.version(conn, prompt.version_id).item(prompt.item)
    if item is None:
        raise LookupError(f"version {prompt.version_id} of the programme has no item {prompt.item!r}")
    prompts_store.update(conn, prompt.id, step=len(item.ladder) - 1, next_at=prompt.due_at)


def extend(conn: Connection, student_id: int, prompt_id: int, staff_id: int, now: datetime) -> Done:
    """Give her two more days: nothing of the ladder comes before they are over; once for each question."""
    prompt = _locked(conn, student_id, prompt_id, _CAN_WAIT)
    if prompt is None or prompt.state not in RUNNING or prompt.asked_at is None or prompt.next_at is None:
        return Done(done=False, why="over")
    if _was(conn, student_id, prompt.id, EXTENDED):
        return Done(done=False, why="extended")
    until = max(prompt.next_at, now) + MORE_TIME
    by = until - prompt.next_at
    late_by = prompt.late_by_seconds + int(by.total_seconds())
    prompts_store.update(conn, prompt.id, next_at=until, due_at=prompt.due_at + by, late_by_seconds=late_by)
    _note(conn, EXTENDED, prompt, staff_id, now, until=until.isoformat())
    return Done(done=True)


def remind(conn: Connection, student_id: int, prompt_id: int, staff_id: int, now: datetime) -> Done:
    """Remind her now, or in her morning; once for each question, the ladder's own reminders aside."""
    prompt = _locked(conn, student_id, prompt_id)
    if prompt is None or prompt.state not in RUNNING or prompt.asked_at is None:
        return Done(done=False, why="over")
    if _was(conn, student_id, prompt.id, REMINDED):
        return Done(done=False, why="reminded")
    tell(
        conn,
        student_id,
        Kind.REMINDER,
        f"{prompt.kind}/reminder",
        key=f"p:{prompt.id}:by_hand",
        priority=Priority.PROMPT,
        now=now,
        prompt_id=prompt.id,
        not_before=not_before_her_morning(conn, student_id, now),
        expires_at=prompt.due_at,
    )
    _note(conn, REMINDED, prompt, staff_id, now, until=None)
    return Done(done=True)


def _locked(conn: Connection, student_id: int, prompt_id: int, kinds: Collection[str] = _SAFETY) -> Prompt | None:
    """Return a question of hers, locked: no answer and no rung comes between this look and what is done by it."""
    hers = (prompts.c.id == prompt_id, prompts.c.person_id == student_id, prompts.c.kind.in_(kinds))
    query = select(prompts).where(*hers).with_for_update(key_share=True)
    row = conn.execute(query).one_or_none()
    return None if row is None else from_row(row)


def _was(conn: Connection, student_id: int, prompt_id: int, action: str) -> bool:
    lines = journal.journal
    query = select(lines.c.id).where(
        lines.c.person_id == student_id, lines.c.prompt_id == prompt_id, lines.c.action == action
    )
    return conn.execute(query.limit(1)).first() is not None


def _note(conn: Connection, action: str, prompt: Prompt, staff_id: int, now: datetime, *, until: str | None) -> None:
    line = journal.line(now, action, person_id=prompt.person_id, actor_id=staff_id, prompt_id=prompt.id, until=until)
    journal.write(conn, [line])
