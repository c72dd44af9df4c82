"""What somebody says to a roll-call, or what is said on her behalf: recorded, the latest of her own words counts.

Called by the chat handlers, the answer page and the console; a call for help is raised by whoever calls.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_

from bot.cases import store as cases_store
from bot.cases.model import Reason
from bot.engine.casework import all_clear, end, raise_sos
from bot.engine.editing import mark_answered
from bot.journal import store as journal
from bot.prompts import store as prompts_store
from bot.prompts.model import Prompt, State
from bot.rollcalls import store
from bot.rollcalls.model import KIND, MemberState, Rollcall, RollcallState, Word, rollcall_in

_OWN = frozenset({MemberState.SAFE, MemberState.HELP, MemberState.ELSEWHERE})


class Outcome(StrEnum):
    """What became of a word."""

    RECORDED = "recorded"
    CHANGED = "changed"  # it counts instead of an earlier one
    LATE = "late"  # the roll-call is over: thanked and recorded
    OWN = "own"  # on her behalf, and she has spoken for herself: recorded nowhere
    REFUSED = "refused"  # there is no such question of hers


@dataclass(frozen=True)
class Said:
    """What became of a word, and the roll-call that it belongs to; None only when it was refused."""

    outcome: Outcome
    rollcall: Rollcall | None = None


def say(conn: Connection, prompt_id: int, person_id: int, word: Word, channel: str, now: datetime) -> Said:
    """Record her word on one of her questions, whatever its state; the caller owns the transaction."""
    prompt = _locked(conn, prompts_store.prompts.c.id == prompt_id)
    if prompt is None or prompt.person_id != person_id or prompt.kind != KIND:
        return Said(Outcome.REFUSED)
    rollcall = store.by_id(conn, rollcall_in(prompt.occasion))
    before = None if rollcall is None else store.member_state(conn, rollcall.id, person_id)
    if rollcall is None or before is None:
        return Said(Outcome.REFUSED)
    counts = rollcall.state is RollcallState.OPEN
    said_id = store.add_answer(conn, rollcall.id, person_id, word, now, channel=channel, counts=counts)
    _write(conn, now, prompt, person_id, channel, counts=counts)
    if counts:
        store.set_word(conn, rollcall.id, person_id, word, now, None)
        asked_at = prompt.asked_at or now
        _answered(conn, prompt, State.ANSWERED, now, channel, asked_at)
        mark_answered(conn, prompt, said_id, now)
    all_clear(conn, person_id, "answered", now)
    if not counts:
        return Said(Outcome.LATE, rollcall)
    return Said(Outcome.CHANGED if before in _OWN else Outcome.RECORDED, rollcall)


def say_for(
    conn: Connection, rollcall_id: int, person_id: int, word: Word, author_id: int, note: str, now: datetime
) -> Said:
    """Record what a member of staff knows of her, with how they know; her own word always goes before it.

    "Needs help" is an SOS at once, unless it is a drill.
    """
    rollcall = store.by_id(conn, rollcall_id)
    prompt = None if rollcall is None else prompt_of(conn, rollcall, person_id)
    before = None if rollcall is None else store.member_state(conn, rollcall.id, person_id)
    if rollcall is None or before is None or rollcall.state is not RollcallState.OPEN:
        return Said(Outcome.REFUSED, rollcall)
    if before in _OWN and store.spoke_herself(conn, rollcall_id, person_id):
        return Said(Outcome.OWN, rollcall)
    store.add_answer(
        conn, rollcall_id, person_id, word, now, channel="staff", counts=True, author_id=author_id, note=note or None
    )
    store.set_word(conn, rollcall_id, person_id, word, now, author_id)
    if prompt is not None:
        if prompt.state is not State.ANSWERED:
            _answered(conn, prompt, State.EXCUSED, None, None, prompt.asked_at)
        _write(conn, now, prompt, author_id, "staff", counts=True)
    if word is Word.HELP and not rollcall.is_drill:
        raise_sos(conn, person_id, None, now)
    for case in cases_store.going_on(conn, person_id):
        if case.reason is Reason.ROLLCALL:
            end(conn, case.id, author_id, "spoken", now)
    return Said(Outcome.RECORDED if before not in _OWN else Outcome.CHANGED, rollcall)


def prompt_of(conn: Connection, rollcall: Rollcall, person_id: int) -> Prompt | None:
    """Return somebody's question of a roll-call, locked."""
    table = prompts_store.prompts
    hers = and_(table.c.person_id == person_id, table.c.item == KIND, table.c.occasion == rollcall.occasion)
    return _locked(conn, hers)


def open_question(conn: Connection, person_id: int) -> Prompt | None:
    """Return the newest question of a roll-call that is still open for her, answered or not."""
    for rollcall_id, _ in store.open_with(conn, person_id)[:1]:
        rollcall = store.by_id(conn, rollcall_id)
        return None if rollcall is None else prompt_of(conn, rollcall, person_id)
    return None


def _locked(conn: Connection, which: ColumnElement[bool]) -> Prompt | None:
    row = conn.execute(prompts_store.prompts.select().where(which).with_for_update(key_share=True)).one_or_none()
    return None if row is None else prompts_store.from_row(row)


def _answered(
    conn: Connection, prompt: Prompt, state: State, at: datetime | None, channel: str | None, asked_at: datetime | None
) -> None:
    prompts_store.update(
        conn, prompt.id, state=state.value, answered_at=at, answer_channel=channel, asked_at=asked_at, next_at=None
    )


def _write(conn: Connection, now: datetime, prompt: Prompt, actor_id: int, channel: str, *, counts: bool) -> None:
    line = journal.line(
        now, "prompt.answered", person_id=prompt.person_id, actor_id=actor_id, prompt_id=prompt.id, channel=channel,
        counts=counts,
    )  # fmt: skip
    journal.write(conn, [line])
